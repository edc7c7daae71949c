"""One SMTP session without I/O: verbs as on the wire, each returns its reply (RFC 5321 §4.1.1).

Longer than others: all verbs share one state.

A transaction that ends leaves what is to be recorded of its refused recipients in ``take_refusals``; the end of the
data itself is ``data_ended``. What the client said is kept no longer than its transaction.
"""

from __future__ import annotations

from collections.abc import Callable

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.model.policy import Outcome
from catcher.model.transaction import BodyFacts, Header
from catcher.model.value import value
from catcher.smtp import replies
from catcher.smtp.data import Message
from catcher.smtp.envelope import Answered, Client, Ended, Envelope
from catcher.smtp.path import ParameterError, PathError, parse
from catcher.smtp.policy import at_rcpt
from catcher.smtp.replies import Reply
from catcher.smtp.settings import Settings

_VERBS = ("HELO", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "HELP")
_ERRORS = frozenset({500, 501, 502, 503, 504, 553})
_HELO_MOST = 255
_DIGITS_MOST = 20
_OFFERED = frozenset({"SIZE", "BODY", "SMTPUTF8"})
"""Parameters of MAIL; none of RCPT are."""
_BODY_TYPES = frozenset({"", "7BIT", "8BITMIME", "BINARYMIME"})


@value
class Chunk:
    """A BDAT command: so many octets follow, whatever is said of them then."""

    octets: int
    last: bool
    refusal: Reply | None = None
    """What is said after octets that nobody wants."""


