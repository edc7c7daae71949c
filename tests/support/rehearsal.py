"""The whole path of an event without a socket: stream, fingerprint with the made-up world's zones, observe, store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO

import dns.name
import dns.zone
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

from catcher.catalogue import Catalogue
from catcher.demo.client import DeliveryResult, Route
from catcher.demo.event import Event, Manner
from catcher.demo.play import Played
from catcher.directory import Suffixes
from catcher.fingerprint import Context, fingerprint
from catcher.intake import declared_by
from catcher.intake.observe import Arrival, observe
from catcher.model.mail.fingerprint import Fingerprint
from catcher.model.mail.lookup import LookupRecord, LookupResult, Question, Status
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Transaction
from catcher.privacy import Tokens
from catcher.smtp.message.stream import MessageStream
from catcher.store import MemoryStore

FIRST = date(2026, 10, 1)
"""The first day of the month that is played."""

_OUTCOMES = {Policy.ACCEPT: Outcome.ACCEPTED, Policy.EXPLAIN: Outcome.EXPLAINED, Policy.REFUSE: Outcome.REFUSED}


class Zones:
    """Answers questions from zone texts."""

    def __init__(self, zones: Mapping[str, str]) -> None:
        self._zones = [
            dns.zone.from_file(StringIO(text), origin=origin, relativize=False) for origin, text in zones.items()
        ]

    def answer(self, question: Question) -> LookupResult:
        name = dns.name.from_text(question.name)
        for zone in self._zones:
            assert zone.origin is not None
            if name.is_subdomain(zone.origin):
                if (rrset := zone.get_rrset(name, question.rrtype.value)) is not None:
                    return LookupResult(Status.FOUND, tuple(_records(rrset)))
                below = any(owner.is_subdomain(name) for owner in zone.nodes)
                return LookupResult(Status.NODATA if below else Status.NXDOMAIN)
        return LookupResult(Status.NXDOMAIN)


def _records(rrset: dns.rrset.RRset) -> Iterator[LookupRecord]:
    for rr in rrset:
        if isinstance(rr, TXT):
            yield b"".join(rr.strings)
        elif isinstance(rr, MX):
            yield rr.preference, rr.exchange.to_text(omit_final_dot=True)
        else:
            yield rr.to_text().rstrip(".")


@dataclass(frozen=True)
class Rehearsed:
    """The result of a whole month."""

    played: list[Played]
    store: MemoryStore

    @property
    def observations(self) -> list[Observation]:
        return list(self.store.observations())


class Rehearsal:
    """The sink's observations of an event, from its rooms wired together, with nothing running."""

    def __init__(self, catalogue: Catalogue, world: Zones, tokens: Tokens) -> None:
        self._catalogue = catalogue
        self._world = world
        self._tokens = tokens
        self._suffixes = Suffixes()

    def play(self, number: int, event: Event) -> tuple[Played, tuple[Observation, ...]]:
        """The reply that the sender gets, and the observations before the store has seen them."""
        taken = self._taken(event)
        if event.manner is Manner.LOG_IN:
            return Played(number, event, None, DeliveryResult(535), hung_up=True), ()
        if event.manner is Manner.INSIST or not taken:
            reply = DeliveryResult(event.expected.reply) if event.manner is Manner.INSIST else None
            return Played(number, event, Route.NONE, reply), ()
        ref = f"REF-{number:08}"
        outcome = _OUTCOMES[next(iter(taken.values()))]
        transaction = self._transaction(event, taken, with_message=outcome is not Outcome.REFUSED)
        arrival = Arrival(f"{number:016x}", ref, taken, outcome)
        observations = observe(transaction, self._fingerprint(transaction), arrival, self._tokens)
        code = None if event.manner is Manner.LOSE_REPLY else 250 if outcome is Outcome.ACCEPTED else 550
        codes = event.expected.recipient_replies or ()
        return Played(number, event, Route.HOST, DeliveryResult(code, ref if code else None, codes)), observations

    def _taken(self, event: Event) -> dict[str, Policy]:
        """Catalogued domain → policy of those recipients whose outcome is the first one's."""
        found: dict[str, Policy] = {}
        for path in event.forward_paths:
            entry = self._catalogue.find(path.rpartition("@")[2])
            policy = entry.policy_at(event.at) if entry else Policy.OBSERVE
            if entry is not None and policy.observes and policy in {*found.values(), *([policy] if not found else [])}:
                found[entry.domain] = policy
        return found

    def _transaction(self, event: Event, taken: Mapping[str, Policy], *, with_message: bool) -> Transaction:
        header = body = None
        if with_message:
            stream = MessageStream()
            for start in range(0, len(event.message), 4096):
                stream.feed(event.message[start : start + 4096])
            header, body = stream.finish()
        paths = tuple(map(_mailbox, event.forward_paths))
        return Transaction(
            received_at=event.at,
            client=event.host.address,
            helo=event.host.name,
            tls=False,
            reverse_path=_mailbox(event.reverse_path) if event.reverse_path else None,
            forward_paths=tuple(path for path in paths if path.domain in taken),
            header=header,
            body=body,
        )

    def _fingerprint(self, transaction: Transaction) -> Fingerprint:
        context = Context(
            now=transaction.received_at,
            intended=declared_by(self._catalogue, lambda _: None),
            organizational_domain=self._suffixes.organizational_domain,
            organisation=lambda _: None,
        )
        answers: dict[Question, LookupResult] = {}
        while True:
            result = fingerprint(transaction, answers, context)
            if isinstance(result, Fingerprint):
                return result
            answers.update((question, self._world.answer(question)) for question in result.questions)


def _mailbox(path: str) -> Mailbox:
    local_part, _, domain = path.rpartition("@")
    return Mailbox(local_part, domain)
