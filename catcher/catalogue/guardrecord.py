"""Keeps the guard's runs and vouches in the state folder.

::

    state/guard.json               a record a TLD zone: origin, when, serial, refused names, digest of the cleared
    state/guard-ORIGIN-DIGEST      the cleared names, sorted, one a line
    state/guard-vouched.json       vouches, which a server's upkeep writes; of them refusals don't depend
    state/vouched-ORIGIN-DIGEST    the vouched names that end at one moment
    state/kept/guard.json, …       a copy of the record and of its names, written before the record
    state/kept/guard-faulty-since  the first load that found the record damaged

The names are written first and the record last, each atomically, so that a reader finds the old state or the new one.
A refusal is lost only with the record *and* its copy. Then every name without a newer run is capped, whatever
``catalogue.guard`` says: the record might have refused it (DESIGN, promise 6).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from catcher.catalogue.atomic import locked, replace_file
from catcher.catalogue.guard import GUARD_HOURS, Guard, Run, Vouches
from catcher.catalogue.guardrows import (
    Row,
    digest_of,
    run_from_row,
    run_to_row,
    text_of,
    vouches_from_row,
    vouches_to_row,
)
from catcher.model.errors import EnvironmentFailure, Fault
from catcher.regularfile import read_regular, read_regular_text

RECORD = "guard.json"
VOUCHED = "guard-vouched.json"
KEPT_FOLDER = "kept"
"""The folder of copies of last good states, in the state folder."""
_SINCE = "guard-faulty-since"
_ATTEMPTS = 3
_MOST_OCTETS = 256 << 20
"""Most octets of a record: a million refused names take 20 MB."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LoadedGuard:
    """The guard in force, and what is wrong with its record."""

    guard: Guard
    fault: Fault | None = None
    copied: datetime | None = None
    """With a fault: the time of the copy in force; None: there is no copy."""
    since: datetime | None = None
    """With a fault: the load before the restart that found it first, if one did."""


def load_guard(state: Path, *, required: bool, hours: int = GUARD_HOURS) -> Guard:
    """The guard recorded in the folder ``state``; without a record, a guard that clears nothing.

    If the guard isn't ``required``, the cleared names are not read: the runs have their refused names only. Damaged
    vouches vouch for nothing. Raises EnvironmentFailure when the record of the runs is damaged, or is missing while a
    copy of it is there.
    """
    return _guard(state, state, required=required, hours=hours)


def load_or_keep(state: Path, *, required: bool, hours: int, before: Guard | None = None) -> LoadedGuard:
    """``load_guard`` for a server: a damaged record is a fault, and the copy of it is in force, else ``before``.

    Without either the guard is one with ``lost`` refusals.
    """
    try:
        return LoadedGuard(load_guard(state, required=required, hours=hours))
    except EnvironmentFailure as error:
        where, _, text = str(error).partition(": ")
        what, _, remedy = text.partition("; ")
    copy, since = state / KEPT_FOLDER / RECORD, _faulty_since(state)
    with suppress(EnvironmentFailure, OSError):
        copied = datetime.fromtimestamp(copy.stat().st_mtime, UTC)
        guard = _guard(state / KEPT_FOLDER, state, required=required, hours=hours)
        return LoadedGuard(guard, Fault(where, f"{what}; its copy is in force", remedy), copied, since)
    if before is not None:
        vouches = before.vouches.values()
        guard = Guard(required=required, runs=before.runs.values(), hours=hours, vouches=vouches, lost=before.lost)
        return LoadedGuard(guard, Fault(where, what, remedy), None, since)
    what = f"{what} and there is no copy: what it refused is not known, so no name takes mail without a new run"
    return LoadedGuard(Guard(required=required, hours=hours, lost=True), Fault(where, what, remedy), None, since)


def keep_copy(state: Path, faulty_since: datetime | None = None) -> None:
    """Brings the copy of a good record up to date. Raises EnvironmentFailure.

    ``faulty_since``: the first load that found the record damaged; it is noted, and the copy stays.
    """
    if faulty_since is not None:
        if _faulty_since(state) is None:
            _made(state / KEPT_FOLDER)
            replace_file(state / KEPT_FOLDER / _SINCE, text_of(faulty_since).encode(), mode=0o600)
        return
    (state / KEPT_FOLDER / _SINCE).unlink(missing_ok=True)
    try:
        files = (state / RECORD, state / KEPT_FOLDER / RECORD)
        if len({read_regular(file, _MOST_OCTETS) for file in files}) == 1:
            return
    except OSError:  # one of them is missing
        if not (state / RECORD).exists():
            return
    with _open(state):
        rows, lost = _load(state, RECORD, partial(_whole, state))
        _copy(state, rows, lost=lost)


def record(state: Path, runs: Sequence[Run]) -> None:
    """Records ``runs``; each replaces the recorded run of its origin. Raises EnvironmentFailure.

    A run of the data that was compared before keeps what the zone's servers have said since.
    In place of a damaged record its copy is continued. Without one the runs of other origins are lost: see ``Guard``.
    """
    with _open(state):
        rows, lost = _continued(state)
        for run in runs:
            row = run_to_row(run)
            before = rows.get(run.origin, {})
            if before.get("as_of") == row["as_of"]:
                row["foreign"] = sorted(run.foreign.union(before.get("foreign", ())))
            replace_file(state / row["names"], run.cleared.block[1:], mode=0o600)
            rows[run.origin] = row
        _write(state, rows, lost=lost)


