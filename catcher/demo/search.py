"""Searches all files of the demo for the canaries of the script. No file may contain a canary."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from catcher.demo.event import Event
from catcher.demo.texts import CANARIES


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The size of a search, and the files with a canary."""

    files: int
    octets: int
    words: int
    """Number of different words searched for."""
    found: tuple[Path, ...]
    """Files that contain one of the words. There should be none."""


def canaries(events: Iterable[Event]) -> frozenset[bytes]:
    """The canaries: words of bodies, Subjects and attachment names, the password, and the local-parts of all persons.

    Common words (``no-reply``, ``digest``) are left out, because a template may contain them.
    """
    words = {canary.encode() for canary in CANARIES}
    for event in events:
        for path in (event.reverse_path, *event.forward_paths):
            local_part = path.rpartition("@")[0].encode()
            if re.search(rb"[.\d]", local_part):
                words.add(local_part)
        if event.is_log_in:
            words.add(event.message)
    return frozenset(words)


def search(folder: Path, words: Iterable[bytes]) -> SearchResult:
    """Reads every file below ``folder`` once. The search is case-sensitive: stored text would keep its case."""
    wanted = tuple(words)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
    found, octets = [], 0
    for path in files:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            octets += len(content)
            if any(content.find(word) >= 0 for word in wanted):
                found.append(path)
    return SearchResult(len(files), octets, len(wanted), tuple(found))
