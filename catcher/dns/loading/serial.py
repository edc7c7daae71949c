"""The SOA serial of catalogued names: it rises when their data changes, also over a restart (RFC 1982).

A serial is the Unix time of the load that first saw a change. A small file in the state folder holds the serial with a
digest of the content, so that a restart without a change keeps it. If the file can't be written, the serial is the time
of the load. A name whose policy ended on a date has that date's midnight as its serial (``Authority.published``).
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

SERIAL_FILE = "dns-serial.json"
"""The file in the state folder."""


def settle(folder: Path, digest: str, now: datetime) -> int:
    """The serial for content with ``digest``; it is kept in ``folder``, if the folder exists."""
    fresh = int(now.timestamp())
    try:
        descriptor = os.open(folder / SERIAL_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return fresh
    serial = fresh
    with suppress(OSError), os.fdopen(descriptor, "r+b") as file:  # a full disk: the serial is of this load alone
        fcntl.flock(file, fcntl.LOCK_EX)
        known, serial = _read(file.read())
        if known == digest:
            return serial
        serial = max(fresh, serial + 1)
        draft = folder / f".{SERIAL_FILE}.new"
        draft.touch(0o600)
        draft.write_text(json.dumps({"digest": digest, "serial": serial}) + "\n", encoding="ascii")
        draft.replace(folder / SERIAL_FILE)
    return serial


def peek(folder: Path, digest: str, now: datetime) -> int:
    """The serial that ``settle`` would give, without writing anything."""
    try:
        known, serial = _read((folder / SERIAL_FILE).read_bytes())
    except OSError:
        return int(now.timestamp())
    return serial if known == digest else max(int(now.timestamp()), serial + 1)


def _read(text: bytes) -> tuple[str, int]:
    """Digest and serial of the file; an empty text and 0 if it is new or damaged."""
    try:
        kept = json.loads(text)
        digest, serial = kept["digest"], kept["serial"]
    except (ValueError, TypeError, KeyError):
        return "", 0
    if not isinstance(digest, str) or not isinstance(serial, int) or not 0 <= serial < 1 << 32:
        return "", 0
    return digest, serial
