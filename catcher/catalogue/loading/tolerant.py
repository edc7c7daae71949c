"""Loads the catalogue for a server: a fault takes only its row or file down, and a reload costs what changed.

::

    file ─ identity as before? ─▶ its lines of before
         ─ read ─ digest as before? ─▶ its lines of before
                ─ fault of the file as a whole, or cut off ─▶ its lines of before
                ─ stretches: what changed against the base ─▶ revise ─▶ Revision, faults ─▶ LoadedCatalogue
                       └─ too much ─▶ build: every line anew ─▶ Base ────────▲
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from catcher.catalogue.catalogue import Catalogue
from catcher.catalogue.entry import CATALOGUE_COLUMNS, Entry
from catcher.catalogue.guard import Guard
from catcher.catalogue.loading import copies
from catcher.catalogue.loading.building import MOST_FAULTY, RowFault, Text, build, revise, with_odd
from catcher.catalogue.loading.loaded import FileState, LoadedCatalogue, RowDifference, row_difference
from catcher.catalogue.loading.revision import Revision
from catcher.catalogue.loading.source import SourceText, digest_of, octets, read_source
from catcher.catalogue.loading.stretches import Change, changes
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.moments import nanoseconds
from catcher.model.serving import KeptPart, ServedPart
from catcher.regularfile import FileIdentity

MOST_LINES = 20_000
"""Most lines, old and new, by which a revision differs from its base when it is made."""
REBUILT_AT = 10_000
"""Lines by which a revision differs from its base when a new base takes its place."""
_ROW = re.compile(r":\d+")
"""A row number in the text of a fault: the fault is the same when rows are added above it."""


def load_tolerant(
    files: Sequence[Path], *, before: LoadedCatalogue | None, kept: Path, guard: Guard | None, now: datetime
) -> LoadedCatalogue:
    """The catalogue in ``files``; a wrong row or file is served as it was in ``before``, and told in ``kept``.

    Without ``before``, after a restart, the last good rows come from the copies in the folder ``kept``, see
    ``copies.save``. Nothing is written. No fault of a file raises.
    """
    read = [_read(path, _state_of(path, before), now) for path in files]
    if before is None and (record := copies.read_record(kept)) is not None:
        if record.is_of(files, [found.digest for found in read]):
            loaded = _Load(files, read, None, now).loaded(guard)
            states = tuple(replace(state, good_at=record.good_at(state.path)) for state in loaded.files)
            return replace(loaded, files=states, changed=frozenset(), moved=frozenset())
        restored = copies.restore(record)
        loaded = _Load(files, read, restored, now).loaded(guard)
        if restored.changed is None:
            return replace(loaded, changed=None, moved=None)
        return replace(loaded, restored=restored)
    load = _Load(files, read, before, now)
    return load.unchanged(guard) or load.loaded(guard)


@dataclass(frozen=True, slots=True)
class _Read:
    """One file as it is now."""

    source: SourceText | None
    """Its contents; None if they are those of before, or the file as a whole is faulty."""
    fault: Fault | None
    """The fault of the file as a whole."""
    identity: FileIdentity | None
    """As in ``FileState``."""
    digest: bytes | None
    """The digest of the contents; None if the file as a whole is faulty."""


def _read(path: Path, state: FileState | None, now: datetime) -> _Read:
    """The file at ``path``; it is read and parsed only as far as it isn't known to be as in ``state``."""
    identity = _identity(path, now)
    state = None if state is None or state.as_served else state
    if state is not None and identity is not None and state.identity == identity:
        return _Read(None, None, identity, state.digest)
    try:
        data = octets(path)
        if state is not None and state.digest == digest_of(data):
            return _Read(None, None, identity, state.digest)
        source = read_source(data, path.name)
    except ConfigurationError as error:
        return _Read(None, error.faults[0], None, None)
    return _Read(source, None, identity, source.digest)


def _identity(path: Path, now: datetime) -> FileIdentity | None:
    try:
        identity = FileIdentity.of(path.stat())
    except OSError:
        return None
    return identity if identity.is_settled(nanoseconds(now)) else None


def _state_of(path: Path, before: LoadedCatalogue | None) -> FileState | None:
    return None if before is None else next((state for state in before.files if state.path == path), None)


