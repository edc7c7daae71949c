"""The only path of a transaction: (1) fingerprint, with the DNS answers that it needs; (2) tokens; (3) observations;
(4) commit."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from catcher.catalogue import Catalogue
from catcher.directory import platform_of
from catcher.fingerprint import Context, TransactionFacts, fingerprint_from, read_transaction_facts
from catcher.intake.answers import AnswerRecorder
from catcher.intake.asking import ask_until_answered
from catcher.intake.completion import Completions, Unfinished
from catcher.intake.intended import declared_by, unwound_by
from catcher.intake.observe import Arrival, observe
from catcher.lookalike import Match
from catcher.model.mail.delivery import DeliveryLine
from catcher.model.mail.fingerprint import Platform
from catcher.model.mail.lookup import Unanswered
from catcher.model.mail.marking import NO_OWN_MARKINGS, OwnMarkings
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Transaction
from catcher.model.ports import NoteAnswers, ObservationSink, Resolver
from catcher.model.telling.answer import PartyAnswer
from catcher.privacy import KeyRing, Tokens

_REF_ALPHABET = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a reference survives a telephone call."""
_LETTERS = _REF_ALPHABET * 8
"""Maps each octet to a letter. Every letter has eight octets, so uniform octets give uniform letters."""


class Intake:
    """Takes finished transactions. One instance serves all sessions of a process.

    When look-ups failed, it keeps the transaction's facts for five minutes (``completion``). It keeps nothing else.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        resolver: Resolver | None,
        sink: ObservationSink,
        keys: KeyRing,
        organizational_domain: Callable[[str], str],
        organisation: Callable[[str], str | None],
        network_owner: Callable[[str], str | None] = lambda _: None,
        match: Callable[[str], Match] | None = None,
        note_answers: NoteAnswers = lambda _answers, _at: None,
        own_markings: OwnMarkings = NO_OWN_MARKINGS,
        platform: Callable[[str], Platform | None] = platform_of,
        note_delivery: Callable[[DeliveryLine], None] | None = None,
    ) -> None:
        """``resolver`` None: no look-ups are made, and their results are ``none``.

        ``match``: typed domain → protected names. It is used when the catalogue doesn't declare a domain's intended
        domain; without ``match`` that intended domain stays unknown. ``note_answers`` stores answers to notices.
        ``own_markings``: the operator's own list of markings. ``platform``: organizational domain → its kind of
        platform. ``note_delivery`` gets a line for each transaction that was stored; None: no line is made.
        """
        self._resolver = resolver
        self.completions = Completions(resolver, sink) if resolver is not None else None
        self._sink = sink
        self._keys = keys
        self._organizational_domain = organizational_domain
        self._organisation = organisation
        self._network_owner = network_owner
        self._own_markings = own_markings
        self._platform = platform
        self._note_delivery = note_delivery
        self._answers = AnswerRecorder(note_answers)
        self._intended = declared_by(catalogue, organisation, unwound_by(match, organisation) if match else None)

    @staticmethod
    def new_ref() -> str:
        """A random reference of 60 bits, ``XXXX-XXXX-XXXX``: the reply and the observation contain it."""
        letters = os.urandom(12).translate(_LETTERS).decode("ascii")
        return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"

    def take(
        self, transaction: Transaction, *, ref: str, policies: Mapping[str, Policy], outcome: Outcome
    ) -> Awaitable[object]:
        """The awaitable returns when the observations are durable. It raises StoreUnavailable when they can't be."""
        storing = self._take(transaction, ref, policies, outcome)
        if self._note_delivery is None:
            return storing
        return self._noted(storing, DeliveryLine.of(transaction.received_at, ref, outcome, transaction.octets))

    async def _noted(self, storing: Awaitable[object], line: DeliveryLine) -> None:
        await storing
        assert self._note_delivery is not None
        self._note_delivery(line)

    def _take(
        self, transaction: Transaction, ref: str, policies: Mapping[str, Policy], outcome: Outcome
    ) -> Awaitable[object]:
        arrival = Arrival(_transaction_id(ref), ref, policies, outcome)
        context = self._context(transaction)
        facts = read_transaction_facts(
            transaction, lookups=context.lookups, intended=context.intended, own_markings=context.own_markings
        )
        tokens = self._keys.tokens(transaction.received_at)
        if self.completions is not None:
            return self._take_with_lookups(transaction, arrival, tokens, facts, context)
        found = fingerprint_from(facts, {}, context)
        assert not isinstance(found, Unanswered), "without look-ups nothing is asked"
        return self._sink.commit(observe(transaction, found, arrival, tokens))

    async def _take_with_lookups(
        self, transaction: Transaction, arrival: Arrival, tokens: Tokens, facts: TransactionFacts, context: Context
    ) -> None:
        assert self.completions is not None
        holder = self._budget_holder(transaction)
        found = await ask_until_answered(
            lambda answers: fingerprint_from(facts, answers, context), self._resolver, on_behalf_of=holder
        )
        observations = observe(transaction, found, arrival, tokens)
        stored = zip(observations, await self._sink.commit(observations), strict=True)
        unfinished = tuple(o.stored_as(s) for o, s in stored if s.id and o.may_be_revised and s.retry_of is None)
        if unfinished:
            self.completions.add(Unfinished(facts, context, unfinished, tokens, holder))

    async def close(self) -> None:
        """Gives up all judgements that wait for look-ups: these look-ups stay ``temperror``."""
        if self.completions is not None:
            await self.completions.close()

    async def note(self, answers: Sequence[PartyAnswer], at: datetime) -> None:
        """Returns when the answers to notices are durable. Raises CatcherError when they can't be stored now."""
        await self._answers.note(answers, at)

    def _context(self, transaction: Transaction) -> Context:
        return Context(
            transaction.received_at,
            self._intended,
            self._organizational_domain,
            self._organisation,
            self._platform,
            self._network_owner,
            self._own_markings,
            self._resolver is not None,
        )

    def _budget_holder(self, transaction: Transaction) -> str:
        """The holder of the look-up budget: the organisation of the reverse-path, or the client for a null
        reverse-path."""
        path = transaction.reverse_path
        return self._organizational_domain(path.domain) if path is not None else transaction.client


def _transaction_id(ref: str) -> str:
    """The id, derived from the reference: the refused and the accepted part of one transaction have the same id."""
    return hashlib.blake2b(ref.encode(), digest_size=8).hexdigest()
