"""Copies of the catalogue as it is served, in the state folder: the last good rows for the time after a restart.

::

    state/kept/catalogue.json             one record a file: path, digest of its octets, the copy; and the kept parts
    state/kept/catalogue-DIGEST.csv       the copy of one file: faulty lines are replaced by the rows served for them

The copies are written first and the record last, each atomically, so that a crash leaves the old state or the new one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catcher.catalogue.atomic import replace_file
from catcher.catalogue.catalogue import Catalogue
from catcher.catalogue.entry import CATALOGUE_COLUMNS
from catcher.catalogue.loading.building import Text, build, revise
from catcher.catalogue.loading.loaded import FileState, LoadedCatalogue
from catcher.model.errors import EnvironmentFailure
from catcher.model.serving import KeptPart
from catcher.regularfile import MOST_KEPT_OCTETS, read_regular

log = logging.getLogger(__name__)

_RECORD = "catalogue.json"
_HEADER = ",".join(CATALOGUE_COLUMNS).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """One file in the record."""

    state: FileState
    copy: str
    """Name of the copy, which holds the digest of its octets."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the folder says of the last load before the restart."""

    folder: Path
    files: tuple[CopiedFile, ...]
    kept: tuple[KeptPart, ...]

    def is_of(self, files: Sequence[Path], digests: Sequence[bytes | None]) -> bool:
        """Whether it is of ``files`` with contents of these ``digests``, all good."""
        known = [(copied.state.path, copied.state.digest) for copied in self.files]
        return not self.kept and known == [*zip(files, digests, strict=True)]

    def good_at(self, path: Path) -> datetime | None:
        """The load that read the contents of ``path`` first."""
        return next((copied.state.good_at for copied in self.files if copied.state.path == path), None)


def read_record(folder: Path) -> Record | None:
    """The record in ``folder``. None if there is none; a damaged one is ignored and told in the log."""
    try:
        text = read_regular(folder / _RECORD, MOST_KEPT_OCTETS)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.error("%s: it can't be read: %s; rows kept over the restart are lost", folder / _RECORD, error.strerror)
        return None
    try:
        return _record(folder, json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        log.error("%s: it is damaged and ignored; rows kept over the restart are lost", folder / _RECORD)
        return None


def restore(record: Record) -> LoadedCatalogue:
    """The last load before the restart. A copy that can't be read is told in the log; then ``changed`` is None."""
    texts, states = [], []
    for copied in record.files:
        path = copied.state.path
        body = _body(record.folder / copied.copy)
        states.append(FileState.absent(path) if body is None else replace(copied.state, as_served=True))
        texts.append(Text(path.name, 1, b"") if body is None else Text(path.name, len(CATALOGUE_COLUMNS), body))
    base = build(texts, [state.width for state in states])
    rows, _ = revise(base, [text.width for text in texts], [file.odd for file in base.files], lambda _: None)
    changed = None if any(state.good_at is None for state in states) else frozenset[str]()
    return LoadedCatalogue(Catalogue(rows), rows, tuple(states), record.kept, changed)


def save(loaded: LoadedCatalogue, folder: Path) -> None:
    """Writes what changed since the last ``save`` to ``folder``, and removes copies without use.

    It takes a fraction of a second for a million rows: the caller runs it when nothing waits for it. Raises
    EnvironmentFailure; then the copies of before stay.
    """
    old = read_record(folder)
    kept = tuple(loaded.kept)
    known = {copied.state.path: copied for copied in old.files} if old is not None else {}
    if old is not None and _told_parts(old.kept) == _told_parts(kept) and _same(folder, known, loaded):
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFailure(f"{folder}: it can't be made: {error.strerror}; make its folder writable") from None
    files = []
    for number, state in enumerate(loaded.files):
        if state.good_at is not None:
            data = _HEADER + loaded.rows.served_text(number)
            copy = f"catalogue-{hashlib.sha256(data).hexdigest()}.csv"
            if not (folder / copy).exists():
                replace_file(folder / copy, data, mode=0o600)
            files.append(CopiedFile(state, copy))
    text = json.dumps(_told(Record(folder, tuple(files), kept)), indent=1)
    replace_file(folder / _RECORD, text.encode() + b"\n", mode=0o600)
    used = {copied.copy for copied in files}
    for path in folder.glob("catalogue-*.csv"):
        if path.name not in used:
            path.unlink(missing_ok=True)


def _same(folder: Path, known: dict[Path, CopiedFile], loaded: LoadedCatalogue) -> bool:
    """Whether the record is of the same files with the same contents, and the copies are there."""
    if not all((folder / copied.copy).is_file() for copied in known.values()):
        return False
    good = {state.path: state.digest for state in loaded.files if state.good_at is not None}
    return good == {path: copied.state.digest for path, copied in known.items()}


def _body(file: Path) -> bytes | None:
    """The lines of a copy; None if it is damaged or can't be read."""
    try:
        data = read_regular(file, MOST_KEPT_OCTETS)
    except OSError as error:
        log.error("%s: it can't be read: %s; the last good rows in it are lost", file, error.strerror)
        return None
    if file.name != f"catalogue-{hashlib.sha256(data).hexdigest()}.csv":
        log.error("%s: it is damaged and ignored; the last good rows in it are lost", file)
        return None
    return data.removeprefix(_HEADER)


def _told(record: Record) -> dict[str, Any]:
    return {
        "files": [
            {
                "path": str(copied.state.path),
                "digest": copied.state.digest.hex(),
                "width": copied.state.width,
                "ended": copied.state.ended,
                "good_at": _time(copied.state.good_at),
                "copy": copied.copy,
            }
            for copied in record.files
        ],
        "kept": _told_parts(record.kept),
    }


def _told_parts(kept: Sequence[KeptPart]) -> list[dict[str, Any]]:
    return [part.to_json() for part in kept]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _record(folder: Path, told: Any) -> Record:
    """Raises ValueError, KeyError, TypeError or AttributeError for a damaged record."""
    files = [
        CopiedFile(
            FileState(
                Path(file["path"]),
                None,
                bytes.fromhex(file["digest"]),
                _width(file["width"]),
                bool(file["ended"]),
                _moment(file["good_at"]),
            ),
            Path(file["copy"]).name,
        )
        for file in told["files"]
    ]
    return Record(folder, tuple(files), tuple(map(KeptPart.from_json, told["kept"])))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _width(number: Any) -> int:
    if number not in range(1, len(CATALOGUE_COLUMNS) + 1):
        raise ValueError("no number of columns")
    return int(number)