def record_vouches(
    state: Path, vouches: Iterable[Vouches], foreign: Mapping[tuple[str, datetime], frozenset[str]]
) -> None:
    """Records ``vouches`` in place of all that were recorded. Raises EnvironmentFailure.

    ``foreign``: origin and age of a run → names that the zone's servers delegate to others, which the run refuses from
    now on; for a run that was replaced since they mean nothing.
    """

    def write(name: str, names: Any) -> None:
        replace_file(state / name, names.block[1:], mode=0o600)

    with _open(state):
        rows, lost = _continued(state)
        changed = False
        for (origin, as_of), names in foreign.items():
            row = rows.get(origin)
            if row is not None and names and row.get("as_of") == text_of(as_of):
                row["foreign"] = sorted(names.union(row.get("foreign", ())))
                changed = True
        if changed:
            _write(state, rows, lost=lost)
        new = [vouches_to_row(one, write) for one in vouches]
        replace_file(state / VOUCHED, json.dumps({"runs": new}, indent=1).encode() + b"\n", mode=0o600)
        _sweep(state, "vouched-*", {part["names"] for row in new for part in row["slices"]})


def _guard(runs_in: Path, state: Path, *, required: bool, hours: int) -> Guard:
    """The guard of the record in ``runs_in``: the state folder, or that of copies."""
    if runs_in == state and not (state / RECORD).exists() and (state / KEPT_FOLDER / RECORD).exists():
        raise _unreadable(state / RECORD, FileNotFoundError())
    runs, lost = _load(runs_in, RECORD, lambda row: run_from_row(row, runs_in, required=required))
    try:
        vouches, _ = _load(state, VOUCHED, lambda row: vouches_from_row(row, state, required=required))
    except EnvironmentFailure:
        vouches = []
    return Guard(required=required, runs=runs, hours=hours, vouches=vouches, lost=lost)


def _continued(state: Path) -> tuple[dict[str, Row], bool]:
    """The rows that a new record continues, by origin, and whether rows before them were lost.

    They are those of the record, or of its copy; their files of names are in ``state`` then.
    """

    was_there = False
    for folder in (state, state / KEPT_FOLDER):
        if (folder / RECORD).exists():
            was_there = True
            with suppress(EnvironmentFailure):
                rows, lost = _load(folder, RECORD, partial(_whole, folder))
                for row in rows if folder != state else ():
                    replace_file(state / row["names"], _octets(folder / row["names"]), mode=0o600)
                return {row["origin"]: row for row in rows}, lost
    return {}, was_there


def _whole(folder: Path, row: Any) -> Row:
    """``row``, if it and its file of names can be read."""
    run_from_row(row, folder, required=True)
    return dict(row)


def _write(state: Path, rows: Mapping[str, Row], *, lost: bool) -> None:
    """Writes the copy, then the record: the copy is never the older one."""
    wanted = [row for _, row in sorted(rows.items())]
    _copy(state, wanted, lost=lost)
    replace_file(state / RECORD, _text(wanted, lost=lost), mode=0o600)
    _sweep(state, "guard-*-*", {row["names"] for row in wanted})


def _copy(state: Path, rows: Sequence[Row], *, lost: bool) -> None:
    folder = state / KEPT_FOLDER
    _made(folder)
    for row in rows:
        if not (folder / row["names"]).exists():
            replace_file(folder / row["names"], _octets(state / row["names"]), mode=0o600)
    replace_file(folder / RECORD, _text(rows, lost=lost), mode=0o600)
    _sweep(folder, "guard-*-*", {row["names"] for row in rows} | {_SINCE})


def _octets(file: Path) -> bytes:
    try:
        return read_regular(file, _MOST_OCTETS)
    except OSError as error:
        raise _unreadable(file, error) from None


def _text(rows: Sequence[Row], *, lost: bool) -> bytes:
    told = {"runs": rows, "lost": lost, "digest": digest_of(rows, lost=lost)}
    return json.dumps(told, indent=1).encode() + b"\n"


def _made(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFailure(f"{folder}: it can't be made: {error.strerror}; make its folder writable") from None


@contextmanager
def _open(state: Path) -> Iterator[None]:
    _made(state)
    with locked(state):
        yield


def _sweep(folder: Path, pattern: str, kept: set[str]) -> None:
    for file in folder.glob(pattern):
        if file.name not in kept:
            with suppress(OSError):
                file.unlink()


def _load(folder: Path, name: str, read: Callable[[Any], T]) -> tuple[list[T], bool]:
    """The rows of a record as ``read`` makes them, and whether rows before them were lost; without a record none."""
    for _ in range(_ATTEMPTS):
        try:
            text = read_regular(folder / name, _MOST_OCTETS)
        except FileNotFoundError:
            return [], False
        except OSError as error:
            raise _unreadable(folder / name, error) from None
        # A newer run may have replaced the file of names; then the record is read again.
        with suppress(FileNotFoundError):
            try:
                told = json.loads(text)
                rows, lost = told["runs"], told.get("lost") is True
                if "digest" in told and told["digest"] != digest_of(rows, lost=lost):
                    raise ValueError("the digest is wrong")
                return [read(row) for row in rows], lost
            except FileNotFoundError:
                raise
            except Exception as error:  # damage of any shape: a folder for a file, deep nesting, a list for a text
                raise _unreadable(folder / name, error) from None
    raise _unreadable(folder / name, FileNotFoundError())


def _faulty_since(state: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(read_regular_text(state / KEPT_FOLDER / _SINCE, "ascii")).astimezone(UTC)
    except (OSError, ValueError):
        return None


def _unreadable(file: Path, error: Exception) -> EnvironmentFailure:
    if isinstance(error, PermissionError):
        return EnvironmentFailure(f"{file}: it may not be read; mend its permissions")
    what = "it is missing" if isinstance(error, FileNotFoundError) and not file.exists() else "it is damaged"
    return EnvironmentFailure(f"{file}: {what}; run 'catcher check --against' with each TLD's zone to write it anew")
