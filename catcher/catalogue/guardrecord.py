"""Keeps the guard's runs and vouches in the state folder.

::

    state/guard.json               a record a TLD zone: origin, when, serial, refused names, digest of the cleared
    state/guard-ORIGIN-DIGEST      the cleared names, sorted, one a line
    state/guard-vouched.json       the same for vouches, which a server's upkeep writes
    state/vouched-ORIGIN-DIGEST    the vouched names that end at one moment

The names are written first and the record last, each atomically, so that a reader finds the old state or the new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from catcher.catalogue.atomic import locked, replace_file
from catcher.catalogue.guard import GUARD_HOURS, Guard, Run, Vouches
from catcher.catalogue.names import SortedNames
from catcher.model.errors import EnvironmentFailure, Fault

RECORD = "guard.json"
VOUCHED = "guard-vouched.json"
_ATTEMPTS = 3
_MOST_OCTETS = 256 << 20
"""Most octets of a record: a million refused names take 20 MB."""

T = TypeVar("T")


def load_guard(state: Path, *, required: bool, hours: int = GUARD_HOURS) -> Guard:
    """The guard recorded in the folder ``state``; without a record, a guard that clears nothing.

    If the guard isn't ``required``, the cleared names are not read: the runs have their refused names only. Damaged
    vouches vouch for nothing. Raises EnvironmentFailure when the record of the runs is damaged.
    """
    runs = _load(state, RECORD, lambda row: _read_run(row, state, required=required))
    try:
        vouches = _load(state, VOUCHED, lambda row: _read_vouches(row, state, required=required))
    except EnvironmentFailure:
        vouches = []
    return Guard(required=required, runs=runs, hours=hours, vouches=vouches)


def load_or_keep(state: Path, *, required: bool, hours: int, before: Guard | None = None) -> tuple[Guard, Fault | None]:
    """``load_guard`` for a server: a damaged record is a Fault, and the guard ``before`` stays in force.

    Without one, nothing is cleared; refusals that only the damaged record held are lost then, and the fault says so.
    """
    try:
        return load_guard(state, required=required, hours=hours), None
    except EnvironmentFailure as error:
        where, _, text = str(error).partition(": ")
        what, _, remedy = text.partition("; ")
        if before is not None:
            runs, vouches = before.runs.values(), before.vouches.values()
            return Guard(required=required, runs=runs, hours=hours, vouches=vouches), Fault(where, what, remedy)
        lost = "its refusals are lost, and it clears nothing"
        return Guard(required=required, hours=hours), Fault(where, f"{what}: {lost}", remedy)


def record(state: Path, runs: Sequence[Run]) -> None:
    """Records ``runs``; each replaces the recorded run of its origin. Raises EnvironmentFailure.

    A damaged record is replaced: the runs of the other origins are lost and no longer clear names.
    """
    with _open(state):
        rows = {row["origin"]: row for row in _rows(state, RECORD)}
        for run in runs:
            row = _tell_run(run)
            replace_file(state / row["names"], run.cleared.block[1:], mode=0o600)
            rows[run.origin] = row
        _replace(state, RECORD, [row for _, row in sorted(rows.items())])
        _sweep(state, "guard-*-*", {row["names"] for row in rows.values()})


def record_vouches(state: Path, vouches: Iterable[Vouches]) -> None:
    """Records ``vouches`` in place of all that were recorded. Raises EnvironmentFailure."""
    with _open(state):
        rows: list[dict[str, Any]] = []
        for one in vouches:
            slices: list[dict[str, str]] = []
            for until, names in sorted(one.names.items()):
                name = _names_file("vouched", one.origin, names)
                replace_file(state / name, names.block[1:], mode=0o600)
                slices.append({"until": _text(until), "names": name})
            foreign = sorted(one.foreign)
            rows.append({"origin": one.origin, "as_of": _text(one.as_of), "foreign": foreign, "slices": slices})
        _replace(state, VOUCHED, rows)
        _sweep(state, "vouched-*", {part["names"] for row in rows for part in row["slices"]})


def _open(state: Path) -> Any:
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFailure(f"{state}: it can't be made: {error.strerror}; make its folder writable") from None
    return locked(state)


def _replace(state: Path, name: str, rows: list[dict[str, Any]]) -> None:
    replace_file(state / name, json.dumps({"runs": rows}, indent=1).encode() + b"\n", mode=0o600)


def _sweep(state: Path, pattern: str, kept: set[str]) -> None:
    for file in state.glob(pattern):
        if file.name not in kept:
            with suppress(OSError):
                file.unlink()


def _load(state: Path, name: str, read: Callable[[Any], T]) -> list[T]:
    for _ in range(_ATTEMPTS):
        try:
            with (state / name).open("rb") as file:
                text = file.read(_MOST_OCTETS)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unreadable(state / name, error) from None
        # A newer run may have replaced the file of names; then the record is read again.
        with suppress(FileNotFoundError):
            try:
                return [read(row) for row in json.loads(text)["runs"]]
            except FileNotFoundError:
                raise
            except Exception as error:  # damage of any shape: a folder for a file, deep nesting, a list for a text
                raise _unreadable(state / name, error) from None
    raise _unreadable(state / name, FileNotFoundError())


def _rows(state: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a record that can be read as a whole; none of a damaged one."""

    def whole(row: Any) -> dict[str, Any]:
        _read_run(row, state, required=True)
        return dict(row)

    try:
        return _load(state, name, whole)
    except EnvironmentFailure:
        return []


