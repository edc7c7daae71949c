"""Octets → command lines. Only CRLF ends a line; faults are reported, not repaired (RFC 5321 §2.3.7, §2.3.8)."""

from __future__ import annotations

from dataclasses import field
from enum import Enum, auto

from catcher.model.value import value

COMMAND_LINE_OCTETS = 512
"""Most octets of a command line, CRLF included (RFC 5321 §4.5.3.1.4)."""
LONG_COMMAND_LINE_OCTETS = 2048
"""Most octets of a MAIL or RCPT line: extensions that senders use without an offer make these lines longer."""

_CONTROL = bytes([*range(0x09), *range(0x0A, 0x20), 0x7F])
_LONG_VERBS = (b"MAIL", b"RCPT")
_VERB_OCTETS = 16
"""Octets of an over-long line in which its verb is searched."""


class LineFault(Enum):
    """A fault of a command line."""

    BARE_LF = auto()
    """The line ends in a bare LF, or lies between a bare LF and the next CRLF: it could be a smuggled command."""
    TOO_LONG = auto()
    """The line is longer than lines with its verb may be."""
    CONTROL = auto()
    """The line holds a control character other than TAB."""


@value
class Command:
    """One line of the client."""

    verb: bytes
    """Upper case; b'' for an empty line."""
    argument: bytes = field(repr=False)
    """The octets after the verb, without white space around them."""
    fault: LineFault | None = None

    @property
    def is_auth(self) -> bool:
        """Whether the client tries to log in, in any spelling: nothing of the line may be kept (promise 2)."""
        return self.verb.startswith(b"AUTH")


class CommandReader:
    """Collects octets until they form lines. ``repr`` shows nothing; memory holds only the octets not yet taken."""

    __slots__ = ("_after_bare_lf", "_buffer", "_scanned", "_skipping", "_start")

    def __init__(self) -> None:
        self._buffer = b""
        self._start = 0
        """Offset of the first octet that isn't taken."""
        self._scanned = 0
        """Offset up to which there is no line end."""
        self._skipping = False
        """Whether the rest of an over-long line is being skipped."""
        self._after_bare_lf = False
        """Whether a bare LF came since the last CRLF."""

    def __repr__(self) -> str:
        return "CommandReader(…)"

    def __len__(self) -> int:
        return len(self._buffer) - self._start

    @property
    def lines(self) -> int:
        """Number of line ends in the octets that are not taken."""
        return self._buffer.count(b"\n", self._start)

    def feed(self, data: bytes) -> None:
        """Takes the next octets."""
        if not self._buffer:
            self._buffer = data
            return
        self._scanned -= self._start
        self._buffer = self._buffer[self._start :] + data
        self._start = 0

    def clear(self) -> None:
        """Drops the octets that are not taken."""
        self._buffer = b""
        self._start = self._scanned = 0

    def take(self, most: int) -> bytes:
        """Takes up to ``most`` octets: they belong to a message's data. Octets behind them aren't copied."""
        start, buffer = self._start, self._buffer
        if len(buffer) - start <= most:
            self._buffer, self._start, self._scanned = b"", 0, 0
            return buffer[start:]
        self._start = self._scanned = end = start + most
        return buffer[start:end]

    def next(self) -> Command | None:
        """The next line, or None when no line is complete.

        An over-long line is returned as soon as it is too long, with only its verb; the rest of the line is skipped.
        """
        while self._scanned < len(self._buffer):
            end = self._buffer.find(b"\n", self._scanned) + 1
            if not end:
                return self._unended()
            line = self._buffer[self._start : end]
            self._start = self._scanned = end
            if end == len(self._buffer):
                self._buffer, self._start, self._scanned = b"", 0, 0
            crlf = line.endswith(b"\r\n")
            bare_lf, self._after_bare_lf = self._after_bare_lf or not crlf, not crlf
            if not self._skipping:
                return _command(line, bare_lf=bare_lf)
            self._skipping = False
        return None

    def _unended(self) -> Command | None:
        self._scanned = len(self._buffer)
        if not self._skipping and len(self) < LONG_COMMAND_LINE_OCTETS:
            return None
        command = None if self._skipping else _too_long(self._buffer[self._start :])
        self._skipping = True
        self._buffer = b"\r" if self._buffer.endswith(b"\r") else b""
        self._start, self._scanned = 0, len(self._buffer)
        return command


def _too_long(line: bytes) -> Command:
    verb = line[: _VERB_OCTETS + len(line) - len(line.lstrip())].split(None, 1)
    return Command(verb[0].upper() if verb else b"", b"", LineFault.TOO_LONG)


def _command(line: bytes, *, bare_lf: bool) -> Command:
    words = line.split(None, 1)
    verb = words[0].upper() if words else b""
    octets = len(line)
    if octets > COMMAND_LINE_OCTETS and (octets > LONG_COMMAND_LINE_OCTETS or verb not in _LONG_VERBS):
        return _too_long(line)
    if bare_lf:
        return Command(verb, b"", LineFault.BARE_LF)
    if len(line.translate(None, _CONTROL)) != octets - 2:  # its own CRLF
        return Command(verb, b"", LineFault.CONTROL)
    return Command(verb, words[1].rstrip() if len(words) > 1 else b"")
