"""Dates in hostile text: what is no date names no moment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.header.dates import read_date


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b" Fri, 20 Nov 2026 11:00:00 +0000", "2026-11-20T11:00:00+00:00"),
        (b" Fri, 20 Nov 2026 11:00:00 +0000 (UTC)", "2026-11-20T11:00:00+00:00"),
        (b" 20 Nov 2026 13:30 +0230", "2026-11-20T11:00:00+00:00"),
        (b"Fri, 20 Nov 2026\r\n 06:00:00 -0500 (EST (winter))", "2026-11-20T11:00:00+00:00"),
        (b"Fri, 20 Nov 26 11:00:00 GMT", "2026-11-20T11:00:00+00:00"),
        (b"Fri, 20 Nov 126 11:00:00 UT", "2026-11-20T11:00:00+00:00"),
        (b"Fri, 20 Nov 99 11:00:00 Z", "1999-11-20T11:00:00+00:00"),
        (b"fri,20 november 2026 06:00:00 EST", "2026-11-20T11:00:00+00:00"),
        (b"Thu, 31 Dec 2026 23:59:60 +0000", "2026-12-31T23:59:59+00:00"),
        (b"Fri, 20 Nov 2026 11:00:00", "2026-11-20T11:00:00+00:00"),
    ],
)
def test_a_date_names_its_moment(text: bytes, moment: str) -> None:
    found = read_date(text)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"now",
        b"2026-11-20T11:00:00Z",
        b"Fri, 31 Feb 2026 11:00:00 +0000",
        b"Fri, 20 Nov 2026 25:00:00 +0000",
        b"Fri, 20 Nov 2026 11:00:00 +9999",
        b"Fri, 20 Nov 0000 11:00:00 +0000",
        b"Mon, 01 Jan 0001 00:00:00 +1400",
        b"Fri, 20 Foo 2026 11:00:00 +0000",
        b"Fri, 20 Nov 2026 11:00:00 +0000, Sat, 21 Nov 2026 11:00:00 +0000",
        b"(" * 10_000,
        b"Fri, 20 Nov 2026" + b" " * 10_000 + b"11:00:00",
    ],
)
def test_a_text_that_is_no_date_names_none(text: bytes) -> None:
    assert read_date(text) is None


@given(st.binary(max_size=80))
def test_any_octets_are_read(text: bytes) -> None:
    read_date(text)
