"""Names: nothing that a stranger wrote reaches a reader as it was."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.report.names import UNSHOWABLE, plain, shown_domain


def test_an_ascii_name_is_shown_as_it_is() -> None:
    assert str(shown_domain("Army.ML.")) == "army.ml"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("xn--bcher-kva.example", "xn--bcher-kva.example (bücher.example)"),
        ("bücher.example", "xn--bcher-kva.example (bücher.example)"),
        ("xn--bcher-kva-2.example", "xn--bcher-kva-2.example"),
        ("xn--vi8hiv.example", "xn--vi8hiv.example"),
        ("b\u202ecker example", UNSHOWABLE),
    ],
)
def test_a_name_of_one_script_has_its_u_label_beside_it(text: str, shown: str) -> None:
    assert str(shown_domain(text)) == shown


@pytest.mark.parametrize(
    "deceiving",
    ["аpple.example", "пример.example", "apple.ехаmple", "ελλάδα.example"],
    ids=["Cyrillic in Latin", "Cyrillic before Latin", "mixed last label", "Greek before Latin"],
)
def test_where_scripts_mix_only_the_a_label_is_shown(deceiving: str) -> None:
    name = shown_domain(deceiving)
    assert name.unicode is None
    assert str(name).isascii()


@pytest.mark.parametrize(
    "text", ["", ".", "<script>.example", "a b.example", "a..b", "user@army.ml", "\x1b[2J.example", "a" * 64 + ".ml"]
)
def test_what_is_no_name_is_not_repeated(text: str) -> None:
    assert str(shown_domain(text)) == UNSHOWABLE


@given(st.text(max_size=60))
def test_a_shown_domain_is_made_of_letters_digits_and_dots(text: str) -> None:
    name = shown_domain(text)
    assert set(name.domain) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert name.unicode is None or not any(unicodedata.category(c)[0] == "C" for c in name.unicode)


@given(st.text(max_size=400), st.integers(1, 90))
def test_plain_text_is_one_short_line_without_controls(text: str, limit: int) -> None:
    result = plain(text, limit=limit)
    assert len(result) <= limit
    assert not any(unicodedata.category(char)[0] == "C" for char in result)
    assert "\n" not in result
    assert result == result.strip()


def test_plain_text_loses_direction_marks_and_escapes() -> None:
    assert plain("\u202eevil\u200b \x1b[31m\tname\n", limit=80) == "evil [31m name"


@pytest.mark.parametrize("text", ["https://evil.example", "HTTP://evil.example", "ftp://evil.example"])
def test_an_organisations_name_is_never_a_link(text: str) -> None:
    assert shown_domain("a.example", organisation=text).organisation == "evil.example"


def test_an_organisations_name_is_cut() -> None:
    name = shown_domain("a.example", organisation="word " * 100).organisation
    assert name is not None
    assert len(name) <= 80
    assert name.endswith("…")


@pytest.mark.parametrize("empty", [None, "", " \u200b\n"])
def test_an_organisation_without_a_name_has_none(empty: str | None) -> None:
    assert shown_domain("a.example", organisation=empty).organisation is None
