"""Stories of people who write to a wrong address: the mail for which the sink was made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from catcher.demo.event import Event, Expected, Manner, Story
from catcher.demo.letters import desktop_mail, itinerary, marked_mail, office_mail
from catcher.demo.organisations import (
    CLINIC,
    CONTRACTOR,
    HOSPITAL,
    MINISTRY,
    SHIPYARD,
    TRAVEL,
    UNIVERSITY,
)
from catcher.demo.stories.script import Script
from catcher.demo.texts import STORED_READER
from catcher.model.mail.fingerprint import MailClass, Tier

ENDS_ON = 16
"""The first day of the month on which the sink takes no more mail for hosptal.example."""

_PERSON = Expected(tier=Tier.VERIFIED, mail_class=MailClass.PERSON, counts=True)


def contractor(script: Script) -> Iterator[Event]:
    """Every working day one person uses a wrong entry in an address book, and two people mistype an address."""
    expected = replace(_PERSON, sender=CONTRACTOR.domain)
    daily = script.staff(CONTRACTOR)
    for day in script.workdays:
        for author, to in (
            (daily, f"{STORED_READER}@army.ml"),
            (script.staff(CONTRACTOR), script.reader("army.ml")),
            (script.staff(CONTRACTOR), script.reader("army.ml")),
        ):
            at = script.moment(day)
            message = script.signed(CONTRACTOR, office_mail(script.note(at, author, to)), at)
            yield Event(at, Story.CONTRACTOR, CONTRACTOR.host, author[1], (to,), message, expected)


def travel(script: Script) -> Iterator[Event]:
    """A travel agency sends itineraries to army.ml, which accepts, and to navy.ml, which explains after the data."""
    for day in script.workdays:
        for domain, reply in (("army.ml", 250), ("navy.ml", 550)):
            to, at = script.reader(domain), script.moment(day)
            sender, message = script.letter(TRAVEL, at, to, itinerary)
            expected = replace(_PERSON, sender=TRAVEL.domain, domains=(domain,), reply=reply)
            yield Event(at, Story.TRAVEL, TRAVEL.host, sender, (to,), message, expected)


def hospital(script: Script) -> Iterator[Event]:
    """A hospital without DKIM writes; SPF from its own address with matching reverse DNS is the only proof."""
    expected = replace(_PERSON, tier=Tier.AUTHENTICATED, sender=HOSPITAL.domain)
    for day in script.workdays[::2]:
        to, at = script.reader("army.ml"), script.moment(day)
        sender, message = script.letter(HOSPITAL, at, to, desktop_mail)
        yield Event(at, Story.HOSPITAL, HOSPITAL.host, sender, (to,), message, expected)


def ministry(script: Script) -> Iterator[Event]:
    """A ministry sends documents with a protective marking."""
    expected = replace(_PERSON, sender=MINISTRY.domain)
    for number, day in enumerate(script.workdays[1::2]):
        level = "OFFICIAL:Sensitive" if number % 3 else "PROTECTED"
        to, at, author = script.reader("army.ml"), script.moment(day), script.staff(MINISTRY)
        message = script.signed(MINISTRY, marked_mail(script.note(at, author, to), level), at)
        yield Event(at, Story.MINISTRY, MINISTRY.host, author[1], (to,), message, expected)


def university(script: Script) -> Iterator[Event]:
    """SPF passes for the university, but the host is shared by many: the sender can be named, but doesn't count."""
    expected = Expected(tier=Tier.AUTHENTICATED, sender=UNIVERSITY.domain, mail_class=MailClass.PERSON)
    for day in script.workdays[::3]:
        to, at = script.reader("army.ml"), script.moment(day)
        sender, message = script.letter(UNIVERSITY, at, to, desktop_mail)
        yield Event(at, Story.UNIVERSITY, script.host(UNIVERSITY), sender, (to,), message, expected)


