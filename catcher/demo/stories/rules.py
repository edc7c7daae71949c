"""Stories that one rule of the sink explains: a platform's signature, a forward, answers, a stray ``rua=``."""

from __future__ import annotations

from collections.abc import Iterator

from catcher.demo.event import Event, Expected, Story
from catcher.demo.letters import answering_mail, desktop_mail, dmarc_report, hosted_office_mail
from catcher.demo.organisations import CLINIC, COLLEGE, CONTRACTOR, COUNCIL, REPORTER, SHIPYARD, SUPPLIER, TRAVEL
from catcher.demo.stories.script import Script
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier

_PLATFORM_SIGNS = ("from", "date", "subject", "message-id", "content-type", "mime-version")
"""The fields that Microsoft 365 signs; To and Cc aren't among them."""
_FORWARDED_TO = "registry.millrace@army.ml"
"""The entry in the council's forwarding rule."""


def college(script: Script) -> Iterator[Event]:
    """A college's staff write from Microsoft 365: its signature covers no recipient, so its MX and SPF must agree."""
    expected = Expected(tier=Tier.VERIFIED, sender=COLLEGE.domain, mail_class=MailClass.PERSON, counts=True)
    for day in script.workdays[1::3]:
        to, at, author = script.reader("army.ml"), script.moment(day), script.staff(COLLEGE)
        message = script.signed(COLLEGE, hosted_office_mail(script.note(at, author, to)), at, _PLATFORM_SIGNS)
        yield Event(at, Story.COLLEGE, script.host(COLLEGE), author[1], (to,), message, expected)


def forwarded(script: Script) -> Iterator[Event]:
    """A council's rule forwards the mail of one mailbox to army.ml, with SRS: others wrote it, to the council."""
    expected = Expected(tier=Tier.AUTHENTICATED, sender=COUNCIL.domain, mail_class=MailClass.PERSON, counts=True)
    authors = (CONTRACTOR, TRAVEL, CLINIC, SHIPYARD)
    for number, day in enumerate(script.workdays[::2]):
        author = authors[number % len(authors)]
        at = script.moment(day)
        sender, message = script.letter(author, at, f"desk@{COUNCIL.domain}", desktop_mail)
        mailbox, _, domain = sender.partition("@")
        reverse_path = f"SRS0={script.rng.getrandbits(16):04x}=KQ={domain}={mailbox}@{COUNCIL.domain}"
        relayed = script.received(COUNCIL, message, at)
        yield Event(at, Story.FORWARDED, COUNCIL.host, reverse_path, (_FORWARDED_TO,), relayed, expected)


def answers(script: Script) -> Iterator[Event]:
    """People at a supplier answer mail that names an address at army.ml. None of them mistyped it."""
    expected = Expected(
        tier=Tier.VERIFIED,
        sender=SUPPLIER.domain,
        mail_class=MailClass.PERSON,
        kind=MailKind.ANSWER,
        counts=True,
    )
    for day in script.workdays[::2]:
        to, at = script.reader("army.ml"), script.moment(day)
        sender, message = script.letter(SUPPLIER, at, to, answering_mail)
        yield Event(at, Story.ANSWERS, SUPPLIER.host, sender, (to,), message, expected)


def dmarc_reports(script: Script) -> Iterator[Event]:
    """A receiver sends its daily DMARC reports to the ``rua=`` of army.mil, which has a typo."""
    expected = Expected(
        tier=Tier.VERIFIED, sender=REPORTER.domain, mail_class=MailClass.AUTOMATIC, kind=MailKind.DMARC_REPORT
    )
    author = "DMARC reports", f"dmarc@{REPORTER.domain}"
    for day in script.days[1::3]:
        at = script.moment(day, (2, 4))
        subject = f"Report Domain: army.mil Submitter: {REPORTER.domain} Report-ID: {script.rng.getrandbits(48):012x}"
        note = script.note(at, author, "dmarc-reports@army.ml", subject=subject)
        message = script.signed(REPORTER, dmarc_report(note, "army.mil"), at)
        yield Event(at, Story.DMARC_REPORTS, REPORTER.host, author[1], note.to, message, expected)


RULES_STORIES = (college, forwarded, answers, dmarc_reports)
