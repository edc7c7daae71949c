"""The inputs of the review by public cases, each with what is right (tests/cases/mail).

The mails stand in this repository; some of them are made anew from the review's text. Where the review's own files lie
beside the checkout, they are judged, too. ``-signed`` ones are signed here, since the review delivered them signed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.casefiles import MailCase, differing, judged, kept, lying_beside, unnamed

FOLDER = "mail"
LIVE = ("mail/contractor", "mail/bank", "mail/rev", "mail/ms")
OWN = ("judgement/contractor", "judgement/reverse")


def read(file: str, **right: object) -> MailCase:
    """A mail that is judged without DNS; its class has the key ``kind``."""
    return MailCase(f"{file}.eml", {("class" if key == "kind" else key): value for key, value in right.items()})


def sent(file: str, **right: object) -> MailCase:
    """The same, signed by contractor.example's key and sent by its own host."""
    return replace(
        read(file, **right),
        signed=True,
        mail_from="ann.doe@contractor.example",
        client="192.0.2.25",
        helo="out.contractor.example",
        at="2026-11-24T10:05:00Z",
        zones=OWN,
    )


def live(file: str, mail_from: str = "ann.doe", rcpt_to: str = "someone@army.ml", **right: object) -> MailCase:
    """A mail of the review with its signature and its zones."""
    return replace(
        read(file, **right),
        mail_from=f"{mail_from}@contractor.example",
        rcpt_to=rcpt_to,
        client="127.31.0.2",
        helo="mail-am0.outbound.protection.outlook.com",
        at="2026-11-29T21:00:00Z",
        zones=LIVE,
    )


PERSON = {"kind": "person", "counts": True}
AUTOMATIC = {"kind": "automatic", "counts": False}
CASES = (
    live("m365-m365", **PERSON, tier="verified", why="provider"),
    sent("xars", **PERSON),
    sent("fastmail", **PERSON),
    sent("proton", **PERSON),
    sent("workmail", **PERSON),
    sent("confirm-folded", **AUTOMATIC, reason="account-mail"),
    sent("oof-folded", **AUTOMATIC, reason="auto-reply"),
    sent("oof-split", **AUTOMATIC, reason="auto-reply"),
    sent("notes-oof", **AUTOMATIC, reason="auto-reply"),
    sent("auto-prefix", **AUTOMATIC, reason="auto-reply"),
    read("dmarc-aggregate-plain", **AUTOMATIC, reason="dmarc-report"),
    read("dmarc-aggregate-ms", **AUTOMATIC, reason="dmarc-report"),
    live(
        "gmail-autoforward",
        "ann.doe+caf_=ann.doe=army.ml",
        "ann.doe@army.ml",
        sender="contractor.example",
        typo="relay",
        counts=True,
        why="forward",
    ),
    read("base64-subject-sec", markings=["protective-marking:protected"]),
    read("split-subject-sec", markings=["protective-marking:protected"]),
    read("msip-encoded", markings=["msip:restricted"]),
    read("mark-class-enc-q", markings=["classification:restricted"]),
    read("mark-class-latin1", markings=["classification:restricted"]),
    read("mark-sio-2231", markings=["sio-label:confidential"]),
    read("mark-nonconf", markings=["classification:other"]),
    read("mark-dlm", markings=["protective-marking:sensitive"]),
    # Departementaal Vertrouwelijk is the Dutch RESTRICTED (Council Decision 2013/488/EU, Appendix B).
    read("mark-nl", markings=["classification:restricted"]),
    read("mark-titus40", markings=["classification:confidential"]),
    read("mark-subject-cui", markings=["classification:cui"]),
    read("emoji-from", sender="xn--vi8hiv.ws"),
    read("abuse-report", sender="bank.example", counts=False),
    read("long-to", typo="recipient"),
    sent("longto-350", typo="recipient", dkim=["pass"]),
    read("tlsrpt", **AUTOMATIC, reason="tls-report"),
    read("report-no-type", **AUTOMATIC, reason="failure-report"),
    sent("eai", reasons=[], dkim=["pass"]),
    read("bom", sender="contractor.example"),
    # An invitation is the person's who invites.
    sent("gcal", **PERSON),
    # A device's scan is automatic with a word of its own (DESIGN §3), and no probe.
    read("mfp4", kind="automatic", reason="scan"),
    live("from-blank-signed", sender="contractor.example", tier="verified", dkim=["pass"], dmarc="pass"),
)


@pytest.mark.parametrize("find", [kept, lying_beside])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_mail_is_judged_rightly(case: MailCase, find: Callable[[str, str], Path]) -> None:
    assert differing(case.right, judged(case, find(FOLDER, case.file))) == {}


def test_each_mail_has_a_case() -> None:
    assert unnamed(FOLDER, CASES) == set()