def _names_file(kind: str, origin: str, names: SortedNames) -> str:
    return f"{kind}-{origin}-{hashlib.sha256(names.block[1:]).hexdigest()[:32]}"


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _tell_run(run: Run) -> dict[str, Any]:
    return {
        "origin": run.origin,
        "ran_at": _text(run.ran_at),
        "as_of": _text(run.as_of),
        "zone": run.zone,
        "serial": run.serial,
        "delegations": run.delegations,
        "closed": run.closed,
        "refused": sorted(run.refused),
        "names": _names_file("guard", run.origin, run.cleared),
        "cleared": len(run.cleared),
    }


def _read_run(row: Any, state: Path, *, required: bool) -> Run:
    """Raises FileNotFoundError, or any other error for a damaged row. Rows of catcher 0.3 have fewer fields."""
    ran_at = _moment(row["ran_at"])
    delegations = row.get("delegations")
    return Run(
        origin=_word(row["origin"]),
        ran_at=ran_at,
        zone=_word(row["zone"]),
        serial=_number(row["serial"]),
        refused=frozenset(map(_word, row["refused"])),
        cleared=_names(state, row["names"], "guard", row["origin"], required=required),
        seen_at=_moment(row["as_of"]) if "as_of" in row else ran_at,
        delegations=None if delegations is None else _number(delegations),
        closed=row.get("closed") is True,
    )


def _read_vouches(row: Any, state: Path, *, required: bool) -> Vouches:
    origin = _word(row["origin"])
    slices = {
        _moment(part["until"]): _names(state, part["names"], "vouched", origin, required=required)
        for part in row["slices"]
    }
    return Vouches(origin, _moment(row["as_of"]), slices, frozenset(map(_word, row["foreign"])))


def _names(state: Path, name: str, kind: str, origin: str, *, required: bool) -> SortedNames:
    if not required:
        return SortedNames(b"")
    names = SortedNames((state / Path(name).name).read_bytes())
    if _names_file(kind, origin, names) != name:
        raise ValueError("the names are not those of the record")
    return names


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _word(text: Any) -> str:
    if not isinstance(text, str):
        raise ValueError("not a text")
    return text


def _number(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise ValueError("not a number")
    return value


def _unreadable(file: Path, error: Exception) -> EnvironmentFailure:
    if isinstance(error, PermissionError):
        return EnvironmentFailure(f"{file}: it may not be read; mend its permissions")
    return EnvironmentFailure(
        f"{file}: it is damaged; run 'catcher check --against' with each TLD's zone to write it anew"
    )