def _cut_off(source: SourceText, state: FileState, old: bytes, name: str) -> Fault | None:
    """The fault of a file without LF at its end that has lost lines: a writer or a copy was interrupted.

    A file that ends with LF may be meant as it is. So may one without, if the file of before had none either and its
    last line is a right line of before.
    """
    lines, lines_before = source.body.count(b"\n"), old.count(b"\n")
    if lines >= lines_before:
        return None
    last = source.body[source.body.rfind(b"\n", 0, -1) + 1 :]
    if not state.ended and (b"\n" + old).find(b"\n" + last) >= 0:
        return None
    what = f"the file ends within a line, and has {lines:,} lines where it had {lines_before:,}: it seems cut off"
    return Fault(f"{name}:{lines + 1}", what, "write the whole file; if it is whole, end its last line with LF")


class _Load:
    """One load."""

    def __init__(
        self, files: Sequence[Path], read: Sequence[_Read], before: LoadedCatalogue | None, now: datetime
    ) -> None:
        self._files = tuple(files)
        self._read = list(read)
        self._before = before
        self._now = now
        known = {} if before is None else {state.path: at for at, state in enumerate(before.files) if state.good_at}
        self._at = [known.get(path) for path in files]
        """For each file, its number in ``before``; None if it was never good."""
        for number, (found, at) in enumerate(zip(self._read, self._at, strict=True)):
            if found.source is not None and not found.source.ended and before is not None and at is not None:
                fault = _cut_off(found.source, before.files[at], before.rows.served_text(at), self._files[number].name)
                if fault is not None:
                    self._refuse(number, fault)

    def unchanged(self, guard: Guard | None) -> LoadedCatalogue | None:
        """The load if every file is good and as it was before, else None."""
        before = self._before
        if before is None or not self._same_files() or any(found.source or found.fault for found in self._read):
            return None
        if any(part.part is ServedPart.CATALOGUE for part in before.kept):
            return None
        return self._result(before.rows, before.kept, row_difference(before.rows, before.rows), guard)

    def loaded(self, guard: Guard | None) -> LoadedCatalogue:
        """The load."""
        before, revised = self._before, self._revised()
        if revised is None:
            revised = self._whole()
            difference = row_difference(None if before is None else before.rows, revised[0])
        else:
            assert before is not None
            difference = row_difference(before.rows, revised[0])
            if _lines(revised[0]) > REBUILT_AT:
                revised = self._whole()
        rows, faults = revised
        # Of a file that is served as it was, the rows' faults are no longer news: the whole file has to be corrected.
        parts = [self._row_part(found) for found in faults if self._read[found.file].fault is None]
        return self._result(rows, parts, difference, guard)

    def _same_files(self) -> bool:
        return self._before is not None and tuple(state.path for state in self._before.files) == self._files

    def _refuse(self, number: int, fault: Fault) -> None:
        """Leaves the file as it was before."""
        self._read[number] = _Read(None, fault, None, None)

    def _last_good(self, domain: str) -> Entry | None:
        return None if self._before is None else self._before.rows.get(domain)

    def _revised(self) -> tuple[Revision, list[RowFault]] | None:
        """The rows as a revision of the base of before; None if they differ too much, or there is no such base."""
        before = self._before
        if before is None or not self._same_files() or not before.base.complete:
            return None
        found: list[Sequence[Change]] = []
        widths = []
        for number, (read, part) in enumerate(zip(self._read, before.rows.parts, strict=True)):
            source = read.source
            if source is None:
                found.append(part.changes if read.fault is None else before.rows.served_changes(number))
                widths.append(before.files[number].width if read.fault is None else len(CATALOGUE_COLUMNS))
                continue
            if source.width < part.file.width:
                return None
            differing = changes(before.base.text(number), source.body, MOST_LINES)
            if differing is None:
                return None
            found.append(with_odd(differing, part.file))
            widths.append(source.width)
        rows, faults = revise(before.base, widths, found, self._last_good)
        per_file = Counter(file for file, _ in {(told.file, told.row) for told in faults})
        return None if max(per_file.values(), default=0) > MOST_FAULTY else (rows, faults)

    def _whole(self) -> tuple[Revision, list[RowFault]]:
        """The rows on a base of their own."""
        texts = [self._text(number) for number in range(len(self._files))]
        base = build(texts, [self._width(number) for number in range(len(self._files))])
        for number, file in enumerate(base.files):
            if file.left_out > MOST_FAULTY and self._read[number].source is not None and self._at[number] is not None:
                what = f"{file.left_out:,} rows are faulty or repeat a domain: the file as a whole is taken for faulty"
                self._refuse(number, Fault(file.name, what, "correct it; 'catcher check' tells each row"))
                return self._whole()
        return revise(base, [text.width for text in texts], [file.odd for file in base.files], self._last_good)

    def _text(self, number: int) -> Text:
        name, source, at = self._files[number].name, self._read[number].source, self._at[number]
        if source is not None:
            return Text(name, source.width, source.body)
        if self._before is None or at is None:
            return Text(name, 1, b"")
        if self._read[number].fault is not None:
            return Text(name, len(CATALOGUE_COLUMNS), self._before.rows.served_text(at))
        return Text(name, self._before.files[at].width, self._before.rows.text(at))

    def _width(self, number: int) -> int:
        """Number of columns in the header row of the file in force."""
        source, at = self._read[number].source, self._at[number]
        if source is not None:
            return source.width
        return 1 if self._before is None or at is None else self._before.files[at].width

    def _result(
        self, rows: Revision, parts: Sequence[KeptPart], difference: RowDifference, guard: Guard | None
    ) -> LoadedCatalogue:
        states = tuple(map(self._state, range(len(self._files))))
        kept = (*self._file_parts(rows, states), *parts)
        return LoadedCatalogue(Catalogue(rows, guard), rows, states, kept, *difference)

    def _state(self, number: int) -> FileState:
        path, read, at = self._files[number], self._read[number], self._at[number]
        if read.source is not None:
            source = read.source
            same = self._before is not None and at is not None and self._before.files[at].digest == source.digest
            good_at = self._good_at(number) if same else self._now
            return FileState(path, read.identity, source.digest, source.width, source.ended, good_at)
        if self._before is None or at is None:
            return FileState.absent(path)
        state = self._before.files[at]
        return replace(state, as_served=True) if read.fault is not None else replace(state, identity=read.identity)

    def _good_at(self, number: int) -> datetime | None:
        """The load that read the contents of before."""
        at = self._at[number]
        return None if self._before is None or at is None else self._before.files[at].good_at

    def _file_parts(self, rows: Revision, states: Sequence[FileState]) -> Iterator[KeptPart]:
        """What is told of files as a whole."""
        for read, state, file in zip(self._read, states, rows.base.files, strict=True):
            if read.fault is not None:
                yield self._part(ServedPart.CATALOGUE, state.path.name, read.fault, state.good_at)
            elif file.left_out > len(file.odd):
                what = f"{file.left_out:,} rows are faulty or repeat a domain; the first {len(file.odd):,} are told"
                fault = Fault(file.name, what, "correct them; 'catcher check' tells each row")
                yield self._part(ServedPart.CATALOGUE, file.name, fault, state.good_at)

    def _row_part(self, told: RowFault) -> KeptPart:
        name = told.domain or self._files[told.file].name
        serves = (self._good_at(told.file) or self._now) if told.served else None
        return self._part(ServedPart.ROW, name, told.fault, serves)

    def _part(self, part: ServedPart, name: str, fault: Fault, serves: datetime | None) -> KeptPart:
        """The part with the time since which it has this fault."""
        known = self._known.get((part, name), [])
        same = [old for old in known if old.fault == fault]
        same += [old for old in known if _ROW.sub("", old.fault.what) == _ROW.sub("", fault.what)]
        if serves is not None:
            serves = next((old.serves for old in (*same, *known) if old.serves is not None), serves)
        return KeptPart(part, name, fault, same[0].since if same else self._now, serves)

    @cached_property
    def _known(self) -> dict[tuple[ServedPart, str], list[KeptPart]]:
        """The parts that were kept before, by part and name."""
        known: dict[tuple[ServedPart, str], list[KeptPart]] = {}
        for part in () if self._before is None else self._before.kept:
            known.setdefault((part.part, part.name), []).append(part)
        return known


def _lines(rows: Revision) -> int:
    """Number of lines, old and new, by which ``rows`` differ from their base, but for its odd lines."""
    found = 0
    for part in rows.parts:
        odd = {change.first for change in part.file.odd}
        for change in part.changes:
            if not (change.last == change.first + 1 and change.first in odd):
                found += change.last - change.first + change.text.count(b"\n")
    return found
