"""The operator's own list of markings, a CSV text ``field,words,level``.

``field``: the name of a header field. ``words``: words that stand side by side in its decoded value, whatever their
case, accents and hyphens; empty: any value. ``level``: a word of the closed list of levels. The first row that fits
counts, before what catcher knows by itself.
"""

from __future__ import annotations

import re

from catcher.fingerprint.header.levelwords import folded
from catcher.model.csvrows import csv_rows
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.mail.marking import Level, OwnMarkings

OWN_MARKING_COLUMNS = ("field", "words", "level")
MAX_OWN_MARKINGS = 1_000
"""Most rows of the list: each row of a field is compared with the field's value in each mail."""
_LEVELS = tuple(level for level in Level if level not in (Level.HIGH, Level.LOW, Level.OTHER))
_FIELD_NAME = re.compile(r"[!-9;-~]{1,76}\Z")
"""RFC 5322 §3.6.8, ftext."""
_APART = re.compile(r"[\W_]+")
_ANY = "--"


def _plain_words(text: str) -> str:
    """``text`` as the list's words are compared: lower case, no accents, a hyphen around each word and number."""
    return f"-{'-'.join(_APART.sub(' ', folded(text)).split())}-"


def own_level(own: OwnMarkings, field: bytes, text: str) -> Level | None:
    """The level of the first row of ``own`` whose words stand in ``text``, the decoded value of ``field``."""
    rows = own.fields.get(field)
    if not rows or not text:
        return None
    plain = _plain_words(text)
    return next((level for words, level in rows if words == _ANY or words in plain), None)


def read_own_markings(text: str, where: str) -> OwnMarkings:
    """The list in ``text``. ``where``: the name of its file.

    Raises ConfigurationError with a fault for each wrong row.
    """
    rows = csv_rows(text, where)
    _, header = next(rows, (1, []))
    if tuple(cell.lower() for cell in header) != OWN_MARKING_COLUMNS:
        raise ConfigurationError([Fault(f"{where}:1", "the header row is missing", ",".join(OWN_MARKING_COLUMNS))])
    found: dict[bytes, list[tuple[str, Level]]] = {}
    faults: list[Fault] = []
    number = 0
    for line, cells in rows:
        if not any(cells):
            continue
        number += 1
        name, words, word = [*cells, "", "", ""][:3]
        plain = _plain_words(words)
        if (fault := _fault(name, words, plain, word, len(cells))) is not None:
            faults.append(Fault(f"{where}:{line}", *fault))
        else:
            found.setdefault(name.lower().encode("ascii"), []).append((plain, Level(word.lower())))
    if number > MAX_OWN_MARKINGS:
        faults.append(Fault(where, f"it has {number} rows", f"at most {MAX_OWN_MARKINGS}"))
    if faults:
        raise ConfigurationError(faults)
    return OwnMarkings({name: tuple(rows) for name, rows in found.items()})


def _fault(name: str, words: str, plain: str, level: str, cells: int) -> tuple[str, str] | None:
    """What is wrong with a row, and the remedy."""
    if cells > len(OWN_MARKING_COLUMNS):
        return f"it has over {len(OWN_MARKING_COLUMNS)} cells", ",".join(OWN_MARKING_COLUMNS)
    if not _FIELD_NAME.match(name):
        return "the first cell is no name of a header field", "write a name like X-Example-Class, without a colon"
    if words and plain == _ANY:
        return "the second cell has no word", "write words of the field's value, or nothing for any value"
    if not words and name.lower() == "subject":
        return "any Subject would be marked", "write words in the second cell"
    if level.lower() not in _LEVELS:
        return "the third cell is no level", f"write one of {', '.join(_LEVELS)}"
    return None
