"""Octets → command lines: only CRLF ends one; what is malformed is named, not repaired (RFC 5321 §2.3.7, §2.3.8)."""

from __future__ import annotations

import re
from dataclasses import field
from enum import Enum, auto

from catcher.model.value import value

LINE_MOST = 512
"""Octets of a command line, CRLF included (RFC 5321 §4.5.3.1.4)."""
LONG_LINE_MOST = 2048
"""The same for MAIL and RCPT: the extensions that senders use without asking add to their length."""

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LONG_VERBS = (b"MAIL", b"RCPT")
_HEAD = 16


class LineFault(Enum):
    """What is wrong with a command line."""

    BARE_LF = auto()
    """It ends in a bare LF, or comes between one and the next CRLF: a smuggled command, if it were run."""
    TOO_LONG = auto()
    CONTROL = auto()
    """A control character other than TAB stands in it."""


@value
class Command:
    """One line of the client."""

    verb: bytes
    """Upper case; b'' for an empty line."""
    argument: bytes = field(repr=False)
    """The rest, without white space around it."""
    fault: LineFault | None = None

    @property
    def is_auth(self) -> bool:
        """Whether somebody tries to log in, however the line is spelt: then not even its length may stay."""
        return self.verb.startswith(b"AUTH")


class CommandReader:
    """Collects octets until they are lines. ``repr`` shows nothing; memory is what was fed and not taken."""

    __slots__ = ("_buffer", "_scanned", "_swallowing", "_tainted")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._swallowing = False
        """Whether the rest of an over-long line is being passed over."""
        self._tainted = False
        """Whether a bare LF came since the last CRLF."""

    def __repr__(self) -> str:
        return "CommandReader(…)"

    def __len__(self) -> int:
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Takes the next octets."""
        self._buffer += data

    def clear(self) -> None:
        """Forgets all that was not taken."""
        self._buffer.clear()
        self._scanned = 0

    def take_all(self) -> bytes:
        """All octets that are not taken yet; for the phase of a message's data."""
        data = bytes(self._buffer)
        self.clear()
        return data

    def next(self) -> Command | None:
        """The next line, or None when none is complete.

        An over-long one is returned as soon as it is too long, with its first octets; the rest is then passed over.
        """
        while True:
            end = self._buffer.find(b"\n", self._scanned)
            if end < 0:
                return self._unended()
            line = bytes(self._buffer[: end + 1])
            del self._buffer[: end + 1]
            self._scanned = 0
            crlf = line.endswith(b"\r\n")
            tainted, self._tainted = self._tainted or not crlf, not crlf
            if self._swallowing:
                self._swallowing = False
                continue
            return _command(line, tainted=tainted)

    def _unended(self) -> Command | None:
        if not self._swallowing and len(self._buffer) < LONG_LINE_MOST:
            self._scanned = len(self._buffer)
            return None
        command = None if self._swallowing else _too_long(self._buffer)
        self._swallowing = True
        del self._buffer[: len(self._buffer) - self._buffer.endswith(b"\r")]
        self._scanned = len(self._buffer)
        return command


def _verb(line: bytes) -> tuple[bytes, bytes]:
    verb, *argument = line.split(None, 1) or [b""]
    return verb.upper(), argument[0].strip() if argument else b""


def _too_long(line: bytes | bytearray) -> Command:
    return Command(_verb(bytes(line).lstrip()[:_HEAD])[0], b"", LineFault.TOO_LONG)


def _command(line: bytes, *, tainted: bool) -> Command:
    verb, argument = _verb(line[:-2] if line.endswith(b"\r\n") else line[:-1])
    if len(line) > (LONG_LINE_MOST if verb in _LONG_VERBS else LINE_MOST):
        return _too_long(line)
    fault = None
    if tainted:
        fault = LineFault.BARE_LF
    elif _CONTROL.search(line, 0, len(line) - 2):
        fault = LineFault.CONTROL
    return Command(verb, b"" if fault else argument, fault)
