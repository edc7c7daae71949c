"""Files that spreadsheets and interrupted programs leave: read right, or refused with words that fit."""

from __future__ import annotations

import gzip

import pytest

from catcher.catalogue import read_catalogue
from catcher.model.errors import ConfigurationError
from tests.support.catalogues import Write

HEADER = "domain,intended,policy"
ROWS = [HEADER, "army.ml,army.mil,null", "navy.ml,navy.mil,accept", ""]


def written(separator: str, end: str = "\n", encoding: str = "utf-8", before: str = "") -> bytes:
    return (before + end.join(ROWS).replace(",", separator)).encode(encoding)


RIGHT = {
    "LF": written(","),
    "CR LF": written(",", "\r\n"),
    "CR LF and LF": written(",", "\r\n") + b"\n",
    "CR CR LF, of a transfer as text": written(",", "\r\r\n"),
    "with a byte order mark": written(",", "\r\n", "utf-8-sig"),
    "with rows of empty cells": written(",") + b',,\n , ,\n"","",""\n,,,,,,,,,,,\n',
    "with separators after the last column": written(",,,").replace(b",,,", b",").replace(b"\n", b",,,,,,,,\n"),
    "without LF at the end": written(",")[:-1],
}


@pytest.mark.parametrize("kind", RIGHT)
def test_what_is_read_right(write: Write, kind: str) -> None:
    found = {(entry.domain, entry.policy.value, entry.where) for entry in read_catalogue([write(data=RIGHT[kind])])}
    assert found == {("army.ml", "null", "catalogue.csv:2"), ("navy.ml", "accept", "catalogue.csv:3")}


REFUSED = {
    "semicolons": (written(";", "\r\n"), ":1: semicolons stand where commas should be; write commas, or save it as"),
    "a column and a semicolon": (b"domain;\narmy.ml;\n", ":1: semicolons stand where commas should be"),
    "quoted cells": (b'"domain";"intended"\n', ":1: semicolons stand where commas should be"),
    "tabs": (written("\t"), ":1: tabs stand where commas should be"),
    "bars": (written("|"), ":1: vertical bars stand where commas should be"),
    "semicolons in rows only": (HEADER.encode() + b"\narmy.ml;army.mil;\n", ":2: semicolons stand where commas should"),
    "tabs in rows only": (HEADER.encode() + b"\narmy.ml\tarmy.mil\n", ":2: tabs stand where commas should be"),
    "sep=": (written(",", "\r\n", before="sep=,\r\n"), ':1: the first line is "sep=,", which only Excel reads; delete'),
    "sep= behind a mark": (written(";", before="\ufeffSEP=;\n"), ':1: the first line is "SEP=;", which only Excel'),
    "sep= in quotes": (written(",", before='"sep=,"\n'), ':1: the first line is ""sep=,"", which only Excel'),
    "CR": (written(",", "\r"), ":1: the lines end in a carriage return (CR) alone, or some of them do; end each"),
    "CR in a row": (
        HEADER.encode() + b"\na.ml,a.mil\rb.ml,b.mil\n",
        ":2: the row holds a carriage return (CR) without",
    ),
    "UTF-16": (written(",", encoding="utf-16"), ":1: the file is UTF-16 or UTF-32; save it as CSV with commas"),
    "UTF-16 without a mark": (written(",", encoding="utf-16-le"), ":1: the file is UTF-16 or UTF-32; save it as"),
    "UTF-16 the other way": (written(",", encoding="utf-16-be"), ":1: the file is UTF-16 or UTF-32; save it as CSV"),
    "UTF-32": (written(",", encoding="utf-32"), ":1: the file is UTF-16 or UTF-32; save it as CSV with commas"),
    "a workbook": (b"PK\x03\x04\x14\0\x06\0", ":1: the file is a workbook or another zip archive, not CSV; save it as"),
    "packed": (gzip.compress(written(",")), ":1: the file is packed with gzip, not CSV; unpack it"),
    "NUL octets": (written(",") + b"\0" * 9, ":4: the file holds a run of NUL octets, as after a crash"),
    "a NUL octet": (HEADER.encode() + b"\narmy.ml\0\n", ":2: the row holds a NUL octet; remove it"),
    "Latin-1": (b"domain,intended\nb\xfccher.ml,\n", ":2: the row is not UTF-8; save the file as UTF-8"),
    "separators only": (b",,,\narmy.ml\n", ":1: the file has no header row"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_says_what_it_is(write: Write, kind: str) -> None:
    data, wanted = REFUSED[kind]
    with pytest.raises(ConfigurationError) as error:
        read_catalogue([write(data=data)])
    (fault,) = error.value.faults
    assert str(fault).startswith(f"catalogue.csv{wanted}")


def test_a_registered_emoji_name_is_held(write: Write) -> None:
    (entry,) = read_catalogue([write("xn--i-7iq.ml,ilove.mil,accept")])
    assert entry.domain == "xn--i-7iq.ml"
