"""Tokens: keyed hashes that show whether two values are the same while their key lives, and nothing more.

::

    the month's key   ─▶ mailbox token                    one value in one month
    the epochs' keys  ─▶ retry tag, signature token       Rolling(present, before): both keys live, so that what came up
                                                          to five days ago is recognised over any boundary
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from catcher.model.mail.mailbox import Mailbox
from catcher.model.value import value

KEY_OCTETS = 32
"""Octets of a key: the length of SHA-256's output. RFC 2104 §3 advises against shorter keys."""
EPOCH_DAYS = 5
"""Days of an epoch of the rolling keys. It is the time in which an MTA retries (RFC 5321 §4.5.4.1). A key is written
with for one epoch and read with for one more: two moments less than an epoch apart always share a key, and no key lives
for more than two epochs."""


def period_of(moment: datetime) -> str:
    """The period that ``moment`` (aware) falls into: the month in UTC, ``2026-11``. Periods sort as text."""
    moment = moment.astimezone(UTC)
    return f"{moment.year:04d}-{moment.month:02d}"


def bounds(period: str) -> tuple[datetime, datetime]:
    """The first moment of ``period``, and that of the next one."""
    begin = datetime.fromisoformat(f"{period}-01T00:00:00+00:00")
    return begin, (begin + timedelta(days=31)).replace(day=1)


def epoch_of(moment: datetime) -> date:
    """The epoch that ``moment`` (aware) falls into, by its first day in UTC."""
    day = moment.astimezone(UTC).toordinal()
    return date.fromordinal(day - day % EPOCH_DAYS)


def epoch_before(epoch: date) -> date:
    """The epoch before ``epoch``."""
    return epoch - timedelta(days=EPOCH_DAYS)


def epoch_bounds(epoch: date) -> tuple[datetime, datetime]:
    """The first moment of ``epoch``, and that of the next one."""
    begin = datetime(epoch.year, epoch.month, epoch.day, tzinfo=UTC)
    return begin, begin + timedelta(days=EPOCH_DAYS)


@value
class Rolling:
    """A token under the rolling keys."""

    present: str
    """Under the present epoch's key: it is stored."""
    before: str | None
    """Under the key of the epoch before, for comparison with what was stored then; None when that key never was. It is
    never stored."""


class RollingTokens:
    """Makes the tokens of one epoch: each kind has its own subkey."""

    __slots__ = ("_retry", "_signature")

    def __init__(self, key: bytes) -> None:
        """``key`` holds 32 random octets. Raises ValueError for another length."""
        _check(key)
        self._signature = _Subkey(key, b"catcher signature token")
        self._retry = _Subkey(key, b"catcher retry tag")

    def __repr__(self) -> str:
        return "RollingTokens()"

    def signature(self, text: bytes) -> str:
        return self._signature.hexdigest(text)[:16]

    def retry_tag(self, text: bytes) -> str:
        return self._retry.hexdigest(text)[:16]


class Tokens:
    """Makes the tokens of one moment. Each kind of token has its own subkey, so kinds can't be compared."""

    __slots__ = ("_before", "_mailbox", "_present", "key_id")

    def __init__(self, key_id: str, key: bytes, present: RollingTokens, before: RollingTokens | None = None) -> None:
        """``key``: the 32 random octets of the period's key, called ``key_id``. ``present`` and ``before``: the tokens
        of the present epoch and of the one before. Raises ValueError for a key of another length."""
        _check(key)
        self.key_id = key_id
        self._mailbox = _Subkey(key, b"catcher mailbox token")
        self._present = present
        self._before = before

    def __repr__(self) -> str:
        return f"Tokens(key_id={self.key_id!r})"

    def mailbox(self, mailbox: Mailbox) -> str:
        """16 hexadecimal characters (64 bits) for a mailbox; case of local-part and domain makes no difference."""
        return self._mailbox.hexdigest(_mailbox_octets(mailbox))[:16]

    def signature(self, b: bytes, domain: str) -> Rolling:
        """16 hexadecimal characters for a DKIM signature's ``b=`` (RFC 6376 §3.5) at one catalogued domain.

        White space in ``b`` has no meaning. ``domain`` is hashed too: an MTA splits a mail to two domains into two
        transactions (RFC 5321 §2.1), and the second must not look like a replay.
        """
        text = _length_prefixed(b"".join(b.split()), domain.encode())
        before = self._before
        return Rolling(self._present.signature(text), None if before is None else before.signature(text))

    def retry_tag(
        self,
        message_id: bytes,
        date: bytes,
        octets: int,
        *,
        domain: str,
        reverse_path: Mailbox | None,
        recipients: Iterable[Mailbox],
    ) -> Rolling | None:
        """16 hexadecimal characters (64 bits) that are equal for a message and its retry: among a hundred million
        mails of five days, one in 10¹¹ new mails has another mail's tag by chance.

        ``message_id`` and ``date`` are the values of the header fields (b'' where absent), ``octets`` is the size of
        the message. ``recipients``, a set, are those at the catalogued ``domain``; case makes no difference. None when
        Message-ID and Date are both absent: such messages can't be distinguished.
        """
        message_id, date = message_id.strip(), date.strip()
        if not message_id and not date:
            return None
        sender = b"" if reverse_path is None else _mailbox_octets(reverse_path)
        to = sorted({_mailbox_octets(mailbox) for mailbox in recipients})
        text = _length_prefixed(message_id, date, b"%d" % octets, domain.encode(), sender, *to)
        before = self._before
        return Rolling(self._present.retry_tag(text), None if before is None else before.retry_tag(text))


class _Subkey:
    """HMAC-SHA256 (RFC 2104) under a key for one kind of token; each token starts from a copy of the keyed state."""

    __slots__ = ("_keyed",)

    def __init__(self, key: bytes, label: bytes) -> None:
        self._keyed = hmac.new(hmac.digest(key, label, "sha256"), digestmod="sha256")

    def hexdigest(self, text: bytes) -> str:
        mac = self._keyed.copy()
        mac.update(text)
        return mac.hexdigest()


def _check(key: bytes) -> None:
    if len(key) != KEY_OCTETS:
        raise ValueError(f"a key has {KEY_OCTETS} octets")


def _mailbox_octets(mailbox: Mailbox) -> bytes:
    local_part = mailbox.local_part.lower().encode("utf-8", "surrogatepass")
    domain = mailbox.domain.lower().encode("utf-8", "surrogatepass")
    return b"%d:%b%d:%b" % (len(local_part), local_part, len(domain), domain)


def _length_prefixed(*values: bytes) -> bytes:
    """The values, each with its length before it: two different lists never give the same octets."""
    return b"".join([b"%d:%b" % (len(each), each) for each in values])
