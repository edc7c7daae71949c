"""The commands of one SMTP session, without I/O: each verb has a method that returns the result (RFC 5321 §4.1.1).

``grammar`` reads the arguments, ``transactions`` keeps the order of commands, the budgets and the open transaction.
"""

from __future__ import annotations

from collections.abc import Callable

from catcher.catalogue import Catalogue
from catcher.model.clock import Clock
from catcher.smtp.dialogue.envelope import Client
from catcher.smtp.dialogue.extensions import hello_with_extensions
from catcher.smtp.dialogue.grammar import read_chunk_size, read_hello, read_mail, read_rcpt
from catcher.smtp.dialogue.order import OUT_OF_ORDER, DialogueState
from catcher.smtp.dialogue.policy import OperatorMailbox
from catcher.smtp.dialogue.pool import EnvelopePool
from catcher.smtp.dialogue.results import ReceiveChunk, ReceiveData, StartTls
from catcher.smtp.dialogue.transactions import MailTransactions
from catcher.smtp.settings import SmtpSettings
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply

_VERBS = ("HELO", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "HELP")
_RECEIVE_DATA = ReceiveData(replies.START_DATA)
_START_TLS = StartTls(replies.START_TLS)


class Dialogue:
    """The session's commands. Arguments are the octets after the verb, stripped."""

    __slots__ = (
        "_client",
        "_is_lenient",
        "_offers_chunks",
        "_settings",
        "_tls_offered",
        "passed_over",
        "transactions",
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
        self._client = Client(address, "", esmtp=False, tls=False)
        self._is_lenient = settings.is_lenient(address)
        self._tls_offered = tls_offered
        self._offers_chunks = True
        self.passed_over = 0
        """Number of parameters that were not offered; they have no effect."""
        self.transactions = MailTransactions(
            settings,
            catalogue=catalogue,
            clock=clock,
            new_ref=new_ref,
            pool=pool,
            opening=self._opening,
            takes_bare_newlines=self._is_lenient or not settings.refuse_bare_newline,
            is_recording=is_recording,
            count_operator=count_operator,
        )

    @property
    def _opening(self) -> DialogueState:
        """The state in which the dialogue begins. Old devices may leave EHLO and HELO out."""
        return DialogueState.GREETED if self._is_lenient else DialogueState.START

    def without_chunks(self) -> None:
        """Offers no BDAT: the number of the client's octets isn't known, because its line ends are mended."""
        self._offers_chunks = False

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
        self.transactions.greeted()
        self._client = Client(self._client.address, name, esmtp=esmtp, tls=self._client.tls)
        if not esmtp:
            return replies.hello(self._settings.hostname)
        offers_tls = self._tls_offered and not self._client.tls  # RFC 3207 §4.2
        limits = self._settings.limits
        return hello_with_extensions(
            self._settings.hostname, limits.message_octets, limits.recipients, offers_tls, self._offers_chunks
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
        self.transactions.begin_anew(self._opening)
        self._client = Client(self._client.address, "", esmtp=False, tls=True)

    def mail(self, argument: bytes) -> Reply:
        refusal = OUT_OF_ORDER[self.transactions.state].get(b"MAIL")
        if refusal is not None:
            return refusal
        arguments = read_mail(argument, most_octets=self._settings.limits.message_octets)
        if isinstance(arguments, Reply):
            return arguments
        self.passed_over += arguments.passed_over
        return self.transactions.begin(self._client, arguments)

    def rcpt(self, argument: bytes) -> Reply:
        refusal = OUT_OF_ORDER[self.transactions.state].get(b"RCPT")
        if refusal is not None:
            return refusal
        arguments = read_rcpt(argument)
        if isinstance(arguments, Reply):
            return arguments
        self.passed_over += len(arguments.parameters)
        assert arguments.mailbox is not None
        return self.transactions.add_recipient(arguments.mailbox)

    def data(self, argument: bytes) -> Reply | ReceiveData:
        if argument:  # RFC 5321 §4.1.1.4: DATA has no parameter
            return replies.NO_PARAMETER
        return self.transactions.begin_data() or _RECEIVE_DATA

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
        refusal = self.transactions.not_ready(b"BDAT")
        if refusal is not None:
            return ReceiveChunk(octets, last, refusal)
        if not last and not self.transactions.budgets.spend_chunk(octets):
            return replies.TOO_MANY_CHUNKS
        self.transactions.begin_chunk()
        return ReceiveChunk(octets, last)

    def rset(self, argument: bytes) -> Reply:
        if argument:  # RFC 5321 §4.1.1.5: RSET has no parameter
            return replies.NO_PARAMETER
        self.transactions.abandon()
        return replies.OK

    def quit(self, argument: bytes) -> Reply:
        """A parameter is ignored: the client leaves in any case."""
        self.transactions.abandon()
        return replies.BYE

    def noop(self, argument: bytes) -> Reply:
        return replies.OK  # RFC 5321 §4.1.1.9: a parameter has no meaning

    def vrfy(self, argument: bytes) -> Reply:
        """252 for every address: the sink neither knows nor discloses which mailboxes exist (RFC 5321 §7.3)."""
        return replies.NOT_VERIFIED if argument else replies.NEEDS_PARAMETER

    def help(self, argument: bytes) -> Reply:
        return replies.help_text(_VERBS, self._settings.url)
