"""Reads the text of a CSV file that a person or a spreadsheet wrote."""

from __future__ import annotations

from pathlib import Path

from catcher.model.errors import ConfigurationError, Fault
from catcher.regularfile import read_regular_text


def read_csv_text(file: Path) -> str:
    """The text of ``file``, without a byte order mark. Raises ConfigurationError if it can't be read or isn't UTF-8."""
    try:
        return read_regular_text(file, "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError([Fault(file.name, f"it can't be read: {reason}", "a CSV file in UTF-8")]) from error
