"""One SMTP session without I/O: each verb has a method that returns the result (RFC 5321 §4.1.1).

``order`` has the order of commands, ``grammar`` their arguments, ``budgets`` their numbers, ``policy`` the reply to a
recipient, ``envelope`` the open transaction. Here they meet.

When a transaction ends, ``take_refusals`` returns its refused recipients for recording; ``message_ended`` returns the
taken recipients. The client's words are kept no longer than the transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import assert_never

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.policy import Outcome
from catcher.model.mail.transaction import BodyFacts
from catcher.smtp.dialogue.budgets import SessionBudgets
from catcher.smtp.dialogue.ended import Ended
from catcher.smtp.dialogue.envelope import Client, Envelope, PathResult
from catcher.smtp.dialogue.grammar import read_chunk_size, read_hello, read_mail, read_rcpt
from catcher.smtp.dialogue.order import ORDER, OUT_OF_ORDER, DialogueState, DialogueStep
from catcher.smtp.dialogue.policy import OperatorMailbox, RcptDecision, RcptResult, at_rcpt
from catcher.smtp.dialogue.pool import EnvelopePool
from catcher.smtp.dialogue.results import (
    MessageFault,
    MessageRefused,
    MessageTaken,
    ReceiveChunk,
    ReceiveData,
    StartTls,
)
from catcher.smtp.message.data import Message
from catcher.smtp.settings import SmtpSettings
from catcher.smtp.transitions import next_state
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply

_VERBS = ("HELO", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "HELP")
_RECEIVE_DATA = ReceiveData(replies.START_DATA)
_START_TLS = StartTls(replies.START_TLS)


class Dialogue:
    """The state of one session. Arguments are the octets after the verb, stripped."""

    __slots__ = (
        "_catalogue",
        "_client",
        "_clock",
        "_count_operator",
        "_envelope",
        "_is_lenient",
        "_is_recording",
        "_new_ref",
        "_offers_chunks",
        "_pool",
        "_refusals",
        "_settings",
        "_state",
        "_tls_offered",
        "budgets",
        "passed_over",
    )

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        catalogue: Catalogue,
        clock: Clock,
        new_ref: Callable[[], str],
        address: str,
        pool: EnvelopePool,
        tls_offered: bool = False,
        is_recording: Callable[[], bool] = lambda: True,
        count_operator: Callable[[str, OperatorMailbox], None] = lambda _domain, _mailbox: None,
    ) -> None:
        """``address``: the client's address as text. ``pool``: the room for the envelopes of all sessions.

        ``is_recording``: whether observations can be stored now. A refusal at RCPT is sent before it is stored. While
        nothing can be stored, the refusal names no reference, because nobody would find that reference.
        ``count_operator``: counts a mail for postmaster@ or abuse@ a held domain.
        """
        self._settings = settings
        self._catalogue = catalogue
        self._clock = clock
        self._new_ref = new_ref
        self._pool = pool
        self._is_recording = is_recording
        self._count_operator = count_operator
        self._client = Client(address, "", esmtp=False, tls=False)
        self._is_lenient = settings.is_lenient(address)
        self._tls_offered = tls_offered
        self._offers_chunks = True
        self._state = self._opening
        self._envelope: Envelope | None = None
        self._refusals: list[Ended] = []
        """Refused recipients that wait for ``take_refusals``."""
        self.budgets = SessionBudgets(settings.limits)
        self.passed_over = 0
        """Number of parameters that were not offered; they have no effect."""

    @property
    def _opening(self) -> DialogueState:
        """The state in which the dialogue begins. Old devices may leave EHLO and HELO out."""
        return DialogueState.GREETED if self._is_lenient else DialogueState.START

    @property
    def state(self) -> DialogueState:
        return self._state

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open and its message may still come."""
        return self._state in (DialogueState.MAIL, DialogueState.TAKEN, DialogueState.CHUNKS)

    @property
    def message(self) -> Message | None:
        """The message under way; None if no message is being received."""
        return None if self._envelope is None else self._envelope.message

    @property
    def has_refusals(self) -> bool:
        """Whether ``take_refusals`` returns something."""
        return bool(self._refusals)

    def _step(self, step: DialogueStep) -> None:
        self._state = next_state(ORDER, self._state, step)

    def without_chunks(self) -> None:
        """Offers no BDAT: the number of the client's octets isn't known, because its line ends are mended."""
        self._offers_chunks = False

    # Commands

    def greeting(self) -> Reply:
        return replies.greeting(self._settings.hostname)

    def helo(self, argument: bytes) -> Reply:
        return self._hello(argument, esmtp=False)

    def ehlo(self, argument: bytes) -> Reply:
        return self._hello(argument, esmtp=True)

    def _hello(self, argument: bytes, *, esmtp: bool) -> Reply:
        name = read_hello(argument, may_be_empty=self._is_lenient)
        if isinstance(name, Reply):
            return name
        self._end_transaction()  # RFC 5321 §4.1.4: EHLO in the middle of a session acts as RSET
        self._step(DialogueStep.HELLO)
        self._client = Client(self._client.address, name, esmtp=esmtp, tls=self._client.tls)
        if not esmtp:
            return replies.hello(self._settings.hostname)
        limits = self._settings.limits
        return replies.hello(
            self._settings.hostname,
            "PIPELINING",  # RFC 2920
            f"SIZE {limits.message_octets}",  # RFC 1870
            *(("STARTTLS",) if self._tls_offered and not self._client.tls else ()),  # RFC 3207 §4.2
            "8BITMIME",  # RFC 6152
            *(("BINARYMIME", "CHUNKING") if self._offers_chunks else ()),  # RFC 3030
            "SMTPUTF8",  # RFC 6531
            "ENHANCEDSTATUSCODES",  # RFC 2034
            f"LIMITS RCPTMAX={limits.recipients}",  # RFC 9422
            "HELP",
        )

    def starttls(self, argument: bytes) -> Reply | StartTls:
        """The caller calls ``tls_established`` after the handshake, or ends the session."""
        if not self._tls_offered:
            return replies.NOT_OFFERED
        if argument:  # RFC 3207 §4: STARTTLS has no parameters
            return replies.NO_PARAMETER
        if self._client.tls:  # RFC 3207 §4.2: it isn't offered again
            return replies.TLS_ALREADY
        return _START_TLS

    def tls_established(self) -> None:
        """Begins the dialogue anew: facts from before the handshake are dropped (RFC 3207 §4.2)."""
        self.abandon()
        self._state = self._opening
        self._client = Client(self._client.address, "", esmtp=False, tls=True)

    def mail(self, argument: bytes) -> Reply:
        """Opens a transaction. A transaction whose recipients were all refused ends with the next MAIL."""
        refusal = OUT_OF_ORDER[self._state].get(b"MAIL")
        if refusal is not None:
            return refusal
        limits = self._settings.limits
        read = read_mail(argument, most_octets=limits.message_octets)
        if isinstance(read, Reply):
            return read
        self._end_transaction()
        self._step(DialogueStep.MAIL)
        self.passed_over += read.passed_over
        self._envelope = Envelope(
            self._client,
            read.reverse_path,
            smtputf8=read.smtputf8,
            binary=read.binary,
            limits=limits,
            pool=self._pool,
            new_ref=self._new_ref,
        )
        return replies.SENDER_OK

    def rcpt(self, argument: bytes) -> Reply:
        """Decides on one recipient. Replies 550 and 451 come from the policy (``policy.at_rcpt``)."""
        refusal = OUT_OF_ORDER[self._state].get(b"RCPT")
        if refusal is not None:
            return refusal
        read = read_rcpt(argument)
        if isinstance(read, Reply):
            return read
        envelope = self._envelope
        assert envelope is not None
        self.passed_over += read.passed_over
        if envelope.is_full:  # RFC 5321 §4.5.3.1.10: 452, and the client sends the rest in another transaction
            return self.budgets.refused(replies.TOO_MANY_RECIPIENTS)
        now = self._clock.now()
        decision = at_rcpt(
            read.mailbox,
            catalogue=self._catalogue,
            settings=self._settings,
            now=now,
            outcome=envelope.outcome,
            ref=envelope.refused_ref if self._is_recording() else None,
            answering=bool(envelope.answers),
        )
        if decision.operator is not None and decision.entry is not None:
            self._count_operator(decision.entry.domain, decision.operator)
        reply = self._keep(envelope, read.mailbox, decision, now) if decision.is_kept else decision.reply
        if not reply.is_refusal:
            self._step(DialogueStep.TAKEN)
            return reply
        if not reply.close:
            reply = self.budgets.refused(reply)
        self._step(DialogueStep.REFUSED)
        return reply

    def _keep(self, envelope: Envelope, mailbox: Mailbox, decision: RcptDecision, now: datetime) -> Reply:
        """Keeps a recipient in the envelope; returns the reply. A refusal stands whether it is kept or not."""
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

    def data(self, argument: bytes) -> Reply | ReceiveData:
        """ReceiveData when the message may come; ``message_ended`` follows, or ``abandon``."""
        if argument:  # RFC 5321 §4.1.1.4: DATA has no parameter
            return replies.NO_PARAMETER
        refusal = self._not_ready(b"DATA")
        if refusal is not None:
            return refusal
        envelope = self._envelope
        assert envelope is not None
        if envelope.binary:  # RFC 3030 §3: a BINARYMIME message may come by BDAT only
            return replies.BINARY_NEEDS_BDAT
        envelope.message = Message(self._settings.limits.message_octets)
        return _RECEIVE_DATA

    def bdat(self, argument: bytes) -> Reply | ReceiveChunk:
        """The chunk that follows on the wire, or the reply that ends the session (RFC 3030 §2).

        A malformed size ends the session: the octets of the message can't be separated from the next commands.
        """
        if not self._offers_chunks:
            return replies.NOT_OFFERED_CLOSING
        size = read_chunk_size(argument)
        if size is None:
            return replies.BAD_CHUNK
        octets, last = size
        refusal = self._not_ready(b"BDAT")
        if refusal is not None:
            return ReceiveChunk(octets, last, refusal)
        if not last and not self.budgets.spend_chunk(octets):
            return replies.TOO_MANY_CHUNKS
        envelope = self._envelope
        assert envelope is not None
        if envelope.message is None:
            envelope.message = Message(self._settings.limits.message_octets, chunked=True)
        self._step(DialogueStep.CHUNK)
        return ReceiveChunk(octets, last)

    def _not_ready(self, verb: bytes) -> Reply | None:
        """The refusal of DATA and BDAT in this state; None when a message may come."""
        refusal = OUT_OF_ORDER[self._state].get(verb)
        if refusal is not None and self._state is DialogueState.REFUSED:  # clients pipeline it behind RCPT
            return self.budgets.refused(refusal)
        return refusal

    def rset(self, argument: bytes) -> Reply:
        if argument:  # RFC 5321 §4.1.1.5: RSET has no parameter
            return replies.NO_PARAMETER
        self.abandon()
        return replies.OK

    def quit(self, argument: bytes) -> Reply:
        """A parameter is ignored: the client leaves in any case."""
        self.abandon()
        return replies.BYE

    def noop(self, argument: bytes) -> Reply:
        return replies.OK  # RFC 5321 §4.1.1.9: a parameter has no meaning

    def vrfy(self, argument: bytes) -> Reply:
        """252 for every address: the sink neither knows nor discloses which mailboxes exist (RFC 5321 §7.3)."""
        return replies.NOT_VERIFIED if argument else replies.NEEDS_PARAMETER

    def help(self, argument: bytes) -> Reply:
        return replies.help_text(_VERBS, self._settings.url)

    # The end of a message, and of a transaction

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
        if finished is None:  # RFC 1870 §6.3
            return self._message_refused(replies.TOO_BIG, MessageFault.TOO_BIG)
        header, body = finished
        if message.hops > self._settings.limits.hops:  # RFC 5321 §6.3
            return self._message_refused(replies.LOOP, MessageFault.LOOP)
        if self._has_bare_newline(message, body):  # RFC 5321 §2.3.8
            return self._message_refused(replies.BARE_NEWLINE, MessageFault.BARE_NEWLINE)
        now = self._clock.now()
        self.budgets.renew_commands()
        if envelope.answers:
            self.abandon()
            return MessageTaken(envelope.answered(now, header), replies.ANSWERED, replies.NOT_STORED)
        entries, ended = envelope.entries, envelope.ended(now, header, body)
        self.abandon()
        match ended.outcome:
            case Outcome.ACCEPTED:
                return MessageTaken(ended, replies.accepted(ended.ref), replies.NOT_STORED)
            case Outcome.EXPLAINED:
                words = self._settings.explanations
                return MessageTaken(ended, words.after_data(entries, ended.ref), words.unrecorded(entries))
            case Outcome.REFUSED:
                raise AssertionError("a recipient refused at RCPT has no data")
            case _:
                assert_never(ended.outcome)

    def _message_refused(self, reply: Reply, fault: MessageFault) -> MessageRefused:
        self.abandon()
        return MessageRefused(reply, fault)

    def _has_bare_newline(self, message: Message, body: BodyFacts) -> bool:
        """Whether the message is refused for a CR or LF that stands alone. In chunks they do no harm."""
        if message.chunked or self._is_lenient or not self._settings.refuse_bare_newline:
            return False
        return body.bare_cr or body.bare_lf

    def abandon(self) -> None:
        """Ends the transaction. Only refusals that wait for recording are kept."""
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
