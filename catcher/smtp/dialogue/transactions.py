"""The mail transactions of one session (RFC 5321 §3.3): their order, their recipients and their end. No I/O.

When a transaction ends, ``take_refusals`` returns its refused recipients for recording; ``message_ended`` returns the
taken ones. The client's words are kept no longer than the transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import assert_never

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.model.mail.mailbox import Mailbox
from catcher.smtp.dialogue.budgets import SessionBudgets
from catcher.smtp.dialogue.ended import Ended
from catcher.smtp.dialogue.envelope import Client, Envelope, PathResult
from catcher.smtp.dialogue.grammar import MailArguments
from catcher.smtp.dialogue.order import ORDER, OUT_OF_ORDER, DialogueState, DialogueStep
from catcher.smtp.dialogue.policy import OperatorMailbox, RcptResult, at_rcpt
from catcher.smtp.dialogue.pool import EnvelopePool
from catcher.smtp.dialogue.results import MessageFault, MessageRefused, MessageTaken, ReceiveChunk
from catcher.smtp.dialogue.taken import message_taken
from catcher.smtp.message.data import Message
from catcher.smtp.settings import SmtpSettings
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply

_KEPT, _TAKEN, _TURNED_AWAY = PathResult.KEPT, RcptResult.TAKEN, RcptResult.TURNED_AWAY
_STEP_MAIL, _STEP_TAKEN, _STEP_REFUSED = DialogueStep.MAIL, DialogueStep.TAKEN, DialogueStep.REFUSED
_STEP_OVER = DialogueStep.OVER
"""Own names for members of enums: to look a member up takes longer than to compare it."""


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
        "_settings",
        "_takes_bare_newlines",
        "budgets",
        "refusals",
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
        self.refusals: list[Ended] = []
        """Refused recipients that wait for ``take_refusals``."""
        self.state = opening
        self.budgets = SessionBudgets(settings.limits)

    @property
    def is_open(self) -> bool:
        """Whether a transaction is open and its message may still come."""
        return self.state in (DialogueState.MAIL, DialogueState.TAKEN, DialogueState.CHUNKS)

    @property
    def message(self) -> Message | None:
        """The message under way; None if no message is being received."""
        return None if self._envelope is None else self._envelope.message

    def greeted(self) -> None:
        """EHLO or HELO ends an open transaction, as RSET does (RFC 5321 §4.1.4)."""
        self._end_transaction()
        self.state = ORDER[self.state][DialogueStep.HELLO]

    def begin_anew(self, opening: DialogueState) -> None:
        """Drops what was said before TLS (RFC 3207 §4.2)."""
        self._end_transaction()
        self.state = opening

    def begin(self, client: Client, arguments: MailArguments) -> Reply:
        """Opens a transaction. A transaction whose recipients were all refused ends here."""
        self._end_transaction()
        self.state = ORDER[self.state][_STEP_MAIL]
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
        reply = decision.reply
        if decision.kind is not _TURNED_AWAY:
            kept = envelope.keep(mailbox, decision, now)
            if kept is not _KEPT and decision.kind is _TAKEN:  # a refusal stands whether it is kept or not
                reply = self._not_kept(kept, reply)
        if reply.code < 400:
            self.state = ORDER[self.state][_STEP_TAKEN]
            return reply
        self.state = ORDER[self.state][_STEP_REFUSED]
        return reply if reply.close else self.budgets.refused(reply)

    def _not_kept(self, kept: PathResult, reply: Reply) -> Reply:
        """The reply to a recipient that would be taken with ``reply``."""
        match kept:
            case PathResult.KEPT:
                return reply
            case PathResult.REPEATED:
                return self.budgets.repeated(reply)
            case PathResult.ENVELOPE_FULL:
                return replies.TOO_MANY_RECIPIENTS
            case PathResult.POOL_FULL:
                return replies.NO_ROOM_NOW
            case _:
                assert_never(kept)

    def begin_data(self) -> Reply | None:
        """Begins a message by DATA; ``message_ended`` follows, or ``abandon``. Or returns the refusal."""
        refusal = self.not_ready(b"DATA")
        if refusal is not None:
            return refusal
        envelope = self._envelope
        assert envelope is not None
        if envelope.binary:  # RFC 3030 §3: a BINARYMIME message may come by BDAT only
            return replies.BINARY_NEEDS_BDAT
        envelope.message = Message(self._settings.limits.message_octets, pool=self._pool)
        return None

    def not_ready(self, verb: bytes) -> Reply | None:
        """The refusal of DATA or BDAT in this state; None when a message may come."""
        refusal = OUT_OF_ORDER[self.state].get(verb)
        if refusal is not None and self.state is DialogueState.REFUSED:  # clients pipeline it behind RCPT
            return self.budgets.refused(refusal)
        return refusal

    def begin_chunk(self) -> None:
        """Begins a chunk of the message; ``chunk_ended`` follows, or ``abandon``."""
        assert self._envelope is not None
        if self._envelope.message is None:
            self._envelope.message = Message(self._settings.limits.message_octets, pool=self._pool, chunked=True)
        self.state = ORDER[self.state][DialogueStep.CHUNK]

    def chunk_ended(self, chunk: ReceiveChunk) -> Reply | MessageTaken | MessageRefused:
        """The result after the octets of ``chunk``, which wasn't refused."""
        message = self.message
        assert message is not None
        if chunk.last or message.too_big:  # a message that is too big already is refused now
            return self.message_ended()
        return replies.chunk_taken(chunk.octets)

    def message_ended(self) -> MessageTaken | MessageRefused:
        """The result after the last octet of the message; the transaction is over."""
        envelope = self._envelope
        assert envelope is not None and envelope.message is not None
        message = envelope.message
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
        self.state = ORDER[self.state][_STEP_OVER]

    def _end_transaction(self) -> None:
        envelope, self._envelope = self._envelope, None
        if envelope is not None and (refused := envelope.close()) is not None:
            self.refusals.append(refused)

    def part_refusals(self, older_than: timedelta) -> None:
        """Makes refusals that are older than ``older_than`` ready for recording, though their transaction goes on."""
        if self._envelope is not None and self._envelope.has_refused:
            refused = self._envelope.take_refused(until=self._clock.now() - older_than)
            if refused is not None:
                self.refusals.append(refused)

    def take_refusals(self) -> list[Ended]:
        """Refused recipients that became ready for recording since the last call."""
        refusals, self.refusals = self.refusals, []
        return refusals
