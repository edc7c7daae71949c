"""One SMTP session without I/O: each verb has a method that returns the reply (RFC 5321 §4.1.1).

Longer than others: all verbs share one state, and readers need the table below beside them.

::

    verb            start      greeted    mail       refused    taken      chunks
    EHLO, HELO      greeted    greeted    greeted    greeted    greeted    greeted
    MAIL            503        mail       503        mail       503        503
    RCPT, taken     503        503        taken      taken      taken      503
    RCPT, refused   503        503        refused    refused    taken      503
    DATA            503        503        503        554        354        503
    BDAT            503        503        503        554        chunks     chunks
    RSET            start      greeted    greeted    greeted    greeted    greeted
    NOOP            start      greeted    mail       refused    taken      chunks

``start``: no HELO yet. ``mail``: MAIL was accepted. ``refused``: every recipient so far was refused. ``taken``: a
recipient was taken, so the data may come. ``chunks``: BDAT brought a part of the data. A code is the reply; the state
then stays. VRFY and HELP change nothing, like NOOP. After the data the state is ``greeted``. STARTTLS leads from every
state to ``start`` (RFC 3207 §4.2). The octets of BDAT are read before its reply, even if the chunk is refused.

When a transaction ends, ``take_refusals`` returns its refused recipients for recording; ``data_ended`` returns the
taken recipients. The client's words are kept no longer than the transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.model.mail.policy import Outcome
from catcher.model.mail.transaction import BodyFacts, Header
from catcher.model.value import value
from catcher.smtp.dialogue.envelope import Answered, Client, Ended, Envelope
from catcher.smtp.dialogue.policy import at_rcpt
from catcher.smtp.message.data import Message
from catcher.smtp.settings import SmtpSettings
from catcher.smtp.wire import replies
from catcher.smtp.wire.path import ParameterError, PathError, parse_path
from catcher.smtp.wire.replies import Reply

_VERBS = ("HELO", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "HELP")
_ERRORS = frozenset({500, 501, 502, 503, 504, 553})
"""Reply codes that mean an error of the client; they count towards ``SmtpLimits.errors``."""
_HELO_OCTETS = 255
"""Most octets of HELO's argument: the length of the longest domain name (RFC 5321 §4.5.3.1.2)."""
_SIZE_DIGITS = 20
"""Most digits of a size in MAIL (RFC 1870 §6); sizes in BDAT have the same bound here."""
_OFFERED = frozenset({"SIZE", "BODY", "SMTPUTF8"})
"""Parameters of MAIL that EHLO offers (RFC 1870, 6152, 6531); RCPT has none."""
_BODY_TYPES = frozenset({"", "7BIT", "8BITMIME", "BINARYMIME"})
"""Values of BODY (RFC 6152 §3, RFC 3030 §3); empty: the parameter is absent."""


