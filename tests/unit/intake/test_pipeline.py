"""From octets to the decision: what an attacker can provoke makes no notice due, what honest people send does.

::

    message ─▶ fingerprint ─▶ observe ─▶ fold ─▶ measure ─▶ judge_notice

The four cases of a review of release 0.2, in which the first three made a notice due and the last one didn't.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from catcher.incident import NoticeDecision, fold, judge_notice, latest_period, measure_incident
from catcher.intake.observe import Arrival, observe
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Measures
from catcher.model.mail.lookup import LookupRecord
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome, Policy
from catcher.privacy import RollingTokens, Tokens
from tests.persons import shapes
from tests.support.fingerprints import NOW, Table, context, judge, transaction, txt
from tests.support.folding import party_of
from tests.support.signing import ED25519_RECORD, signed

TOKENS = Tokens("2026-11", b"k" * 32, RollingTokens(b"r" * 32))
DAYS = [NOW - timedelta(days=n) for n in (3, 2, 1)]
ARMY = IncidentKey("army.mil", Role.INTENDED, "army.ml")
CONTRACTOR = IncidentKey("contractor.example", Role.SENDER, "army.ml")
OWN_HOST = ("192.0.2.25", "out.contractor.example")


def zone(domain: str, ip: str, host: str) -> dict[str, tuple[LookupRecord, ...]]:
    return {
        f"{domain} TXT": txt(f"v=spf1 ip4:{ip} -all"),
        f"_dmarc.{domain} TXT": txt("v=DMARC1; p=reject"),
        f"s1._domainkey.{domain} TXT": (ED25519_RECORD,),
        f"{host} A": (ip,),
        f"{'.'.join(reversed(ip.split('.')))}.in-addr.arpa PTR": (host,),
    }


def text(author: str, subject: str, at: datetime) -> bytes:
    domain = author.rpartition("@")[2].rstrip(">")
    return (
        f"From: {author}\r\nTo: doe@army.ml\r\nSubject: {subject}\r\nDate: {at:%a, %d %b %Y %H:%M:%S +0000}\r\n"
        f"Message-ID: <{at:%d}{len(author)}@{domain}>\r\n\r\nhello\r\n"
    ).encode()


def letter(who: str, at: datetime) -> bytes:
    """A person's letter, by the fields of Apple Mail."""
    author = (who.title(), f"{who}@contractor.example")
    note = shapes.Note(author, (("", "doe@army.ml"),), (), "plan", None, at, Random(at.day))
    fields = "".join(f"{name}: {value}\r\n" for name, value in shapes.apple_mail(note))
    return f"{fields}\r\nhello\r\n".encode()


def seen(
    message: bytes,
    table: Table,
    at: datetime,
    host: tuple[str, str],
    mail_from: str,
    headers: str = "from:to:subject:date",
) -> Observation:
    """The observation of ``message``, signed by the domain of ``mail_from``, from ``host`` (address and name)."""
    domain = mail_from.rpartition("@")[2]
    octets = signed(message, domain=domain, headers=headers, tags=f"t={int(at.timestamp()) - 60};")
    of = transaction(octets, client=host[0], helo=host[1], mail_from=mail_from, rcpt_to=("doe@army.ml",), now=at)
    found = judge(of, table, context(at)).found
    arrival = Arrival("t", "r", {"army.ml": Policy.ACCEPT}, Outcome.ACCEPTED)
    (one,) = observe(of, found, arrival, TOKENS)
    return one


def measured(observations: list[Observation], key: IncidentKey) -> Measures:
    incident = fold(observations, party_of=party_of)[key.id]
    period = latest_period(incident)
    assert period is not None
    return measure_incident(incident, period)


def decided(observations: list[Observation], key: IncidentKey) -> NoticeDecision:
    return judge_notice(measured(observations, key))


def test_somebody_s_address_entered_at_three_shops() -> None:
    shops = (
        ("shop-a.example", "123456 is your code"),
        ("shop-b.example", "Confirma tu correo"),
        ("shop-c.example", "Thanks for contacting us"),
    )
    bomb = []
    for at, (shop, subject) in zip(DAYS, shops, strict=True):
        host = ("192.0.2.25", f"out.{shop}")
        message = text(f"Shop <hello@{shop}>", subject, at)
        bomb.append(seen(message, zone(shop, *host), at, host, f"hello@{shop}"))
    assert not decided(bomb, ARMY).due


def test_one_person_behind_batv() -> None:
    table = zone("contractor.example", *OWN_HOST)
    mails = [
        seen(
            letter("ada", at),
            table,
            at,
            OWN_HOST,
            f"prvs=1{at:%j}abcdef=ada@contractor.example",
        )
        for at in DAYS
    ]
    assert all(mail.counts for mail in mails)
    found = measured(mails, CONTRACTOR)
    assert (found.senders.number, found.authors.number, found.reverse_paths.number) == (1, 1, 1)
    assert not judge_notice(found).due


def test_one_person_behind_reverse_paths_of_an_unknown_form() -> None:
    table = zone("contractor.example", *OWN_HOST)
    mails = [seen(letter("ada", at), table, at, OWN_HOST, f"x{n}yz@contractor.example") for n, at in enumerate(DAYS)]
    found = measured(mails, CONTRACTOR)
    assert (found.senders.number, found.authors.number, found.reverse_paths.number) == (1, 1, 3)
    assert found.mailboxes_differ and not judge_notice(found).due


def test_three_people_on_their_own_host() -> None:
    table = zone("contractor.example", *OWN_HOST)
    mails = [
        seen(
            letter(who, at),
            table,
            at,
            OWN_HOST,
            f"{who}@contractor.example",
        )
        for who, at in zip(("ada", "ben", "cem"), DAYS, strict=True)
    ]
    found = decided(mails, CONTRACTOR)
    assert (found.due, found.second_approver) == (True, False)
    assert decided(mails, ARMY).due


def test_three_people_on_microsoft_365() -> None:
    """Its signature covers no recipient; the provider that MX and SPF name delivers the mail."""
    host = ("192.0.2.10", "mail-bn8nam11on2101.outbound.protection.outlook.com")
    table = zone("contractor.example", *host) | {
        "contractor.example TXT": txt("v=spf1 include:spf.protection.outlook.com -all"),
        "spf.protection.outlook.com TXT": txt("v=spf1 ip4:192.0.2.0/24 -all"),
        "contractor.example MX": ((0, "contractor-example.mail.protection.outlook.com"),),
    }
    headers = "from:date:subject:message-id:content-type:mime-version:x-ms-exchange-senderadcheck"
    mails = []
    for n, (who, at) in enumerate(zip(("ada", "ben", "cem"), DAYS, strict=True)):
        author = (who.title(), f"{who}@contractor.example")
        note = shapes.Note(author, (("", "doe@army.ml"),), (), "delivery dates", None, at, Random(n))
        fields = "".join(f"{name}: {value}\r\n" for name, value in shapes.outlook(note))
        mails.append(seen(f"{fields}\r\nhello\r\n".encode(), table, at, host, author[1], headers))
    assert [mail.counting.reason for mail in mails] == ["provider"] * 3
    found = decided(mails, CONTRACTOR)
    assert (found.due, found.second_approver) == (True, True)
