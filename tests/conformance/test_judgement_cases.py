"""The inputs of the review of judgements, each with what is right (tests/cases/judgement).

The mails stand in this repository; some of them are made anew from the review's text. Where the review's own files lie
beside the checkout, they are judged, too. What its short scripts showed is tried here by the same calls: a sign-up
bomb, provoked answers, BATV and Microsoft 365. Its statistics have their tests in tests/unit/incident
(``test_coverage``, ``test_life``) and tests/unit/desk (``test_standing``).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catcher.directory import party_of, platform_of
from catcher.incident import fold, judge_notice, latest_period, measure_incident
from catcher.intake.observe import Arrival, observe
from catcher.model.leak.incident import Role
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome, Policy
from catcher.privacy.tokens import RollingTokens, Tokens
from tests.support.carried import MICROSOFT, MICROSOFT_SIGNS, OWN, at_microsoft, host
from tests.support.casefiles import MailCase, differing, judged, kept, lying_beside, unnamed
from tests.support.fingerprints import NOW, Table, context, judge, transaction, txt
from tests.support.signing import ED25519_RECORD, signed

FOLDER = "judgement"
ZONES = ("judgement/contractor", "judgement/reverse", "judgement/google-tenant")


def sent(file: str, *, mail_from: str = "ada@contractor.example", **right: object) -> MailCase:
    """A mail that contractor.example's own host sent and signed; its class has the key ``kind``."""
    right = {("class" if key == "kind" else key): expected for key, expected in right.items()}
    return MailCase(
        f"{file}.eml",
        right,
        mail_from=mail_from,
        client="192.0.2.25",
        helo="out.contractor.example",
        at="2026-11-20T12:00:00Z",
        zones=ZONES,
    )


CASES = (
    sent("contact-form-copy", kind="automatic", counts=False),
    sent("dmarc-aggregate", kind="automatic", reason="dmarc-report", counts=False),
    sent("dsn-success", mail_from="<>", kind="bounce", counts=False),
    sent("grave-android", kind="person", counts=True),
    # No program of a person writes HTML alone and nothing else of its own: the class is unknown, and not spam.
    sent("grave-html-important", kind="unknown", counts=False, markings=["importance:high"]),
    sent("grave-workspace", kind="person", counts=True),
    sent("marking-empty", markings=[]),
    sent("marking-negated", markings=["msip:other"]),
    sent("marking-subject-base64", markings=["protective-marking:protected"]),
    sent("marking-unclassified", markings=["classification:unclassified"]),
    sent("mdn-rfc6533", mail_from="<>", kind="automatic", reason="disposition-notification", counts=False),
    sent("monitoring", kind="automatic", counts=False),
    sent("one-time-code", kind="automatic", reason="one-time-code", counts=False),
    sent("oof-encoded-words", kind="automatic", reason="auto-reply", counts=False),
    sent("oof-notes", kind="automatic", reason="auto-reply", counts=False),
    sent("tls-report", kind="automatic", reason="tls-report", counts=False),
    # Two addresses without a comma name nobody: the signature alone proves its domain.
    sent("two-angle-addresses", tier="authenticated", dmarc="none", counts=False),
    sent("utf8-header", reasons=[]),
    sent("workspace-tenant-key", kind="person", sender="contractor.example", conflicts=[], counts=True, why="spf"),
)


@pytest.mark.parametrize("find", [kept, lying_beside])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_mail_is_judged_rightly(case: MailCase, find: Callable[[str, str], Path]) -> None:
    assert differing(case.right, judged(case, find(FOLDER, case.file))) == {}


def test_each_mail_has_a_case() -> None:
    assert unnamed(FOLDER, CASES) == set()


TOKENS = Tokens("2026-11", b"k" * 32, RollingTokens(b"r" * 32))
DAYS = [NOW - timedelta(days=n) for n in (3, 2, 1)]


def seen(octets: bytes, table: Table, at: datetime, client: str, mail_from: str) -> Observation:
    """What is observed of a mail to doe@army.ml."""
    to = ("doe@army.ml",)
    of = transaction(octets, client=client, helo="mail.contractor.example", mail_from=mail_from, rcpt_to=to, now=at)
    found = judge(of, table, replace(context(at), platform=platform_of)).found
    (one,) = observe(of, found, Arrival("t", "r", {"army.ml": Policy.ACCEPT}, Outcome.ACCEPTED), TOKENS)
    return one


def due(observations: list[Observation]) -> dict[Role, bool]:
    """Whether a notice about these mails would be due, by role."""
    decisions: dict[Role, bool] = {}
    for incident in fold(observations, party_of=party_of).values():
        decision = judge_notice(measure_incident(incident, latest_period(incident)))
        decisions[incident.key.role] = decisions.get(incident.key.role, False) or decision.due
    return decisions


def text(author: str, subject: str, at: datetime, *more: str) -> bytes:
    date = f"{at - timedelta(minutes=1):%a, %d %b %Y %H:%M:%S +0000}"
    lines = [f"From: {author}", "To: doe@army.ml", f"Subject: {subject}", f"Date: {date}", *more, "", "hello", ""]
    return "\r\n".join(lines).encode()