@value
class Chunk:
    """A BDAT command: ``octets`` octets follow and are read, even if the chunk is refused (RFC 3030 §2)."""

    octets: int
    last: bool
    """Whether the message ends with this chunk."""
    refusal: Reply | None = None
    """The reply after the octets of a refused chunk; None: the octets belong to the message."""


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
        settings: SmtpSettings,
        *,
        catalogue: Catalogue,
        clock: Clock,
        new_ref: Callable[[], str],
        address: str,
        tls_offered: bool = False,
        is_recording: Callable[[], bool] = lambda: True,
    ) -> None:
        """``address``: the client's address as text.

        ``is_recording``: whether observations can probably be stored now. A refusal at RCPT is sent before it is
        stored. While the store fails, the refusal names no reference, because nobody would find that reference.
        """
        self._settings = settings
        self._catalogue = catalogue
        self._clock = clock
        self._new_ref = new_ref
        self._is_recording = is_recording
        self._client = Client(address, "", esmtp=False, tls=False)
        self._tls_offered = tls_offered
        self.passed_over = 0
        """Number of parameters that were not offered; they have no effect."""
        self._greeted = False
        self._envelope: Envelope | None = None
        self.refusals: list[Ended] = []
        """Ended transactions that wait for recording: their recipients were refused with the explanation at RCPT."""
        self._errors_left = settings.limits.errors
        self._refusals_left = settings.limits.refusals
        self._commands_left = settings.limits.commands

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open and its message may still come."""
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
        if len(argument) > _HELO_OCTETS:
            return replies.BAD_PARAMETER
        self.abandon()  # EHLO in the middle of a session acts as RSET (RFC 5321 §4.1.4)
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
        """START_TLS when the handshake may begin (RFC 3207 §4); then the caller calls ``tls_established``, or the
        session ends."""
        if not self._tls_offered:
            return replies.NOT_OFFERED
        if argument:  # RFC 3207 §4: STARTTLS has no parameters
            return replies.NO_PARAMETER
        if self._client.tls:  # RFC 3207 §4.2: it isn't offered again
            return replies.TLS_ALREADY
        return replies.START_TLS

    def tls_established(self) -> None:
        """Resets the session: facts from before the handshake are dropped (RFC 3207 §4.2)."""
        self.abandon()
        self._greeted = False
        self._client = Client(self._client.address, "", esmtp=False, tls=True)

    def mail(self, argument: bytes) -> Reply:
        """Opens a transaction. A transaction whose recipients were all refused ends with the next MAIL."""
        if not self._greeted:  # RFC 5321 §4.1.4: EHLO or HELO comes first
            return replies.HELO_FIRST
        if self.in_transaction:  # RFC 5321 §4.1.4: MAIL must not be sent in an open transaction
            return replies.NESTED_MAIL
        try:
            parsed = parse_path(argument, b"FROM:")
        except PathError:  # RFC 5321 §4.1.2: Reverse-path; 553 by §4.2.2
            return replies.BAD_SENDER
        except ParameterError:  # RFC 5321 §4.1.2: Mail-parameters
            return replies.BAD_PARAMETER
        if parsed is None:  # RFC 5321 §4.1.1.2: "MAIL FROM:" and a path
            return replies.BAD_PARAMETER
        body = ""
        if parsed.parameters:
            # RFC 5321 §4.1.1.11 has 555 for unknown parameters. Microsoft 365 sends some to every server: count them.
            self.passed_over += len(parsed.parameters.keys() - _OFFERED)
            size = parsed.parameters.get("SIZE", "0")
            if not (size.isascii() and size.isdigit() and len(size) <= _SIZE_DIGITS):  # RFC 1870 §6
                return replies.BAD_PARAMETER
            # RFC 1870 §6.1: a declared size above the limit gets 552 at once
            if int(size) > self._settings.limits.message_octets:
                return replies.TOO_BIG
            body = parsed.parameters.get("BODY", "").upper()
            if body not in _BODY_TYPES:  # RFC 6152 §3, RFC 3030 §3
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
        """Decides on one recipient. Replies 550 and 451 come from the policy (``policy.at_rcpt``)."""
        envelope = self._envelope
        if envelope is None:  # RFC 5321 §4.1.4: RCPT comes after MAIL
            return replies.MAIL_FIRST if self._greeted else replies.HELO_FIRST
        if envelope.message is not None:  # RFC 3030 §2: recipients come before the first chunk
            return replies.RCPT_AFTER_BDAT
        try:
            parsed = parse_path(argument, b"TO:")
        except PathError:  # RFC 5321 §4.1.2: Forward-path; 553 by §4.2.2
            return replies.BAD_RECIPIENT
        except ParameterError:  # RFC 5321 §4.1.2: Rcpt-parameters
            return replies.BAD_PARAMETER
        if parsed is None:  # RFC 5321 §4.1.1.3: "RCPT TO:" and a path
            return replies.BAD_PARAMETER
        if parsed.mailbox is None:  # RFC 5321 §4.1.1.3: the null path is no recipient
            return replies.BAD_RECIPIENT
        self.passed_over += len(parsed.parameters)
        if envelope.is_full:  # RFC 5321 §4.5.3.1.10: 452, and the client sends the rest in another transaction
            return replies.TOO_MANY_RECIPIENTS
        decision = at_rcpt(
            parsed.mailbox,
            catalogue=self._catalogue,
            settings=self._settings,
            now=self._clock.now(),
            outcome=envelope.outcome,
            ref=envelope.ref if self._is_recording() else None,
            answering=bool(envelope.answers),
        )
        envelope.tried = True
        envelope.add(parsed.mailbox, decision)
        if decision.reply.is_refusal:
            self._refusals_left -= 1
            if self._refusals_left < 0:
                return replies.TOO_MANY_ERRORS
        return decision.reply

    def data(self, argument: bytes) -> Reply:
        """START_DATA when the message may come; the caller then calls ``data_ended``, ``data_too_big`` or
        ``abandon``."""
        if argument:  # RFC 5321 §4.1.1.4: DATA has no parameter
            return replies.NO_PARAMETER
        envelope = self._envelope
        refusal = self._not_ready(envelope)
        if envelope is None or refusal is not None:
            return refusal or replies.MAIL_FIRST
        if envelope.message is not None:  # RFC 3030 §2: DATA and BDAT don't mix in a transaction
            return replies.DATA_AFTER_BDAT
        if envelope.binary:  # RFC 3030 §3: a BINARYMIME message may come by BDAT only
            return replies.BINARY_NEEDS_BDAT
        envelope.message = Message(self._settings.limits.message_octets)
        return replies.START_DATA

    def bdat(self, argument: bytes) -> Reply | Chunk:
        """The chunk that follows on the wire, or the reply that ends the session (RFC 3030 §2).

        A malformed size ends the session: the octets of the message can't be separated from the next commands.
        """
        words = argument.upper().split()
        size = words[0] if words else b""
        if not (size.isdigit() and len(size) <= _SIZE_DIGITS) or words[1:] not in ([], [b"LAST"]):
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
        """The refusal of DATA and BDAT in this state; None when a message may come."""
        if envelope is None:  # RFC 5321 §4.1.4
            return replies.MAIL_FIRST if self._greeted else replies.HELO_FIRST
        if not envelope.is_taken:  # RFC 5321 §3.3: 503 before RCPT, 554 when no recipient was accepted
            return replies.NO_VALID_RECIPIENT if envelope.tried else replies.RCPT_FIRST
        return None

    @property
    def message(self) -> Message | None:
        """The message under way; None if no message is being received."""
        return None if self._envelope is None else self._envelope.message

    def unacceptable(self, header: Header, body: BodyFacts, *, hops: int) -> Reply | None:
        """The refusal of a complete message; a refused message isn't recorded, and its transaction is over. None: the
        message isn't refused."""
        message = self.message
        refusal = None
        if hops > self._settings.limits.hops:  # RFC 5321 §6.3
            refusal = replies.LOOP
        elif self._settings.refuse_bare_newline and (body.bare_cr or body.bare_lf):  # RFC 5321 §2.3.8
            refusal = None if message is not None and message.chunked else replies.BARE_NEWLINE
        if refusal is not None:
            self.abandon()
        return refusal

    def data_ended(self, header: Header, body: BodyFacts) -> tuple[Ended | Answered, Reply, Reply]:
        """The complete transaction for recording, the reply once it is recorded, and the reply if recording fails."""
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
        match ended.outcome:
            case Outcome.ACCEPTED:
                return ended, replies.accepted(ended.ref), replies.NOT_STORED
            case Outcome.EXPLAINED:
                words, entries = self._settings.explanations, tuple(envelope.taken.entries.values())
                return ended, words.after_data(entries, ended.ref), words.unrecorded(entries)
            case Outcome.REFUSED:
                raise AssertionError("a recipient refused at RCPT has no data")
            case _:
                assert_never(ended.outcome)

    def data_too_big(self) -> Reply:
        """Refuses a message over the limit with 552 (RFC 1870 §6.3); it is not recorded."""
        self.abandon()
        return replies.TOO_BIG

    def rset(self, argument: bytes) -> Reply:
        if argument:  # RFC 5321 §4.1.1.5
            return replies.NO_PARAMETER
        self.abandon()
        return replies.OK

    def quit(self, argument: bytes) -> Reply:
        """A parameter is ignored: the client leaves in any case."""
        self.abandon()
        return replies.BYE

    def noop(self, argument: bytes) -> Reply:
        return replies.OK

    def vrfy(self, argument: bytes) -> Reply:
        """252 for every address: the sink neither knows nor discloses which mailboxes exist (RFC 5321 §7.3)."""
        return replies.NOT_VERIFIED if argument else replies.NEEDS_PARAMETER

    def help(self, argument: bytes) -> Reply:
        return replies.help_text(_VERBS, self._settings.url)

    def abandon(self) -> None:
        """Ends the transaction. Only refusals that wait for recording are kept."""
        envelope, self._envelope = self._envelope, None
        if envelope is not None and envelope.refused is not None:
            self.refusals.append(envelope.refusals(envelope.refused, self._clock.now()))

    def take_refusals(self) -> list[Ended]:
        """Transactions that ended since the last call and had recipients refused with the explanation at RCPT."""
        refusals, self.refusals = self.refusals, []
        return refusals

    def spend_command(self) -> bool:
        """Counts a command that brings no mail; False when too many such commands came since the last message."""
        self._commands_left -= 1
        return self._commands_left >= 0

    def budgeted(self, reply: Reply) -> Reply:
        """Returns ``reply``, and counts it if it reports a client's error; after too many errors returns
        TOO_MANY_ERRORS."""
        if reply.code in _ERRORS:
            self._errors_left -= 1
            if self._errors_left < 0:
                return replies.TOO_MANY_ERRORS
        return reply
