"""The guard's runs and vouches as rows of JSON: names of many octets stand in files of their own, by digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catcher.catalogue.guard import Run, Vouches
from catcher.catalogue.names import SortedNames
from catcher.regularfile import MOST_KEPT_OCTETS, read_regular

Row = dict[str, Any]


def names_file(kind: str, origin: str, names: SortedNames) -> str:
    """The name of the file of ``names``: it holds their digest."""
    return f"{kind}-{origin}-{hashlib.sha256(names.block[1:]).hexdigest()[:32]}"


def digest_of(rows: Sequence[Row], *, lost: bool) -> str:
    """A digest of a record: a changed octet in a refused name is damage, too."""
    return hashlib.sha256(json.dumps([rows, lost], sort_keys=True).encode()).hexdigest()


def text_of(moment: datetime) -> str:
    """``moment`` in UTC, as rows have it."""
    return moment.astimezone(UTC).isoformat()


def run_to_row(run: Run) -> Row:
    """``run`` without the names that it cleared: those stand in the file ``names``."""
    return {
        "origin": run.origin,
        "ran_at": text_of(run.ran_at),
        "as_of": text_of(run.as_of),
        "zone": run.zone,
        "serial": run.serial,
        "delegations": run.delegations,
        "closed": run.closed,
        "refused": sorted(run.refused),
        "foreign": sorted(run.foreign),
        "names": names_file("guard", run.origin, run.cleared),
        "cleared": len(run.cleared),
    }


def run_from_row(row: Any, folder: Path, *, required: bool) -> Run:
    """Raises FileNotFoundError, or any other error for a damaged row. Rows of catcher 0.3 have fewer fields."""
    ran_at = _moment(row["ran_at"])
    delegations = row.get("delegations")
    return Run(
        origin=_word(row["origin"]),
        ran_at=ran_at,
        zone=_word(row["zone"]),
        serial=_number(row["serial"]),
        refused=_words(row["refused"]),
        cleared=_names(folder, row["names"], "guard", row["origin"], required=required),
        seen_at=_moment(row["as_of"]) if "as_of" in row else ran_at,
        delegations=None if delegations is None else _number(delegations),
        closed=row.get("closed") is True,
        foreign=_words(row.get("foreign", [])),
    )


def vouches_to_row(one: Vouches, write: Callable[[str, SortedNames], None]) -> Row:
    """``one`` as a row; ``write`` gets each file of names."""
    slices: list[Mapping[str, str]] = []
    for until, names in sorted(one.names.items()):
        name = names_file("vouched", one.origin, names)
        write(name, names)
        slices.append({"until": text_of(until), "names": name})
    return {"origin": one.origin, "as_of": text_of(one.as_of), "slices": slices}


def vouches_from_row(row: Any, folder: Path, *, required: bool) -> Vouches:
    """Raises FileNotFoundError, or any other error for a damaged row."""
    origin = _word(row["origin"])
    slices = {
        _moment(part["until"]): _names(folder, part["names"], "vouched", origin, required=required)
        for part in row["slices"]
    }
    return Vouches(origin, _moment(row["as_of"]), slices)


def _names(folder: Path, name: str, kind: str, origin: str, *, required: bool) -> SortedNames:
    if not required:
        return SortedNames(b"")
    names = SortedNames(read_regular(folder / Path(name).name, MOST_KEPT_OCTETS))
    if names_file(kind, origin, names) != name:
        raise ValueError("the names are not those of the record")
    return names


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _words(texts: Any) -> frozenset[str]:
    if not isinstance(texts, list):
        raise ValueError("not a list")
    return frozenset(map(_word, texts))


def _word(text: Any) -> str:
    if not isinstance(text, str):
        raise ValueError("not a text")
    return text


def _number(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise ValueError("not a number")
    return value
