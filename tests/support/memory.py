"""Reads another process's memory from outside and counts what is found in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

_PIECE = 16 << 20


def occurrences(pid: int, needles: Iterable[bytes]) -> dict[bytes, int]:
    """How often each of ``needles`` stands in the writable memory of ``pid``; skips where that can't be read."""
    counts = dict.fromkeys(needles, 0)
    longest = max(map(len, counts))
    try:
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    except PermissionError:
        pytest.skip("another process's memory can't be read here: that needs root, or ptrace of one's own")
    try:
        for start, end in _writable(pid):
            before = b""
            while start < end:
                try:
                    piece = os.pread(memory, min(_PIECE, end - start), start)
                except OSError:
                    break
                if not piece:
                    break
                start += len(piece)
                text = before + piece
                for needle in counts:
                    counts[needle] += text.count(needle)
                before = text[-longest + 1 :]
                for needle in counts:
                    counts[needle] -= before.count(needle)
    finally:
        os.close(memory)
    return counts


def _writable(pid: int) -> list[tuple[int, int]]:
    found = []
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if match:
            found.append((int(match[1], 16), int(match[2], 16)))
    return found
