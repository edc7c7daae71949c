"""Tokens: keyed hashes that show whether two values of one period are the same, and nothing more."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from catcher.model.mail.mailbox import Mailbox

KEY_OCTETS = 32
"""Octets of a period's key: the length of SHA-256's output. RFC 2104 §3 advises against shorter keys."""


def period_of(moment: datetime) -> str:
    """The period that ``moment`` (aware) falls into: the month in UTC, ``2026-11``. Periods sort as text."""
    moment = moment.astimezone(UTC)
    return f"{moment.year:04d}-{moment.month:02d}"


def bounds(period: str) -> tuple[datetime, datetime]:
    """The first moment of ``period``, and that of the next one."""
    begin = datetime.fromisoformat(f"{period}-01T00:00:00+00:00")
    return begin, (begin + timedelta(days=31)).replace(day=1)


class Tokens:
    """Makes the tokens of one period. Each kind of token has its own subkey, so kinds can't be compared."""

    __slots__ = ("_mailbox", "_retry", "_signature", "period")

    def __init__(self, period: str, key: bytes) -> None:
        """``key`` holds 32 random octets. Raises ValueError for another length."""
        if len(key) != KEY_OCTETS:
            raise ValueError(f"a key has {KEY_OCTETS} octets")
        self.period = period
        self._mailbox = _Subkey(key, b"catcher mailbox token")
        self._signature = _Subkey(key, b"catcher signature token")
        self._retry = _Subkey(key, b"catcher retry tag")

    def __repr__(self) -> str:
        return f"Tokens(period={self.period!r})"

    def mailbox(self, mailbox: Mailbox) -> str:
        """16 hexadecimal characters (64 bits) for a mailbox; case of local-part and domain makes no difference."""
        local_part = mailbox.local_part.lower().encode("utf-8", "surrogatepass")
        domain = mailbox.domain.lower().encode("utf-8", "surrogatepass")
        return self._mailbox.hexdigest(_length_prefixed(local_part, domain))[:16]

    def signature(self, b: bytes, domain: str) -> str:
        """16 hexadecimal characters for a DKIM signature's ``b=`` (RFC 6376 §3.5) at one catalogued domain.

        White space in ``b`` has no meaning. ``domain`` is hashed too: an MTA splits a mail to two domains into two
        transactions (RFC 5321 §2.1), and the second must not look like a replay.
        """
        return self._signature.hexdigest(_length_prefixed(b"".join(b.split()), domain.encode()))[:16]

    def retry_tag(self, message_id: bytes, date: bytes, octets: int) -> str | None:
        """6 hexadecimal characters (24 bits) for a message, too few to confirm a guess of its Message-ID.

        ``message_id`` and ``date`` are the values of the header fields (b'' where absent), ``octets`` is the size of
        the message. None when both are absent: such messages can't be distinguished.
        """
        message_id, date = message_id.strip(), date.strip()
        if not message_id and not date:
            return None
        size = b"%d" % octets
        return self._retry.hexdigest(_length_prefixed(message_id, date) + b"%d:%b" % (len(size), size))[:6]


class _Subkey:
    """HMAC-SHA256 (RFC 2104) under a key for one kind of token; each token starts from a copy of the keyed state."""

    __slots__ = ("_keyed",)

    def __init__(self, key: bytes, label: bytes) -> None:
        self._keyed = hmac.new(hmac.digest(key, label, "sha256"), digestmod="sha256")

    def hexdigest(self, text: bytes) -> str:
        mac = self._keyed.copy()
        mac.update(text)
        return mac.hexdigest()


def _length_prefixed(one: bytes, other: bytes) -> bytes:
    """Both values, each with its length before it: two different pairs never give the same octets."""
    return b"%d:%b%d:%b" % (len(one), one, len(other), other)
