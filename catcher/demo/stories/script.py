"""The tools of every story: the month's days, seeded random times and people, and signing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from catcher.demo.keys import DemoKey
from catcher.demo.letters import Note
from catcher.demo.organisations import ORGANISATIONS, Organisation, SendingHost
from catcher.demo.signing import SIGNED, sign
from catcher.demo.texts import READERS, STAFF, SUBJECTS, local_part

_BY_DOMAIN = {organisation.domain: organisation for organisation in ORGANISATIONS}


@dataclass(frozen=True, slots=True)
class Script:
    """One month. The same seed of ``rng`` and the same month give the same events, except for the signatures."""

    first: date
    """The first day of the month."""
    rng: Random = field(repr=False)
    keys: Mapping[str, DemoKey] = field(repr=False)
    """Domain → its key."""

    @property
    def days(self) -> list[date]:
        end = (self.first.replace(day=28) + timedelta(days=4)).replace(day=1)
        return [self.first + timedelta(days=n) for n in range((end - self.first).days)]

    @property
    def workdays(self) -> list[date]:
        return [day for day in self.days if day.weekday() < 5]

    def moment(self, day: date, hours: tuple[int, int] = (7, 17)) -> datetime:
        """A random second (UTC) of ``day``, from the start of the first hour to the end of the last hour."""
        second = self.rng.randrange(hours[0] * 3600, (hours[1] + 1) * 3600)
        return datetime.combine(day, time(), UTC) + timedelta(seconds=second)

    def reader(self, domain: str) -> str:
        """An address at the mistyped ``domain``, with the local-part of an intended person."""
        return f"{self.rng.choice(READERS)}@{domain}"

    def staff(self, organisation: Organisation) -> tuple[str, str]:
        """A person of the organisation: display name and address."""
        name = self.rng.choice(STAFF)
        return name, f"{local_part(name)}@{organisation.domain}"

    def note(self, at: datetime, author: tuple[str, str], *to: str, subject: str | None = None) -> Note:
        """The parts of a message by ``author`` (name, address)."""
        name, address = author
        return Note(at, f"{name} <{address}>", to, subject or self.rng.choice(SUBJECTS), self.rng)

    def signed(self, organisation: Organisation, message: bytes, at: datetime, signed: Sequence[str] = SIGNED) -> bytes:
        """``message`` with the organisation's signature over the fields ``signed``, if it has a key, and with its
        host's trace field on top."""
        key = self.keys.get(organisation.domain)
        if key is not None:
            message = sign(
                message, key, domain=organisation.domain, selector=organisation.selector, at=at, signed=signed
            )
        return self.received(organisation, message, at)

    def received(self, organisation: Organisation, message: bytes, at: datetime) -> bytes:
        """``message`` with the trace field of the organisation's host on top."""
        host = self.host(organisation)
        return f"Received: by {host.name} with ESMTP; {at:%a, %d %b %Y %H:%M:%S} +0000\r\n".encode() + message

    def letter(
        self, organisation: Organisation, at: datetime, to: str, write: Callable[[Note], bytes]
    ) -> tuple[str, bytes]:
        """A message from a person at ``organisation`` to ``to``: the reverse-path and the signed message."""
        author = self.staff(organisation)
        return author[1], self.signed(organisation, write(self.note(at, author, to)), at)

    @staticmethod
    def host(organisation: Organisation) -> SendingHost:
        """The host that sends its mail: its own or its provider's."""
        return _BY_DOMAIN[organisation.via].host if organisation.via else organisation.host