def by_its_own_host(domain: str) -> Table:
    return {
        **host(OWN, f"out.{domain}"),
        f"{domain} TXT": txt(f"v=spf1 ip4:{OWN} -all"),
        f"_dmarc.{domain} TXT": txt("v=DMARC1; p=reject"),
        f"s1._domainkey.{domain} TXT": [ED25519_RECORD],
    }


def test_a_sign_up_bomb_makes_no_notice_due() -> None:
    shops = [
        ("shop-a.example", "123456 is your code"),
        ("shop-b.example", "Confirma tu correo"),
        ("shop-c.example", "Thanks for contacting us"),
    ]
    bomb = []
    for at, (shop, subject) in zip(DAYS, shops, strict=True):
        octets = signed(text(f"Shop <hello@{shop}>", subject, at), domain=shop)
        bomb.append(seen(octets, by_its_own_host(shop), at, OWN, f"hello@{shop}"))
    assert not any(one.counts for one in bomb)
    assert not any(due(bomb).values())


@pytest.mark.parametrize(
    "subject",
    ["{} is out of the office (returning 30.11.2026)", "AUTO: {} is out of the office", "Abwesend: {}", "Auto: plan"],
)
def test_provoked_answers_make_no_notice_due(subject: str) -> None:
    answers = []
    for at, who in zip(DAYS, ("ada", "ben", "cem"), strict=True):
        octets = signed(text(f"{who} <{who}@contractor.example>", subject.format(who), at, "X-Mailer: IBM Notes 9"))
        answers.append(seen(octets, by_its_own_host("contractor.example"), at, OWN, f"{who}@contractor.example"))
    assert not any(one.counts for one in answers)
    assert not any(due(answers).values())


PERSONS = ("User-Agent: Mozilla Thunderbird", "Content-Language: en-GB", "Message-ID: <1@contractor.example>")


@pytest.mark.parametrize(
    "reverse_path",
    [
        "prvs=1{:%j}abcdef=ada@contractor.example",
        "btv1=={:%j}abcdef==ada@contractor.example",
        "bounce-{:%j}-doe=army.ml@contractor.example",
        "SRS0=a{:%j}=XY=contractor.example=ada@contractor.example",
        "ada+{:%j}@contractor.example",
        "ADA@contractor.example",
    ],
)
def test_one_person_behind_tagged_addresses_is_one_mailbox(reverse_path: str) -> None:
    mails = []
    for at in DAYS:
        octets = signed(text("Ada <ada@contractor.example>", "plan", at, *PERSONS))
        mails.append(seen(octets, by_its_own_host("contractor.example"), at, OWN, reverse_path.format(at)))
    assert all(one.counts for one in mails)
    assert not any(due(mails).values())
    (sender,) = [i for i in fold(mails, party_of=party_of).values() if i.key.role is Role.SENDER]
    assert measure_incident(sender, latest_period(sender)).senders.number == 1


def test_three_people_on_microsoft_365_make_one_due() -> None:
    mails = []
    outlook = ("Thread-Topic: plan", "Accept-Language: en-US", "X-MS-Has-Attach:", "X-MS-Exchange-SenderADCheck: 1")
    for at, who in zip(DAYS, ("ada", "ben", "cem"), strict=True):
        number = f"Message-ID: <{who}@AM0PR01MB0001.eurprd01.prod.exchangelabs.com>"
        octets = text(f"{who} <{who}@contractor.example>", "plan", at, number, *outlook)
        by_platform = signed(octets, selector="selector1", headers=MICROSOFT_SIGNS)
        mails.append(seen(by_platform, at_microsoft(), at, MICROSOFT, f"{who}@contractor.example"))
    assert [one.fresh_reason for one in mails] == ["provider"] * 3
    assert due(mails)[Role.SENDER]


def lookalike(*arguments: str, seed: str = "0") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "catcher", "lookalike", *arguments],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


def test_a_match_does_not_depend_on_the_hash_seed_and_claims_nothing_unlikely() -> None:
    watch = str(kept(FOLDER, "short-names.csv"))
    first, second = (lookalike("match", "--watch", watch, "ab.test", seed=seed) for seed in "01")
    assert first == second
    assert first.startswith("ab.test → not known for whom")


def test_glued_names_are_found_and_another_tld_alone_is_no_claim() -> None:
    watch = str(kept(FOLDER, "glued.csv"))
    out = lookalike("match", "--watch", watch, "mailarmy.mil", "mailarmy.ml", "armymil.ml", "army.de").splitlines()
    assert [line.partition(" → ")[2].partition("  ")[0] for line in out] == ["army.mil"] * 3 + ["not known for whom"]


def test_generate_ranks_amry_before_digits() -> None:
    out = lookalike("generate", "--watch", str(kept(FOLDER, "one-name.csv")), "--tld", "ml").splitlines()
    names = [line.split()[1] for line in out if line.startswith("army.mil ")]
    assert {"army.ml", "amry.ml", "arny.ml", "arm.ml"} <= set(names[:20])
    assert not any(char.isdigit() for name in names for char in name)