class Dialogue:
    """The state of one session. Arguments are the octets after the verb, stripped."""

    __slots__ = (
        "_catalogue",
        "_client",
        "_clock",
        "_commands_left",
        "_envelope",
        "_errors_left",
        "_greeted",
        "_is_recording",
        "_new_ref",
        "_refusals_left",
        "_settings",
        "_tls_offered",
        "passed_over",
        "refusals",
    )

    def __init__(
        self,
        settings: Settings,
        *,
        catalogue: Catalogue,
        clock: Clock,
        new_ref: Callable[[], str],
        address: str,
        tls_offered: bool = False,
        is_recording: Callable[[], bool] = lambda: True,
    ) -> None:
        """``address``: the client's, as text.

        ``is_recording``: whether it is likely that what ends now can be recorded. A refusal at RCPT is said before
        anything is, and names no reference where none would be found.
        """
        self._settings = settings
        self._catalogue = catalogue
        self._clock = clock
        self._new_ref = new_ref
        self._is_recording = is_recording
        self._client = Client(address, "", esmtp=False, tls=False)
        self._tls_offered = tls_offered
        self.passed_over = 0
        """Parameters that were not offered, and are of no effect."""
        self._greeted = False
        self._envelope: Envelope | None = None
        self.refusals: list[Ended] = []
        """What ended with recipients that got the explanation at RCPT, and is to be recorded."""
        self._errors_left = settings.limits.errors
        self._refusals_left = settings.limits.refusals
        self._commands_left = settings.limits.commands

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open that may still be taken."""
        return self._envelope is not None and not (self._envelope.tried and not self._envelope.is_taken)

    def greeting(self) -> Reply:
        return replies.greeting(self._settings.hostname)

    def helo(self, argument: bytes) -> Reply:
        return self._hello(argument, esmtp=False)

    def ehlo(self, argument: bytes) -> Reply:
        return self._hello(argument, esmtp=True)

    def _hello(self, argument: bytes, *, esmtp: bool) -> Reply:
        if not argument:
            return replies.NEEDS_PARAMETER
        if len(argument) > _HELO_MOST:
            return replies.BAD_PARAMETER
        self.abandon()
        self._client = Client(
            self._client.address, argument.decode("utf-8", "replace"), esmtp=esmtp, tls=self._client.tls
        )
        self._greeted = True
        if not esmtp:
            return replies.hello(self._settings.hostname)
        limits = self._settings.limits
        return replies.hello(
            self._settings.hostname,
            "PIPELINING",
            f"SIZE {limits.message_octets}",
            *(("STARTTLS",) if self._tls_offered and not self._client.tls else ()),
            "8BITMIME",
            "BINARYMIME",
            "CHUNKING",
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
            f"LIMITS RCPTMAX={limits.recipients}",
            "HELP",
        )

    def starttls(self, argument: bytes) -> Reply:
        """START_TLS when the handshake may begin (RFC 3207 §4); then ``tls_established`` follows, or the end."""
        if not self._tls_offered:
            return replies.NOT_OFFERED
        if argument:
            return replies.NO_PARAMETER
        if self._client.tls:
            return replies.TLS_ALREADY
        return replies.START_TLS

    def tls_established(self) -> None:
        """All that was said in plain is void (RFC 3207 §4.2)."""
        self.abandon()
        self._greeted = False
        self._client = Client(self._client.address, "", esmtp=False, tls=True)

    def mail(self, argument: bytes) -> Reply:
        """Opens a transaction. One whose recipients were all refused is over when the next MAIL comes."""
        if not self._greeted:
            return replies.HELO_FIRST
        if self.in_transaction:
            return replies.NESTED_MAIL
        try:
            parsed = parse(argument, b"FROM:")
        except PathError:
            return replies.BAD_SENDER
        except ParameterError:
            return replies.BAD_PARAMETER
        if parsed is None:
            return replies.BAD_PARAMETER
        body = ""
        if parsed.parameters:
            self.passed_over += len(parsed.parameters.keys() - _OFFERED)
            size = parsed.parameters.get("SIZE", "0")
            if not (size.isascii() and size.isdigit() and len(size) <= _DIGITS_MOST):
                return replies.BAD_PARAMETER
            if int(size) > self._settings.limits.message_octets:
                return replies.TOO_BIG
            body = parsed.parameters.get("BODY", "").upper()
            if body not in _BODY_TYPES:
                return replies.BAD_PARAMETER
        self.abandon()
        self._envelope = Envelope(
            self._client,
            parsed.mailbox,
            smtputf8="SMTPUTF8" in parsed.parameters,
            binary=body == "BINARYMIME",
            most=self._settings.limits.recipients,
            new_ref=self._new_ref,
        )
        return replies.SENDER_OK

    def rcpt(self, argument: bytes) -> Reply:
        envelope = self._envelope
        if envelope is None:
            return replies.MAIL_FIRST if self._greeted else replies.HELO_FIRST
        if envelope.message is not None:
            return replies.RCPT_AFTER_BDAT
        try:
            parsed = parse(argument, b"TO:")
        except PathError:
            return replies.BAD_RECIPIENT
        except ParameterError:
            return replies.BAD_PARAMETER
        if parsed is None:
            return replies.BAD_PARAMETER
        if parsed.mailbox is None:
            return replies.BAD_RECIPIENT
        self.passed_over += len(parsed.parameters)
        if envelope.is_full:
            return replies.TOO_MANY_RECIPIENTS
        verdict = at_rcpt(
            parsed.mailbox,
            catalogue=self._catalogue,
            settings=self._settings,
            now=self._clock.now(),
            outcome=envelope.outcome,
            ref=envelope.ref if self._is_recording() else None,
            answering=bool(envelope.answers),
        )
        envelope.tried = True
        envelope.add(parsed.mailbox, verdict)
        if verdict.reply.is_refusal:
            self._refusals_left -= 1
            if self._refusals_left < 0:
                return replies.TOO_MANY_ERRORS
        return verdict.reply

    def data(self, argument: bytes) -> Reply:
        """START_DATA when ``message`` may come; then ``data_ended``, ``data_too_big`` or ``abandon`` follows."""
        if argument:
            return replies.NO_PARAMETER
        envelope = self._envelope
        refusal = self._not_ready(envelope)
        if envelope is None or refusal is not None:
            return refusal or replies.MAIL_FIRST
        if envelope.message is not None:
            return replies.DATA_AFTER_BDAT
        if envelope.binary:
            return replies.BINARY_NEEDS_BDAT
        envelope.message = Message(self._settings.limits.message_octets)
        return replies.START_DATA

    def bdat(self, argument: bytes) -> Reply | Chunk:
        """What follows on the wire (RFC 3030 §2). A size that can't be read ends the session: nobody knows what
        would be message and what command.
        """
        words = argument.upper().split()
        size = words[0] if words else b""
        if not (size.isdigit() and len(size) <= _DIGITS_MOST) or words[1:] not in ([], [b"LAST"]):
            return replies.BAD_CHUNK
        octets, last = int(size), len(words) > 1
        envelope = self._envelope
        refusal = self._not_ready(envelope)
        if envelope is None or refusal is not None:
            return Chunk(octets, last, refusal)
        if envelope.message is None:
            envelope.message = Message(self._settings.limits.message_octets, chunked=True)
        return Chunk(octets, last)

    def _not_ready(self, envelope: Envelope | None) -> Reply | None:
        """Why no message may come now, if so."""
        if envelope is None:
            return replies.MAIL_FIRST if self._greeted else replies.HELO_FIRST
        if not envelope.is_taken:
            return replies.NO_VALID_RECIPIENT if envelope.tried else replies.RCPT_FIRST
        return None

    @property
    def message(self) -> Message | None:
        """The message that is coming, if one is."""
        return None if self._envelope is None else self._envelope.message

    def unacceptable(self, header: Header, body: BodyFacts, *, hops: int) -> Reply | None:
        """Why a complete message is refused and not recorded, if so; its transaction is over then."""
        message = self.message
        refusal = None
        if hops > self._settings.limits.hops:
            refusal = replies.LOOP
        elif self._settings.refuse_bare_newline and (body.bare_cr or body.bare_lf):
            refusal = None if message is not None and message.chunked else replies.BARE_NEWLINE
        if refusal is not None:
            self.abandon()
        return refusal

    def data_ended(self, header: Header, body: BodyFacts) -> tuple[Ended | Answered, Reply, Reply]:
        """The message is complete: what is to be recorded, what to say once it is, and what if it can't be."""
        envelope = self._envelope
        assert envelope is not None
        if envelope.answers:
            answered = envelope.answered(self._clock.now(), header)
            self.abandon()
            self._commands_left = self._settings.limits.commands
            return answered, replies.ANSWERED, replies.NOT_STORED
        ended = envelope.ended(self._clock.now(), header, body)
        self.abandon()
        self._commands_left = self._settings.limits.commands
        if ended.outcome is Outcome.EXPLAINED:
            words, entries = self._settings.explanations, tuple(envelope.taken.entries.values())
            return ended, words.after_data(entries, ended.ref), words.unrecorded(entries)
        return ended, replies.accepted(ended.ref), replies.NOT_STORED

    def data_too_big(self) -> Reply:
        """The message was over the limit: nothing of it is recorded, and its sender hears why."""
        self.abandon()
        return replies.TOO_BIG

    def rset(self, argument: bytes) -> Reply:
        if argument:
            return replies.NO_PARAMETER
        self.abandon()
        return replies.OK

    def quit(self, argument: bytes) -> Reply:
        """A parameter is overlooked: the client leaves in any case."""
        self.abandon()
        return replies.BYE

    def noop(self, argument: bytes) -> Reply:
        return replies.OK

    def vrfy(self, argument: bytes) -> Reply:
        return replies.NOT_VERIFIED if argument else replies.NEEDS_PARAMETER

    def help(self, argument: bytes) -> Reply:
        return replies.help_text(_VERBS, self._settings.url)

    def abandon(self) -> None:
        """The transaction is over. Nothing of it stays but the refusals that are to be recorded."""
        envelope, self._envelope = self._envelope, None
        if envelope is not None and envelope.refused is not None:
            self.refusals.append(envelope.refusals(envelope.refused, self._clock.now()))

    def take_refusals(self) -> list[Ended]:
        """What ended since the last call with recipients that got the explanation at RCPT."""
        refusals, self.refusals = self.refusals, []
        return refusals

    def spend_command(self) -> bool:
        """Counts a command that brings no mail further; whether there were not too many since the last message."""
        self._commands_left -= 1
        return self._commands_left >= 0

    def budgeted(self, reply: Reply) -> Reply:
        """``reply``, counted when it tells of the client's error; the last one when there were too many."""
        if reply.code in _ERRORS:
            self._errors_left -= 1
            if self._errors_left < 0:
                return replies.TOO_MANY_ERRORS
        return reply
