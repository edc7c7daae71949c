"""The watch-list: names for domains and all below them, every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.directory import Organisations
from catcher.model.errors import ConfigurationError


def load(folder: Path, text: str) -> Organisations:
    file = folder / "watchlist.csv"
    file.write_text(text, encoding="utf-8")
    return Organisations.load(file)


def test_a_domain_is_named_by_its_own_row_or_the_nearest_above(tmp_path: Path) -> None:
    found = load(
        tmp_path, 'domain,organisation\nArmy.mil.,"U.S. Army"\nhq.army.mil,Headquarters\nbücher.example,Books\n'
    )
    assert found.name("army.mil") == "U.S. Army"
    assert found.name("mail.army.mil") == "U.S. Army"
    assert found.name("x.hq.army.mil") == "Headquarters"
    assert found.name("navy.mil") is None
    assert found.name("xn--bcher-kva.example") == "Books"
    assert set(found.watched) == {"army.mil", "hq.army.mil", "xn--bcher-kva.example"}


def test_without_a_list_nobody_is_known() -> None:
    assert Organisations.load(None).name("army.mil") is None


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    rows = ["domain,organisation", "a..example,X", "b.example,", "c.example,C", "", "c.example,D", "d.example"]
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, "\n".join(rows))
    assert [fault.where for fault in caught.value.faults] == [f"watchlist.csv:{n}" for n in (2, 3, 6, 7)]


@pytest.mark.parametrize("text", ["", "organisation,domain\n", "army.mil,U.S. Army\n"])
def test_the_header_row_is_needed(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="header row"):
        load(tmp_path, text)


def test_a_list_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        Organisations.load(tmp_path / "absent.csv")
    (tmp_path / "latin.csv").write_bytes(b"domain,organisation\na.example,\xe9\n")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        Organisations.load(tmp_path / "latin.csv")


@pytest.mark.parametrize(
    ("rows", "where", "what"),
    [
        ('army.mil,"Army\nnavy.mil,Navy\nafrica.example,Africa', 2, "a quote is not closed"),
        ('army.mil,"Army\nnavy.mil,"Navy"\n', 2, "text stands behind a closing one"),
        ('army.mil,"Army\nnavy.mil,Navy"\nafrica.example,Africa\n', 2, "line break"),
        ('a.example,A\narmy.mil,"U.S. "Army"\n', 3, "text stands behind a closing one"),
        ('army.mil,"' + "x" * 140_000, 2, "a quote is not closed"),
        ("army.mil," + "x" * 140_000, 2, "over 131,072 characters"),
        ("a.example,A\n\nml,Mali\n", 4, "top-level domain"),
    ],
)
def test_a_stray_quote_or_a_suffix_is_a_fault_of_its_row(tmp_path: Path, rows: str, where: int, what: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, "domain,organisation\n" + rows)
    assert caught.value.faults[0].where == f"watchlist.csv:{where}"
    assert what in caught.value.faults[0].what


def test_a_quote_within_a_name_is_doubled(tmp_path: Path) -> None:
    found = load(tmp_path, 'Domain,Organisation\narmy.mil,"U.S. ""Army"", HQ"\nxn--vi8hiv.example,"Emoji"\n')
    assert found.name("army.mil") == 'U.S. "Army", HQ'
    assert found.name("xn--vi8hiv.example") == "Emoji"
