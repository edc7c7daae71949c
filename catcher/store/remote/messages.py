"""The messages between a worker and the storing process, in MessagePack; answers come in order. Pure.

::

    worker ─▶ [[false, [row, …]], …]                    commits of one turn; true: the rows are a revision
           ◀─ [[[id, retry_of, replayed, shared], …], …]  their results; for a revision a number, for a failure a text
           ◀─ []                                        first of all: commits are taken
           ◀─ nil                                       this process is being replaced: connect to the next one

Strangers send data to a worker, so the format can carry no code: for any message the storing process only stores rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgpack  # type: ignore[import-untyped]

from catcher.model.mail.observation import Stored
from catcher.model.ports import ObservationRow
from catcher.store.remote.groupwriter import Commit, Result

MOST_MESSAGE_OCTETS = 256 * 1024 * 1024
"""Most octets of a message: room for thousands of transactions that waited together."""

_pack: Callable[[object], bytes] = msgpack.Packer(unicode_errors="surrogatepass").pack


class Messages:
    """Octets in pieces of any size → messages. It holds only the arrived part of an incomplete message."""

    __slots__ = ("_unpacker",)

    def __init__(self) -> None:
        self._unpacker = msgpack.Unpacker(unicode_errors="surrogatepass", max_buffer_size=MOST_MESSAGE_OCTETS)

    def feed(self, data: bytes) -> Iterator[Any]:
        """The messages that are complete now. Raises ValueError for malformed octets and for a message that is too
        long."""
        try:
            self._unpacker.feed(data)
            yield from self._unpacker
        except msgpack.UnpackException as error:
            raise ValueError(type(error).__name__) from None


OPEN = _pack([])
"""Message: the storing process takes commits."""
REPLACED = _pack(None)
"""Message: the storing process is being replaced."""


def from_commits(commits: Sequence[tuple[bool, Sequence[ObservationRow]]]) -> bytes:
    return _pack(commits)


def to_commits(message: Any) -> list[Commit]:
    """The commits in ``message``. Raises ValueError or TypeError when it is no list of commits."""
    return [Commit(rows, revises) for revises, rows in message]


def from_results(results: Sequence[Result]) -> bytes:
    return _pack(
        [
            [(s.id, s.retry_of, s.replayed, s.shared) for s in result] if isinstance(result, tuple) else result
            for result in results
        ]
    )


def to_results(message: Any) -> list[Result]:
    return [tuple([Stored(*stored) for stored in result]) if isinstance(result, list) else result for result in message]
