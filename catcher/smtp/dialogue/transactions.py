"""The mail transactions of one session (RFC 5321 §3.3): their order, their recipients and their end. No I/O.

When a transaction ends, ``take_refusals`` returns its refused recipients for recording; ``message_ended`` returns the
taken ones. The client's words are kept no longer than the transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import assert_never

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.model.mail.mailbox import Mailbox
from catcher.smtp.dialogue.budgets import SessionBudgets
from catcher.smtp.dialogue.ended import Ended
from catcher.smtp.dialogue.envelope import Client, Envelope, PathResult
from catcher.smtp.dialogue.grammar import MailArguments
from catcher.smtp.dialogue.order import ORDER, OUT_OF_ORDER, DialogueState, DialogueStep
from catcher.smtp.dialogue.policy import OperatorMailbox, RcptDecision, RcptResult, at_rcpt
from catcher.smtp.dialogue.pool import EnvelopePool
from catcher.smtp.dialogue.results import MessageFault, MessageRefused, MessageTaken, ReceiveChunk
from catcher.smtp.dialogue.taken import message_taken
from catcher.smtp.message.data import Message
from catcher.smtp.settings import SmtpSettings
from catcher.smtp.transitions import next_state
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply


class MailTransactions:
    """The state between commands, and the open transaction if there is one."""

    __slots__ = (
        "_catalogue",
        "_clock",
        "_count_operator",
        "_envelope",
        "_is_recording",
        "_new_ref",
        "_pool",
        "_refusals",
        "_settings",
        "_takes_bare_newlines",
        "budgets",
        "state",
    )

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        catalogue: Catalogue,
        clock: Clock,
        new_ref: Callable[[], str],
        pool: EnvelopePool,
        opening: DialogueState,
        takes_bare_newlines: bool,
        is_recording: Callable[[], bool],
        count_operator: Callable[[str, OperatorMailbox], None],
    ) -> None:
        """The arguments are those of ``Dialogue``; ``opening``: the state in which the session begins."""
        self._settings = settings
        self._catalogue = catalogue
        self._clock = clock
        self._new_ref = new_ref
        self._pool = pool
        self._takes_bare_newlines = takes_bare_newlines
        self._is_recording = is_recording
        self._count_operator = count_operator
        self._envelope: Envelope | None = None
        self._refusals: list[Ended] = []
        """Refused recipients that wait for ``take_refusals``."""
        self.state = opening
        self.budgets = SessionBudgets(settings.limits)

    def _step(self, step: DialogueStep) -> None:
        self.state = next_state(ORDER, self.state, step)

    @property
    def is_open(self) -> bool:
        """Whether a transaction is open and its message may still come."""
        return self.state in (DialogueState.MAIL, DialogueState.TAKEN, DialogueState.CHUNKS)

    @property
    def message(self) -> Message | None:
        """The message under way; None if no message is being received."""
        return None if self._envelope is None else self._envelope.message

    @property
    def has_refusals(self) -> bool:
        """Whether ``take_refusals`` returns something."""
        return bool(self._refusals)

    def out_of_order(self, verb: bytes) -> Reply | None:
        """The refusal of a verb that can't come in this state; None if it can."""
        return OUT_OF_ORDER[self.state].get(verb)

    def greeted(self) -> None:
        """EHLO or HELO ends an open transaction, as RSET does (RFC 5321 §4.1.4)."""
        self._end_transaction()
        self._step(DialogueStep.HELLO)

    def begin_anew(self, opening: DialogueState) -> None:
        """Drops what was said before TLS (RFC 3207 §4.2)."""
        self._end_transaction()
        self.state = opening

    def begin(self, client: Client, arguments: MailArguments) -> Reply:
        """Opens a transaction. A transaction whose recipients were all refused ends here."""
        self._end_transaction()
        self._step(DialogueStep.MAIL)
        self._envelope = Envelope(
            client,
            arguments.reverse_path,
            smtputf8=arguments.smtputf8,
            binary=arguments.binary,
            limits=self._settings.limits,
            pool=self._pool,
            new_ref=self._new_ref,
        )
        return replies.SENDER_OK

    def add_recipient(self, mailbox: Mailbox) -> Reply:
        """Decides on one recipient. Replies 550 and 451 come from the policy (``policy.at_rcpt``)."""
        envelope = self._envelope
        assert envelope is not None
        if envelope.is_full:  # RFC 5321 §4.5.3.1.10: 452, and the client sends the rest in another transaction
            return self.budgets.refused(replies.TOO_MANY_RECIPIENTS)
        now = self._clock.now()
        decision = at_rcpt(
            mailbox,
            catalogue=self._catalogue,
            settings=self._settings,
            now=now,
            outcome=envelope.outcome,
            ref=envelope.refused_ref if self._is_recording() else None,
            answering=bool(envelope.answers),
        )
        if decision.operator is not None and decision.entry is not None:
            self._count_operator(decision.entry.domain, decision.operator)
        reply = self._kept(envelope, mailbox, decision, now) if decision.is_kept else decision.reply
        if not reply.is_refusal:
            self._step(DialogueStep.TAKEN)
            return reply
        self._step(DialogueStep.REFUSED)
        return reply if reply.close else self.budgets.refused(reply)

    def _kept(self, envelope: Envelope, mailbox: Mailbox, decision: RcptDecision, now: datetime) -> Reply:
        """The reply to a recipient, once it is kept. A refusal stands whether it is kept or not."""
        kept = envelope.keep(mailbox, decision, now)
        if decision.kind is RcptResult.REFUSED:
            return decision.reply
        match kept:
            case PathResult.KEPT:
                return decision.reply
            case PathResult.REPEATED:
                return self.budgets.repeated(decision.reply)
            case PathResult.ENVELOPE_FULL:
                return replies.TOO_MANY_RECIPIENTS
            case PathResult.POOL_FULL:
                return replies.NO_ROOM_NOW
            case _:
                assert_never(kept)

    def not_ready(self, verb: bytes) -> Reply | None:
        """The refusal of DATA or BDAT in this state; None when a message may come."""
        refusal = self.out_of_order(verb)
        if refusal is not None and self.state is DialogueState.REFUSED:  # clients pipeline it behind RCPT
            return self.budgets.refused(refusal)
        if self._envelope is not None and self._envelope.binary and verb == b"DATA":
            return refusal or replies.BINARY_NEEDS_BDAT  # RFC 3030 §3: a BINARYMIME message may come by BDAT only
        return refusal

    def begin_data(self) -> None:
        """Begins a message by DATA; ``message_ended`` follows, or ``abandon``."""
        assert self._envelope is not None
        self._envelope.message = Message(self._settings.limits.message_octets, pool=self._pool)

    def begin_chunk(self) -> None:
        """Begins a chunk of the message; ``chunk_ended`` follows, or ``abandon``."""
        assert self._envelope is not None
        if self._envelope.message is None:
            self._envelope.message = Message(self._settings.limits.message_octets, pool=self._pool, chunked=True)
        self._step(DialogueStep.CHUNK)

    def chunk_ended(self, chunk: ReceiveChunk) -> Reply | MessageTaken | MessageRefused:
        """The result after the octets of ``chunk``, which wasn't refused."""
        message = self.message
        assert message is not None
        if chunk.last or message.too_big:  # a message that is too big already is refused now
            return self.message_ended()
        return replies.chunk_taken(chunk.octets)

    def message_ended(self) -> MessageTaken | MessageRefused:
        """The result after the last octet of the message; the transaction is over."""
        envelope, message = self._envelope, self.message
        assert envelope is not None and message is not None
        finished = message.finish()
        if message.too_big:  # RFC 1870 §6.3
            return self._message_refused(replies.TOO_BIG, MessageFault.TOO_BIG)
        if finished is None:  # RFC 5321 §4.2.3: insufficient system storage
            return self._message_refused(replies.NO_ROOM_NOW, MessageFault.NO_ROOM)
        header, body = finished
        if message.hops > self._settings.limits.hops:  # RFC 5321 §6.3
            return self._message_refused(replies.LOOP, MessageFault.LOOP)
        if (body.bare_cr or body.bare_lf) and not (message.chunked or self._takes_bare_newlines):  # RFC 5321 §2.3.8
            return self._message_refused(replies.BARE_NEWLINE, MessageFault.BARE_NEWLINE)
        taken = message_taken(envelope, header, body, now=self._clock.now(), explanations=self._settings.explanations)
        self.budgets.renew_commands()
        self.abandon()
        return taken

    def _message_refused(self, reply: Reply, fault: MessageFault) -> MessageRefused:
        self.abandon()
        return MessageRefused(reply, fault)

    def abandon(self) -> None:
        """Ends the transaction, if one is open. Only refusals that wait for recording are kept."""
        self._end_transaction()
        self._step(DialogueStep.OVER)

    def _end_transaction(self) -> None:
        envelope, self._envelope = self._envelope, None
        if envelope is None:
            return
        envelope.drop()
        refused = envelope.take_refused()
        if refused is not None:
            self._refusals.append(refused)

    def part_refusals(self, older_than: timedelta) -> None:
        """Makes refusals that are older than ``older_than`` ready for recording, though their transaction goes on."""
        if self._envelope is not None and self._envelope.has_refused:
            refused = self._envelope.take_refused(until=self._clock.now() - older_than)
            if refused is not None:
                self._refusals.append(refused)

    def take_refusals(self) -> list[Ended]:
        """Refused recipients that became ready for recording since the last call."""
        refusals, self._refusals = self._refusals, []
        return refusals
