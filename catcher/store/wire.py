"""What goes between a worker and the process that stores: messages in MessagePack, each answered in order. Pure.

::

    worker ─▶ [[false, [row, …]], …]                    commits of one turn; true: rows that are revised
           ◀─ [[[id, retry_of, replayed], …], …]        their results; a number of a revision, a text of a failure
           ◀─ []                                        at the start: it is open
           ◀─ nil                                       it is being replaced: come to the next one

No format that can name code: the worker is the one that strangers talk to, and nothing that it may write makes the
other side do more than store rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgpack  # type: ignore[import-untyped]

from catcher.model.observation import Stored
from catcher.model.ports import ObservationRow
from catcher.store.writer import Commit, Result

MOST_OCTETS = 256 * 1024 * 1024
"""Of a message: thousands of transactions that waited together."""

_pack: Callable[[object], bytes] = msgpack.Packer(unicode_errors="surrogatepass").pack


class Messages:
    """Octets → messages, however they are cut. Memory is what is not a whole message yet."""

    __slots__ = ("_unpacker",)

    def __init__(self) -> None:
        self._unpacker = msgpack.Unpacker(unicode_errors="surrogatepass", max_buffer_size=MOST_OCTETS)

    def feed(self, data: bytes) -> Iterator[Any]:
        """The messages that are complete now. Raises ValueError for what is none, or is longer than may be."""
        try:
            self._unpacker.feed(data)
            yield from self._unpacker
        except msgpack.UnpackException as error:
            raise ValueError(type(error).__name__) from None


OPEN = _pack([])
MOVED = _pack(None)


def from_commits(commits: Sequence[tuple[bool, Sequence[ObservationRow]]]) -> bytes:
    return _pack(commits)


def to_commits(message: Any) -> list[Commit]:
    """Raises ValueError or TypeError for what is no message of commits."""
    return [Commit(rows, revises) for revises, rows in message]


def from_results(results: Sequence[Result]) -> bytes:
    return _pack(
        [
            [(s.id, s.retry_of, s.replayed) for s in result] if isinstance(result, tuple) else result
            for result in results
        ]
    )


def to_results(message: Any) -> list[Result]:
    return [
        tuple([Stored(id, retry_of, replayed) for id, retry_of, replayed in result])
        if isinstance(result, list)
        else result
        for result in message
    ]
