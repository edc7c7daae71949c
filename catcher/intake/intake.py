"""The one path of a transaction: fingerprint with the answers it needs, tokens, observations, commit."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from catcher.catalogue import Catalogue
from catcher.directory import platform_of
from catcher.fingerprint import Context, Gist, gist, judge
from catcher.intake.answers import Answers
from catcher.intake.completion import Completions, Unfinished
from catcher.intake.intended import declared_by, unwound_by
from catcher.intake.observe import Arrival, observe
from catcher.intake.rounds import resolved
from catcher.lookalike import Match
from catcher.model.answer import PartyAnswer
from catcher.model.lookup import Unanswered
from catcher.model.policy import Outcome, Policy
from catcher.model.ports import NoteAnswers, ObservationSink, Resolver
from catcher.model.transaction import Transaction
from catcher.privacy import KeyRing, Tokens

_REF_ALPHABET = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a reference survives a telephone call."""
_LETTERS = _REF_ALPHABET * 8
"""Octet → letter: each letter stands for as many octets, so that random ones stay so."""


class Intake:
    """Takes finished transactions. One instance serves all sessions of a process.

    It keeps nothing of any, but for five minutes the gist of one whose look-ups failed: ``completion``.
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
    ) -> None:
        """``resolver`` None: no look-ups are made at all, and their results are ``none``.

        ``match``: typed domain → protected names, for what the catalogue doesn't declare; None: that stays unknown.
        ``note_answers``: where answers to notices go.
        """
        self._resolver = resolver
        self._completions = Completions(resolver, sink) if resolver is not None else None
        self._sink = sink
        self._keys = keys
        self._organizational_domain = organizational_domain
        self._organisation = organisation
        self._network_owner = network_owner
        self._answers = Answers(note_answers)
        self._intended = declared_by(catalogue, organisation, unwound_by(match, organisation) if match else None)

    @staticmethod
    def new_ref() -> str:
        """A random reference of 60 bits, ``XXXX-XXXX-XXXX``: it stands in the reply and in the observation."""
        letters = os.urandom(12).translate(_LETTERS).decode("ascii")
        return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"

    def take(
        self, transaction: Transaction, *, ref: str, policies: Mapping[str, Policy], outcome: Outcome
    ) -> Awaitable[object]:
        """Done when the observations are durable; fails with StoreUnavailable when they can't be made so."""
        arrival = Arrival(_transaction_id(ref), ref, policies, outcome)
        context = self._context(transaction)
        of = gist(transaction, lookups=context.lookups, intended=context.intended)
        tokens = self._keys.tokens(transaction.received_at)
        if self._completions is not None:
            return self._take_with_lookups(transaction, arrival, tokens, of, context)
        found = judge(of, {}, context)
        assert not isinstance(found, Unanswered), "without look-ups nothing is asked"
        return self._sink.commit(observe(transaction, found, arrival, tokens))

    async def _take_with_lookups(
        self, transaction: Transaction, arrival: Arrival, tokens: Tokens, of: Gist, context: Context
    ) -> None:
        assert self._completions is not None
        holder = self._budget_holder(transaction)
        found = await resolved(lambda answers: judge(of, answers, context), self._resolver, on_behalf_of=holder)
        observations = observe(transaction, found, arrival, tokens)
        stored = zip(observations, await self._sink.commit(observations), strict=True)
        unfinished = tuple(o.stored_as(s) for o, s in stored if o.may_be_revised and s.retry_of is None)
        if unfinished:
            self._completions.add(Unfinished(of, context, unfinished, tokens, holder))

    async def close(self) -> None:
        """Gives up judgements that wait for look-ups: they stay ``temperror``."""
        if self._completions is not None:
            await self._completions.close()

    async def note(self, answers: Sequence[PartyAnswer], at: datetime) -> None:
        """Returns when the answers to notices are durable. Raises CatcherError when they can't be made so now."""
        await self._answers.note(answers, at)

    def _context(self, transaction: Transaction) -> Context:
        return Context(
            transaction.received_at,
            self._intended,
            self._organizational_domain,
            self._organisation,
            platform_of,
            self._network_owner,
            self._resolver is not None,
        )

    def _budget_holder(self, transaction: Transaction) -> str:
        """In whose name look-ups are counted: the envelope sender's organisation, without one the client."""
        path = transaction.reverse_path
        return self._organizational_domain(path.domain) if path is not None else transaction.client


def _transaction_id(ref: str) -> str:
    """Follows from the reference, so that the refused and the taken part of one transaction share it."""
    return hashlib.blake2b(ref.encode(), digest_size=8).hexdigest()
