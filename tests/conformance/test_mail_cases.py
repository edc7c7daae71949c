"""The inputs of the review by public cases, each with what is right (tests/cases/mail).

The mails stand in this repository; some of them are made anew from the review's text. Where the review's own files lie
beside the checkout, they are judged, too. ``-signed`` ones are signed here, since the review delivered them signed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.casefiles import MailCase, differing, judged, judged_octets, kept, lying_beside, unnamed
from tests.support.signing import signed

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
        rcpt_to="someone@army.ml",
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
    sent("long-to", typo="recipient", dkim=["pass"]),
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


LETTER = {
    "From": "Ann Doe <ann.doe@contractor.example>",
    "To": "someone@army.ml",
    "Subject": "plan",
    "Date": "Tue, 24 Nov 2026 10:00:00 +0000",
    "Message-ID": "<1@contractor.example>",
    "User-Agent": "Mozilla Thunderbird",
    "Content-Language": "en-GB",
}
"""A person's letter."""


def written(**changes: str) -> bytes:
    """``LETTER`` with other or further fields; ``_`` in a name stands for a hyphen."""
    fields = {**LETTER, **{name.replace("_", "-"): text for name, text in changes.items()}}
    return "".join(f"{name}: {text}\r\n" for name, text in fields.items()).encode() + b"\r\nx\r\n"


def staff(number: int, person: str) -> str:
    """An address list of ``number`` colleagues, with the stray address at its end."""
    return ",\r\n ".join([person.format(n) for n in range(number)] + ["someone@army.ml"])


@pytest.mark.parametrize(
    "message",
    [
        written(To=staff(1_500, "p{:04}@contractor.example")),
        written(To=staff(800, '"Person, Number {0:03}" <p{0:03}@contractor.example>')),
        written(To=staff(800, "Pérsön {0:03} <p{0:03}@contractor.example>")),
        written(To="boss@contractor.example", Cc=staff(900, "p{:03}@contractor.example")),
        written(From="Анна Доу <änn@contractor.example>", To="sömeone@army.ml", Subject="План"),
        written(From="Ann\r\n Doe\r\n <ann.doe@contractor.example>"),
        written(Reply_To="ann@xn--vi8hiv.example", Message_ID="<1@xn--vi8hiv.example>"),
        written(To="x@xn--vi8hiv.example, someone@army.ml"),
    ],
)
@pytest.mark.parametrize("blank", [b"", b" ", b"\t "])
def test_unusual_letters_of_a_person_count(message: bytes, blank: bytes) -> None:
    """``blank``: before the colons of From and To (RFC 5322 §4.5), which relaxed canonicalization takes away."""
    octets = signed(message, headers="from:to:cc:subject:date:message-id")
    for name in (b"From", b"To"):
        octets = octets.replace(b"\r\n" + name + b":", b"\r\n" + name + blank + b":")
    found = judged_octets(sent(""), octets)
    right = {"class": "person", "typo": "recipient", "dkim": ["pass"], "tier": "verified", "why": "dkim"}
    assert differing(right, found) == {}
    assert "damaged-header" not in found["reasons"]


@pytest.mark.parametrize(
    "message",
    [
        b"from : eve@elsewhere.example\r\n" + written(),
        written(From="eve@elsewhere.example <ann.doe@contractor.example> x"),
        written(From="ann.doe@contractor.example, eve@elsewhere.example"),
        written(From="<<ann.doe@contractor.example>>"),
        written(From="eve@elsewhere.example ann.doe@contractor.example"),
    ],
)
def test_a_from_that_names_two_or_nobody_proves_no_author(message: bytes) -> None:
    found = judged_octets(sent(""), signed(message, headers="from:to:cc:subject:date:message-id"))
    assert not found["counts"] and found["dmarc"] != "pass"
