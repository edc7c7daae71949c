"""Signed queries of clients that are none of our secondaries, and the bound on those that are checked. Pure.

A stranger's TSIG gets NOTAUTH with BADKEY, copied from its own octets (RFC 8945 §5.2.1, §5.3.2): no key is looked up,
no MAC is computed. The address of a secondary can be forged over UDP, so the checks of a second are bounded, too.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError

from catcher.dns.answering.query import MAX_ADDITIONALS, FormatError, parse_options
from catcher.dns.answering.tsig import FUDGE, TsigError
from catcher.dns.wire import CLASS_ANY, Rcode, RRType, question_end

CHECKS = 5_000
"""Most signatures over UDP that a worker checks in a second: a twentieth of its time. A secondary that copies a million
names asks for fewer."""

_MARK = b"\0\xfa\0\xff\0\0\0\0"
"""TYPE, CLASS and TTL of a TSIG."""
_RECORD = Struct("!HHIH")
_OPT = Struct("!BHHBBHH")
_UDP_SIZE = 1232
"""As ``message.UDP_SIZE``."""
_IXFR = RRType.IXFR.to_bytes(2, "big")
_TIME = 6
_AFTER_TIME = FUDGE.to_bytes(2, "big") + b"\0\0"
"""Fudge, and the size of the MAC: none."""
_ERROR = TsigError.BADKEY.to_bytes(2, "big") + b"\0\0"
"""Error, and the length of Other Data."""


class TsigBudget:
    """The checks of signatures that one worker has left in this second, and how many signatures it didn't check."""

    def __init__(self, checks: int = CHECKS) -> None:
        self._checks = checks
        self._left = float(checks)
        self._at = 0.0
        self.refused = 0
        """Signed messages answered or dropped without a check, since the start."""

    def take(self, now: float) -> bool:
        """Whether one more signature may be checked at ``now`` (Unix seconds)."""
        gained = max(0.0, now - self._at) * self._checks
        self._left, self._at = min(float(self._checks), self._left + gained), now
        if self._left < 1:
            self.refused += 1
            return False
        self._left -= 1
        return True


def is_signed(message: bytes) -> bool:
    """Whether ``message`` may hold a TSIG; never wrongly false for one that is well-formed."""
    return _MARK in message


def bad_key(message: bytes) -> bytes | None:
    """The reply to a well-formed signed query of a stranger; None: it isn't signed, or breaks the format.

    Its OPT has no options: a cookie is for those who are answered.
    """
    if len(message) < 12 or message[2] & 0xF8 or message[4:8] != b"\0\1\0\0":
        return None
    authorities, additionals = message[8] << 8 | message[9], message[10] << 8 | message[11]
    if not 0 < additionals <= MAX_ADDITIONALS or authorities > 1:
        return None
    question = at = question_end(message)
    if not at or (authorities and message[at - 4 : at - 2] != _IXFR):
        return None
    opt = b""
    try:
        for left in range(authorities + additionals, 0, -1):
            start = at
            at = _plain_name_end(message, at)
            rrtype, rrclass, ttl, length = _RECORD.unpack_from(message, at)
            rdata, at = at + 10, at + 10 + length
            if at > len(message):
                return None
            if rrtype == RRType.OPT:
                if opt or message[start] or left > additionals:
                    return None
                parse_options(message, rdata, at)
                opt = _OPT.pack(0, RRType.OPT, _UDP_SIZE, 0, 0, ttl & 0x8000, 0)
            elif rrtype == RRType.TSIG:
                if left > 1 or rrclass != CLASS_ANY or ttl:
                    return None
                timers = _plain_name_end(message, rdata)
                mac = message[timers + 8] << 8 | message[timers + 9]
                others = timers + 10 + mac + 4
                if others + 2 + (message[others] << 8 | message[others + 1]) != at:
                    return None
                made = b"".join((message[rdata : timers + _TIME], _AFTER_TIME, message[:2], _ERROR))
                head = bytes((0x80 | message[2] & 1, Rcode.NOTAUTH, 0, 1, 0, 0, 0, 0, 0, 2 if opt else 1))
                owner = message[start : rdata - 2]
                return b"".join(
                    (message[:2], head, message[12:question], opt, owner, len(made).to_bytes(2, "big"), made)
                )
    except (IndexError, StructError, FormatError):
        return None
    return None


def _plain_name_end(message: bytes, at: int) -> int:
    """The offset behind the name at ``at``. Raises IndexError for a pointer, and for a name that is cut off or too
    long."""
    start = at
    while length := message[at]:
        if length > 63:
            raise IndexError
        at += length + 1
    if at - start > 254:
        raise IndexError
    return at + 1