def refused(script: Script) -> Iterator[Event]:
    """Policy refuse: the sink explains at RCPT and sees only the envelope."""
    expected = Expected(550, ("minstry.example",), Tier.AUTHENTICATED, SHIPYARD.domain)
    for day in script.workdays[2::4]:
        to, at = script.reader("minstry.example"), script.moment(day)
        sender, message = script.letter(SHIPYARD, at, to, office_mail)
        yield Event(at, Story.REFUSED, SHIPYARD.host, sender, (to,), message, expected)


def ended(script: Script) -> Iterator[Event]:
    """Policy accept until mid-month, then observe: the MX record disappears, and senders keep their mail."""
    taken = replace(_PERSON, sender=CLINIC.domain, domains=("hosptal.example",))
    for day in script.days[::3]:
        to, at = script.reader("hosptal.example"), script.moment(day)
        sender, message = script.letter(CLINIC, at, to, desktop_mail)
        expected = taken if day.day < ENDS_ON else Expected(None, ())
        yield Event(at, Story.ENDED, CLINIC.host, sender, (to,), message, expected)
    at = script.moment(script.days[ENDS_ON])
    sender, message = script.letter(CLINIC, at, to, desktop_mail)
    yield Event(at, Story.ENDED, CLINIC.host, sender, (to,), message, Expected(550, ()), Manner.INSIST)


def turned_away(script: Script) -> Iterator[Event]:
    """Null MX, no MX, and a name soon to be handed over: the mail never leaves its sender."""
    names = ("travle.example", "shipyrad.example", "universty.example")
    for number, day in enumerate(script.workdays[::2]):
        to, at = script.reader(names[number % 3]), script.moment(day)
        sender, message = script.letter(SHIPYARD, at, to, office_mail)
        yield Event(at, Story.TURNED_AWAY, SHIPYARD.host, sender, (to,), message, Expected(None, ()))


def mixed(script: Script) -> Iterator[Event]:
    """One mail goes to two mistyped domains. In another, the second recipient is deferred and is sent again later."""
    day = script.workdays[6]
    at, author = script.moment(day), script.staff(SHIPYARD)
    both = script.reader("army.ml"), script.reader("contracter.example")
    message = script.signed(SHIPYARD, office_mail(script.note(at, author, *both)), at)
    taken = replace(_PERSON, sender=SHIPYARD.domain)
    expected = replace(taken, domains=("army.ml", "contracter.example"))
    yield Event(at, Story.MIXED, SHIPYARD.host, author[1], both, message, expected)

    at = script.moment(day + timedelta(days=1))
    both = script.reader("army.ml"), script.reader("navy.ml")
    message = script.signed(SHIPYARD, office_mail(script.note(at, author, *both)), at)
    yield Event(at, Story.MIXED, SHIPYARD.host, author[1], both, message, replace(taken, recipient_replies=(250, 452)))
    later = replace(taken, reply=550, domains=("navy.ml",))
    yield Event(at + timedelta(minutes=15), Story.MIXED, SHIPYARD.host, author[1], both[1:], message, later)


def retry(script: Script) -> Iterator[Event]:
    """The reply is lost, so the sender delivers the same mail again; the sink must count it once."""
    expected = replace(_PERSON, sender=TRAVEL.domain)
    for day in script.workdays[3::7]:
        to, at = script.reader("army.ml"), script.moment(day)
        sender, message = script.letter(TRAVEL, at, to, itinerary)
        lost = replace(expected, reply=None)
        yield Event(at, Story.RETRY, TRAVEL.host, sender, (to,), message, lost, Manner.LOSE_REPLY)
        again = replace(expected, retry=True, counts=False)
        yield Event(at + timedelta(minutes=15), Story.RETRY, TRAVEL.host, sender, (to,), message, again)


def ends_on(first: date) -> date:
    """The first day on which the next policy of hosptal.example is in force."""
    return first.replace(day=ENDS_ON)


WORK_STORIES = (contractor, travel, hospital, ministry, university, refused, ended, turned_away, mixed, retry)
