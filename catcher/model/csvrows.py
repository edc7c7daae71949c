"""Rows of a CSV text that a person wrote (RFC 4180). A quote in the wrong place is a fault, and never joins rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from catcher.model.errors import ConfigurationError, Fault

_LINE_END = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")


def csv_rows(text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the row's first line, its cells without blanks around them) for each row, the empty ones included.

    Raises ConfigurationError at the first row that can't be read: a quote that isn't closed, text behind a closing
    quote, a line break in a cell, a cell of over 131,072 characters.
    """
    rows = csv.reader(_LINE_END.split(text), strict=True)
    line = 1
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            what = "it is no CSV: a quote is not closed, or text stands behind a closing one"
            if "field limit" in str(error):
                what = f"a cell has over {csv.field_size_limit():,} characters, or a quote is not closed"
            raise ConfigurationError([_fault(where, line, what)]) from error
        if row is None:
            return
        if any("\n" in cell or "\r" in cell for cell in row):
            raise ConfigurationError([_fault(where, line, "a cell has a line break: a quote before it is not closed")])
        yield line, [cell.strip() for cell in row]
        line = rows.line_num + 1


def _fault(where: str, line: int, what: str) -> Fault:
    return Fault(f"{where}:{line}", what, 'close each quote on its line, and write a quote within a cell as ""')
