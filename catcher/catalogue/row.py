"""Parses one row of the CSV with any quotes, blanks or faults.

The module ``reading`` parses plain rows itself, which is faster.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from catcher.catalogue.entry import CATALOGUE_COLUMNS, Entry
from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import Fault
from catcher.model.language import is_language
from catcher.model.mail.policy import Policy

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", ":": "colons"}
"""Characters that programs write instead of commas, and their names. No domain holds one."""
_ENDS_CELL = re.compile(r"[^\w.-]")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """The contents of a line and its faults. ``entry`` is None when there is a fault."""

    domain: str | None
    """Set whenever the domain column is valid, even if other columns have faults; duplicates are then reported too."""
    entry: Entry | None
    faults: tuple[Fault, ...]
    """None, and no ``entry`` either, if every cell is empty: such a row counts as a blank line."""


def read_row(line: str, where: str, width: int = len(CATALOGUE_COLUMNS)) -> CatalogueRow:
    """Reads a line without its line ending; ``width`` is the number of columns in the header row."""
    faults: list[Fault] = []

    def fault(what: str, remedy: str) -> None:
        faults.append(Fault(where, what, remedy))

    cells = _cells(line)
    if isinstance(cells, Fault):
        return CatalogueRow(None, None, (Fault(where, cells.what, cells.remedy),))
    while cells and (not cells[-1].strip() and (len(cells) > width or not any(map(str.strip, cells)))):
        cells.pop()  # spreadsheets write separators up to the last column that was ever used
    if not cells:
        return CatalogueRow(None, None, ())
    if len(cells) > width:
        fault(
            f"the row has {len(cells)} columns, the header row {width}",
            "put a cell that holds a comma in double quotes, and name every column in the header row",
        )
        return CatalogueRow(None, None, tuple(faults))
    cell = dict(zip(CATALOGUE_COLUMNS, [c.strip() for c in cells] + [""] * len(CATALOGUE_COLUMNS), strict=False))

    domain = intended = None
    try:
        domain = held_domain(cell["domain"])
    except DomainError as error:
        called = next((called for other, called in OTHER_SEPARATORS.items() if other in cell["domain"]), None)
        if called is not None:
            fault(f"{called} stand where commas should be", "separate the cells by commas")
            return CatalogueRow(None, None, tuple(faults))
        fault(f'domain "{_shown(cell["domain"])}" can\'t be held: {error}', "write a name like army.ml")
    if cell["intended"]:
        try:
            intended = held_domain(cell["intended"])
        except DomainError as error:
            fault(f'intended "{_shown(cell["intended"])}" is not a domain: {error}', "write a name like army.mil")
    if domain is not None and domain == intended:
        fault(f"intended is {domain} itself", "write the domain that senders meant, or leave it empty")

    policy = _policy(cell["policy"], Policy.ACCEPT)
    if policy is None:
        fault(f'policy "{_shown(cell["policy"])}" is unknown', f"write one of {', '.join(Policy)}")
    then = _policy(cell["then"], Policy.OBSERVE)
    if then is None:
        fault(f'then "{_shown(cell["then"])}" is not a policy', f"write one of {', '.join(Policy)}")
    until = None
    if cell["until"]:
        until = _date(cell["until"])
        if until is None:
            fault(f'until "{_shown(cell["until"])}" is not a date', "write year-month-day, like 2027-01-31")
    elif cell["then"]:
        fault("then stands without until", "write in until the first day of the policy in then, or leave both empty")
    if not cell["note"].isprintable():
        fault("note holds a control character", "write the note on one line of plain text")
    lang = cell["lang"].lower()
    if lang and not is_language(lang):
        fault(f'lang "{_shown(cell["lang"])}" is not a language', "write a tag like fr or pt-br, or leave it empty")

    if faults or domain is None or policy is None or then is None:
        return CatalogueRow(domain, None, tuple(faults))
    return CatalogueRow(domain, Entry(domain, intended, policy, until, then, cell["note"], where, lang), ())


def held_domain(text: str) -> str:
    """``text`` as A-labels. Raises DomainError if it can't be a domain that takes mail."""
    name = to_alabel(text)
    if "." not in name:
        raise DomainError("it is a single label, a whole top-level domain")
    if "_" in name:
        raise DomainError("a label of a mail domain holds no underscore")
    if name.rpartition(".")[2].isdigit():
        raise DomainError("its last label is a number")
    return name


def guessed_domain(line: str) -> bytes:
    """The domain at the beginning of a faulty line, whatever stands after it; empty if there is none."""
    with suppress(DomainError):
        return held_domain(_ENDS_CELL.split(line.strip('"\ufeff \t'), maxsplit=1)[0]).encode()
    return b""


def cells_in(entry: Entry) -> list[str]:
    """The cells of ``entry``, in the order of CATALOGUE_COLUMNS."""
    until, then = (entry.until.isoformat(), entry.then.value) if entry.until else ("", "")
    return [entry.domain, entry.intended or "", entry.policy.value, until, then, entry.note, entry.lang]


def quoted(row: Sequence[str]) -> str:
    """``row`` as a CSV line (RFC 4180) without line ending; trailing empty cells are left out."""
    wanted = list(row)
    while len(wanted) > 1 and not wanted[-1]:
        wanted.pop()
    return ",".join('"' + c.replace('"', '""') + '"' if set(c) & set(',"\r\n') else c for c in wanted)


def cells_of(line: str) -> list[str]:
    """The cells of a line in which ``read`` found no fault."""
    found = _cells(line)
    assert not isinstance(found, Fault)
    return found


def _cells(line: str) -> list[str] | Fault:
    if "\0" in line:
        return Fault("", "the row holds a NUL octet", "remove it; the file may be damaged")
    if "\r" in line.strip():
        return Fault("", "the row holds a carriage return (CR) without LF", "end each row with LF or CR LF")
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return Fault(
            "",
            "the double quotes are wrong",
            'put the whole cell in double quotes, write each one inside it twice (""), and keep a row on one line',
        )


def _policy(text: str, default: Policy) -> Policy | None:
    try:
        return Policy(text.lower()) if text else default
    except ValueError:
        return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        return None


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")
