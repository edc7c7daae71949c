"""Every reply: code, enhanced status (RFC 3463, RFC 2034) and text.

Lines have at most 512 octets (RFC 5321 §4.5.3.1.5). A text may hold catalogued and intended domains, the operator's
own words and a REF, never the client's words. The texts of policies ``explain`` and ``refuse`` are in ``explanation``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from catcher.model.value import value

REPLY_LINE_OCTETS = 512
"""Most octets of a reply line, CRLF included (RFC 5321 §4.5.3.1.5)."""


@value
class Reply:
    """A reply, ready for the wire."""

    code: int
    wire: bytes
    """All lines of the reply, each with CRLF."""
    close: bool = False
    """Whether the connection ends with this reply."""

    @property
    def is_refusal(self) -> bool:
        return self.code >= 400


def reply(code: int, status: str, *lines: str, close: bool = False) -> Reply:
    """Builds a reply. ``status`` is '' for greetings, 354 and the answers to HELO and EHLO (RFC 2034 §3)."""
    room = REPLY_LINE_OCTETS - len(f"{code}-{status} \r\n")
    pieces = [piece for line in lines for piece in _wrapped(line, room)]
    wire = bytearray()
    for number, piece in enumerate(pieces, start=1):
        separator = " " if number == len(pieces) else "-"
        text = f"{status} {piece}" if status else piece
        wire += f"{code}{separator}{text}".encode("ascii", "replace") + b"\r\n"
    return Reply(code, bytes(wire), close)


def _wrapped(line: str, room: int) -> Iterator[str]:
    """``line`` in pieces of at most ``room`` octets, broken at a space if there is one."""
    text = line if line.isprintable() else "".join(c if c.isprintable() else " " for c in line)
    while len(text) > room:
        at = text.rfind(" ", 1, room + 1)
        if at < 0:
            at = room
        yield text[:at]
        text = text[at:].lstrip()
    yield text


START_TLS = reply(220, "2.0.0", "go ahead with TLS")
OK = reply(250, "2.0.0", "ok")
SENDER_OK = reply(250, "2.1.0", "ok")
RECIPIENT_OK = reply(250, "2.1.5", "ok")
START_DATA = reply(354, "", "end the data with <CR><LF>.<CR><LF>")
BYE = reply(221, "2.0.0", "bye", close=True)
NOT_VERIFIED = reply(252, "2.5.0", "addresses are not verified here; RCPT tells whether mail is taken")
NOT_EXPANDED = reply(502, "5.5.1", "EXPN is not offered")

BAD_SYNTAX = reply(500, "5.5.2", "bad syntax")
BARE_LINE_FEED = reply(500, "5.5.2", "a command ends with <CR><LF>, not with a bare <LF>")
LINE_TOO_LONG = reply(500, "5.5.2", "the command line is too long")
CONTROL_CHARACTER = reply(501, "5.5.2", "the command holds a control character")
UNKNOWN_COMMAND = reply(500, "5.5.1", "unknown command")
NOT_OFFERED = reply(502, "5.5.1", "that command is not offered")
NOT_OFFERED_CLOSING = reply(502, "5.5.1", "that is not offered; closing the connection", close=True)
NO_AUTH = reply(
    502,
    "5.5.1",
    "no passwords here: AUTH is not offered; closing the connection",
    close=True,
)
NO_PARAMETER = reply(501, "5.5.4", "that command takes no parameter")
NEEDS_PARAMETER = reply(501, "5.5.4", "that command needs a parameter")
BAD_PARAMETER = reply(501, "5.5.4", "a parameter is malformed")

TLS_ALREADY = reply(503, "5.5.1", "TLS is on already")
BAD_CHUNK = reply(501, "5.5.4", "BDAT needs a size, and LAST or nothing; closing the connection", close=True)
DATA_AFTER_BDAT = reply(503, "5.5.1", "DATA can't follow BDAT in a transaction")
RCPT_AFTER_BDAT = reply(503, "5.5.1", "RCPT can't follow BDAT in a transaction")
BINARY_NEEDS_BDAT = reply(503, "5.5.1", "BODY=BINARYMIME needs BDAT")

HELO_FIRST = reply(503, "5.5.1", "say EHLO or HELO first")
MAIL_FIRST = reply(503, "5.5.1", "say MAIL first")
RCPT_FIRST = reply(503, "5.5.1", "say RCPT first")
NESTED_MAIL = reply(503, "5.5.1", "the sender was given already")
NO_VALID_RECIPIENT = reply(554, "5.5.1", "no valid recipient")
BAD_SENDER = reply(553, "5.1.7", "the sender's address is malformed")
BAD_RECIPIENT = reply(553, "5.1.3", "the recipient's address is malformed")
TOO_MANY_RECIPIENTS = reply(452, "4.5.3", "too many recipients; send the others in another transaction")
"""RFC 5321 §4.5.3.1.10: 452, and the client sends the others in another transaction."""
NO_ROOM_NOW = reply(452, "4.3.1", "no room for this now; try again later")
OTHER_OUTCOME = reply(452, "4.5.3", "this recipient needs a transaction of its own")
TOO_BIG = reply(552, "5.3.4", "the message is too big")
BARE_NEWLINE = reply(
    550,
    "5.6.11",
    "the message has a bare <CR> or <LF>; lines end with <CR><LF>",
)
LOOP = reply(554, "5.4.6", "too many Received fields: the message goes in circles")
NO_SUCH_ADDRESS = reply(550, "5.1.1", "there is no such address here")
NO_RELAY = reply(550, "5.7.1", "no mail is taken or relayed for that domain here")

_ACCEPTED = reply(250, "2.0.0", "recorded; the message itself is not kept; ref %s").wire
ANSWERED = reply(250, "2.0.0", "noted; the address is the answer, and the message itself is not kept")
NOT_STORED = reply(451, "4.3.0", "the message can't be recorded now; try again later")
INTERNAL_ERROR = reply(421, "4.3.0", "internal error; try again later", close=True)
TOO_MANY_ERRORS = reply(421, "4.7.0", "too many errors", close=True)
IDLE = reply(421, "4.4.2", "nothing came for too long", close=True)
SESSION_TOO_LONG = reply(421, "4.4.2", "the connection lasted too long", close=True)
TOO_SLOW = reply(421, "4.4.2", "the data came too slowly", close=True)
TOO_MANY_REFUSALS = reply(421, "4.7.0", "too many refused recipients", close=True)
TOO_MANY_CHUNKS = reply(421, "4.7.0", "too many small chunks", close=True)
TOO_MANY_COMMANDS = reply(421, "4.7.0", "too many commands without mail", close=True)
EVICTED = reply(421, "4.3.2", "idle or slow while others wait; try again later", close=True)
SHUTTING_DOWN = reply(421, "4.3.2", "shutting down; try again later", close=True)
TOO_MANY_CONNECTIONS = reply(421, "4.7.0", "too many connections; try again later", close=True)
BUSY = reply(421, "4.3.2", "busy", close=True)
FLOOD = reply(421, "4.7.0", "busy", close=True)
"""BUSY and FLOOD are short: in a flood they are sent thousands of times."""


def chunk_taken(octets: int) -> Reply:
    return reply(250, "2.0.0", f"{octets} octets taken")


@lru_cache(maxsize=16)
def greeting(hostname: str) -> Reply:
    return reply(220, "", f"{hostname} ESMTP")


@lru_cache(maxsize=16)
def hello(hostname: str, *keywords: str) -> Reply:
    """The answer to EHLO with its keywords (RFC 5321 §4.1.1.1), or to HELO without."""
    return reply(250, "", hostname, *keywords)


def help_text(verbs: Iterable[str], url: str) -> Reply:
    lines = ["a sink for mail that strays to lookalike domains", *([url] if url else []), " ".join(verbs)]
    return reply(214, "2.0.0", *lines)


def accepted(ref: str) -> Reply:
    return Reply(250, _ACCEPTED.replace(b"%s", ref.encode("ascii")))


def takes_no_mail(domain: str, intended: str | None, *, null_mx: bool) -> Reply:
    """The refusal under policies ``null`` (RFC 7505 §4.1) and ``observe``."""
    meant = f"; did you mean {intended}?" if intended else ""
    return reply(550, "5.1.10" if null_mx else "5.1.2", f"{domain} takes no mail{meant}")


def released(domain: str) -> Reply:
    return reply(451, "4.4.4", f"{domain} is changing hands; try again later")


def operator_pointer(contact: str, url: str) -> Reply:
    where = contact or url
    return reply(
        550, "5.1.6", f"no mail is read here; reach the operator at {where}" if where else "no mail is read here"
    )
