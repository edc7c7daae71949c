"""What goes between a worker and the process that stores: lines of JSON, in order, each answered by one. Pure.

::

    worker ─▶ [[false, [row, …]], …]                    commits of one turn; true: rows that are revised
           ◀─ [[[id, retry_of, replayed], …], …]        their results; a number of a revision, a text of a failure
           ◀─ []                                        at the start: it is open
           ◀─ null                                      it is being replaced: come to the next one

JSON, because the worker is the one that strangers talk to: nothing it can write makes the other side do more than
store rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from catcher.model.observation import Stored
from catcher.store.codec import Row
from catcher.store.writer import Commit, Result

OPEN = b"[]\n"
MOVED = b"null\n"

_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode


class Lines:
    """Octets → lines, however they are cut. Memory is one line."""

    __slots__ = ("_begun",)

    def __init__(self) -> None:
        self._begun = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are complete now, without their ends."""
        *lines, rest = data.split(b"\n")
        if lines and self._begun:
            lines[0] = bytes(self._begun) + lines[0]
            self._begun.clear()
        self._begun += rest
        return lines


def commits_to_line(commits: Sequence[tuple[bool, Sequence[Row]]]) -> bytes:
    return _dumps(commits).encode("ascii") + b"\n"


def commits_from_line(line: bytes) -> list[Commit]:
    """Raises ValueError or TypeError for what is no line of commits."""
    return [Commit(rows, revises) for revises, rows in json.loads(line)]


def results_to_line(results: Sequence[Result]) -> bytes:
    said = [
        [(s.id, s.retry_of, s.replayed) for s in result] if isinstance(result, tuple) else result for result in results
    ]
    return _dumps(said).encode("ascii") + b"\n"


def results_from_line(line: bytes) -> list[Result] | None:
    """None for MOVED."""
    said = json.loads(line)
    if said is None:
        return None
    return [
        tuple(Stored(id, retry_of, replayed) for id, retry_of, replayed in result)
        if isinstance(result, list)
        else result
        for result in said
    ]
