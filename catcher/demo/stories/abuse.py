"""Stories of forgery, replay and abused sign-up forms. None may lead to a notice to the organisation in From."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from catcher.demo.event import Event, Expected, Manner, Story
from catcher.demo.letters import machine_mail, office_mail, spam
from catcher.demo.organisations import ACCESS_PROVIDER, CONTRACTOR, HIJACKED, PRIZE, SIGN_UPS, SendingHost
from catcher.demo.stories.script import Script
from catcher.demo.texts import BOMBED_READER, READERS, SPAM_SUBJECTS, STAFF, local_part
from catcher.model.mail.fingerprint import MailClass, Tier

_REPLAYED = Expected(tier=Tier.VERIFIED, sender=CONTRACTOR.domain, replayed=True)


def forged(script: Script) -> Iterator[Event]:
    """Hijacked machines send mail with the contractor's address in From and in the envelope, without any proof."""
    for day in script.days:
        for host in script.rng.sample(HIJACKED, 2):
            at, to = script.moment(day, (0, 23)), script.reader("army.ml")
            author = script.staff(CONTRACTOR)
            message = spam(script.note(at, author, to, subject=script.rng.choice(SPAM_SUBJECTS)))
            expected = Expected(tier=Tier.NETWORK if host.named else Tier.CLAIMED)
            yield Event(at, Story.FORGED, host, author[1], (to,), message, expected)


def forged_signed(script: Script) -> Iterator[Event]:
    """A spammer forges the contractor's From; SPF and DKIM pass, but only for the spammer's own domain."""
    expected = Expected(tier=Tier.AUTHENTICATED, sender=PRIZE.domain)
    for day in script.days[::2]:
        at, to = script.moment(day, (0, 23)), script.reader("army.ml")
        note = script.note(at, script.staff(CONTRACTOR), to, subject=script.rng.choice(SPAM_SUBJECTS))
        message = script.signed(PRIZE, spam(note), at)
        yield Event(at, Story.FORGED_SIGNED, PRIZE.host, f"win@{PRIZE.domain}", (to,), message, expected)


def replay(script: Script) -> Iterator[Event]:
    """A genuine mail is delivered once; then 24 other machines send the same octets within two days."""
    at = script.moment(script.workdays[8])
    to = f"{READERS[3]}@army.ml"
    sender, message = script.letter(CONTRACTOR, at, to, office_mail)
    original = Expected(tier=Tier.VERIFIED, sender=CONTRACTOR.domain, mail_class=MailClass.PERSON, counts=True)
    yield Event(at, Story.ORIGINAL, CONTRACTOR.host, sender, (to,), message, original)
    for number in range(24):
        again, own = (
            at + timedelta(minutes=90 + 110 * number),
            f"replay-{script.rng.getrandbits(32):08x}@{ACCESS_PROVIDER}",
        )
        yield _again(again, Story.REPLAY, HIJACKED[number], own, script.reader("army.ml"), message, _REPLAYED)


def stale(script: Script) -> Iterator[Event]:
    """Hijacked machines send genuine mails that the sink has not seen before, but with signatures two weeks old."""
    expected = Expected(tier=Tier.VERIFIED, sender=CONTRACTOR.domain)
    for number, day in enumerate(script.workdays[1:4]):
        signed_at, to = script.moment(day), script.reader("army.ml")
        sender, message = script.letter(CONTRACTOR, signed_at, to, office_mail)
        yield _again(signed_at + timedelta(days=14), Story.STALE, HIJACKED[30 + number], sender, to, message, expected)


def sign_up_bomb(script: Script) -> Iterator[Event]:
    """Somebody enters one address in the sign-up forms of genuine services, 48 times within an hour."""
    start = script.moment(script.workdays[9], (14, 14)).replace(minute=0)
    for number in range(48):
        service = SIGN_UPS[number % len(SIGN_UPS)]
        at, to = start + timedelta(seconds=70 * number), f"{BOMBED_READER}@army.ml"
        author = service.name, f"no-reply@{service.domain}"
        message = script.signed(service, machine_mail(script.note(at, author, to, subject="Confirm your address")), at)
        sender = f"confirm-{script.rng.getrandbits(32):08x}@{service.domain}"
        expected = Expected(tier=Tier.VERIFIED, sender=service.domain, mail_class=MailClass.AUTOMATIC)
        yield Event(at, Story.SIGN_UP_BOMB, service.host, sender, (to,), message, expected)


def stubborn(script: Script) -> Iterator[Event]:
    """Machines connect although DNS names no mail host: policies null, observe and release also apply at RCPT, and the
    sink relays no mail.
    """
    replies = {"travle.example": 550, "shipyrad.example": 550, "universty.example": 451, "elsewhere.example": 550}
    for number, day in enumerate(script.days[::3]):
        domain, reply = list(replies.items())[number % len(replies)]
        at, to, host = script.moment(day, (0, 23)), script.reader(domain), HIJACKED[number]
        sender = f"{local_part(STAFF[0])}@{CONTRACTOR.domain}"
        yield Event(at, Story.STUBBORN, host, sender, (to,), b"", Expected(reply, ()), Manner.INSIST)


def _again(
    at: datetime, story: Story, host: SendingHost, sender: str, to: str, message: bytes, expected: Expected
) -> Event:
    trace = f"Received: from [{host.address}] by {host.name}; {at:%a, %d %b %Y %H:%M:%S} +0000\r\n".encode()
    return Event(at, story, host, sender, (to,), trace + message, expected)


ABUSE_STORIES = (forged, forged_signed, replay, stale, sign_up_bomb, stubborn)
