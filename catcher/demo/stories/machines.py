"""Stories of automatic mail: newsletters, orders, bounces, automatic replies; and a mail program tries to log in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta

from catcher.demo.event import Event, Expected, Manner, Story
from catcher.demo.letters import automatic_reply, bounce, machine_mail, newsletter
from catcher.demo.organisations import LAPTOP, NEWSLETTER, SCHOOL, SHOP, TOWN
from catcher.demo.stories.script import Script
from catcher.demo.texts import PASSWORD_CANARY, READERS
from catcher.model.mail.fingerprint import MailClass, Tier


def digest(script: Script) -> Iterator[Event]:
    """A newsletter goes to every subscriber once a week."""
    expected = Expected(tier=Tier.VERIFIED, sender=NEWSLETTER.domain, mail_class=MailClass.BULK)
    author = "Morning Digest", f"digest@{NEWSLETTER.domain}"
    for day in script.days[2::7]:
        start = script.moment(day, (5, 5))
        for number, reader in enumerate(READERS[:8]):
            to, at = f"{reader}@army.ml", start + timedelta(seconds=7 * number)
            message = script.signed(NEWSLETTER, newsletter(script.note(at, author, to, subject="This week")), at)
            sender = f"bounce-{script.rng.getrandbits(32):08x}@{NEWSLETTER.domain}"
            yield Event(at, Story.NEWSLETTER, NEWSLETTER.host, sender, (to,), message, expected)


def orders(script: Script) -> Iterator[Event]:
    """A shop confirms orders whose customers mistyped their address."""
    expected = Expected(tier=Tier.VERIFIED, sender=SHOP.domain, mail_class=MailClass.AUTOMATIC)
    author = "Tent and Tarp", f"no-reply@{SHOP.domain}"
    for day in script.days[::2]:
        to, at = script.reader("army.ml"), script.moment(day, (6, 21))
        message = script.signed(SHOP, machine_mail(script.note(at, author, to, subject="Your order")), at)
        yield Event(at, Story.ORDERS, SHOP.host, author[1], (to,), message, expected)


def bounces(script: Script) -> Iterator[Event]:
    """A school sends delivery status notifications for mail that others forged with a sender at army.ml."""
    expected = Expected(mail_class=MailClass.BOUNCE)
    author = "Mail Delivery System", f"MAILER-DAEMON@{SCHOOL.domain}"
    for day in script.days[1::2]:
        to, at = script.reader("army.ml"), script.moment(day, (0, 23))
        message = script.signed(SCHOOL, bounce(script.note(at, author, to, subject="Undelivered mail")), at)
        yield Event(at, Story.BOUNCES, SCHOOL.host, "", (to,), message, expected)


def automatic_replies(script: Script) -> Iterator[Event]:
    """A town's staff send vacation notices in reply to mail with a forged sender; they don't prove that the town itself
    writes to army.ml."""
    expected = Expected(tier=Tier.VERIFIED, sender=TOWN.domain, mail_class=MailClass.AUTOMATIC)
    for number, day in enumerate(script.workdays[::2]):
        to, at, author = script.reader("army.ml"), script.moment(day), script.staff(TOWN)
        message = script.signed(TOWN, automatic_reply(script.note(at, author, to, subject="Out of office")), at)
        sender = "" if number % 2 else author[1]
        yield Event(at, Story.AUTO_REPLIES, TOWN.host, sender, (to,), message, expected)


def log_in(script: Script) -> Iterator[Event]:
    """A laptop has smtp.army.ml as its outgoing server and sends its password there; the sink refuses it and closes."""
    secret = base64.b64encode(f"\0{READERS[0]}\0{PASSWORD_CANARY}".encode())
    for day in script.workdays[4::4]:
        at = script.moment(day)
        sender = f"{READERS[0]}@army.ml"
        yield Event(at, Story.LOG_IN, LAPTOP, sender, (), secret, Expected(None, ()), Manner.LOG_IN)


MACHINES_STORIES = (digest, orders, bounces, automatic_replies, log_in)
