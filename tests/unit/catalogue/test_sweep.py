"""The sweep over plain rows and the careful reader are two ways to the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catcher.catalogue import Catalogue, Entry, read_catalogue
from catcher.catalogue.entry import CATALOGUE_COLUMNS
from catcher.catalogue.row import cells_in, quoted, read_row
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.mail.policy import Policy
from tests.support.catalogues import Write

LABELS = st.sampled_from(
    ["army", "ml", "mil", "a-b", "a--b", "xn--bcher-kva", "xn--", "9", "0a", "-a", "a-", "a_b", "", "ü", "A", "a" * 63]
) | st.just("a" * 64)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join) | st.just("")
POLICIES = st.sampled_from([*Policy, "", "Null", "nul", " accept"])
DATES = st.sampled_from(
    [
        "",
        "2027-01-01",
        "2028-02-29",
        "2027-02-29",
        "2027-12-31",
        "2027-11-31",
        "2027-02-30",
        "2027-13-01",
        "0000-01-01",
        "x",
    ]
)
NOTES = st.sampled_from(["", "-", "a b", " a", "a ", "ü", '"', "a,b", "#", "\t", "\x7f", "a\rb", "x" * 300])
LANGUAGES = st.sampled_from(["", "fr", "FR", "pt-br", "f", "fr_FR", " fr", "français"])
CELLS = st.tuples(NAMES, NAMES, POLICIES, DATES, POLICIES, NOTES, LANGUAGES)
LINES = (
    st.tuples(CELLS, st.integers(1, 7)).map(lambda row: ",".join(row[0][: row[1]]))
    | CELLS.map(quoted)
    | CELLS.map(lambda row: ",".join(f'"{cell}"' for cell in row[:3]))
    | st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=30)
)


def by_hand(lines: list[str], width: int) -> tuple[dict[str, Entry], list[Fault]]:
    """What the careful reader alone makes of the rows."""
    entries: dict[str, Entry] = {}
    first: dict[str, int] = {}
    faults: list[Fault] = []
    for number, line in enumerate(lines, 2):
        if line.strip():
            row = read_row(line, f"catalogue.csv:{number}", width)
            faults += row.faults
            if row.domain in first:
                what = f"{row.domain} stands in catalogue.csv:{first[row.domain]} already"
                faults.append(Fault(f"catalogue.csv:{number}", what, "keep one row of the two"))
            elif row.domain is not None:
                first[row.domain] = number
                if row.entry:
                    entries[row.domain] = row.entry
    return entries, faults


@given(st.lists(LINES, max_size=6), st.integers(1, 7))
@example(["a.ml"], 1)
@example(["army.ml,army.ml.example"], 6)
@example(["army.ml,army.ml,accept"], 6)
@example(["army.ml,,,2027-01-01,,note"], 6)
@example(["army.ml,,,,,note"], 6)
@example(['"ARMY.ml","army.mil",accept'], 6)
@example(['army.ml,"army.mil,accept"'], 6)
@example(['army.ml,,,,,"Note"'], 6)
@example(["army.ml,,,,null,note"], 6)
@example(["army.ml,,,,,note,fr"], 6)
@example(["army.ml,,,,,note,fr"], 7)
@example(["army.ml,,,2027-01-01,null,,pt-br"], 7)
@example(['army.ml,,,,,"one, two",fr'], 7)
@example(['"ARMY.ml",,,,,"Note",FR'], 7)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400, deadline=None)
def test_they_agree(write: Write, lines: list[str], width: int) -> None:
    header = ",".join(CATALOGUE_COLUMNS[:width])
    file = write(data="\n".join([header, *lines, ""]).encode())
    entries, faults = by_hand(lines, width)
    if faults:
        with pytest.raises(ConfigurationError) as error:
            read_catalogue([file])
        assert sorted(error.value.faults) == sorted(faults)
        return
    catalogue = read_catalogue([file])
    assert list(catalogue) == list(entries.values())
    assert list(catalogue.domains()) == list(entries)
    assert len(catalogue) == len(entries)
    for domain, entry in entries.items():
        assert catalogue.get(domain) == catalogue.find(domain) == entry
        assert domain in catalogue


@given(
    st.builds(
        Entry,
        st.sampled_from(["army.ml", "xn--bcher-kva.ml"]),
        st.sampled_from([None, "army.mil"]),
        st.sampled_from(Policy),
        st.none() | st.dates(),
        st.sampled_from(Policy),
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"))),
        st.just("catalogue.csv:2"),
        st.sampled_from(["", "fr", "pt-br"]),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_is_read_back(write: Write, entry: Entry) -> None:
    """RFC 4180: quotes and commas come through; without ``until``, ``then`` has no meaning and isn't written."""
    (found,) = read_catalogue([write(quoted(cells_in(entry)))])
    if entry.until is None:
        assert found.then is Policy.OBSERVE
    else:
        assert found.then is entry.then
    assert cells_in(found) == cells_in(entry)


def test_a_million_rows_keep_their_shape_at_a_thousandth_of_the_size(write: Write, tmp_path: Path) -> None:
    """Many rows on every path at once: plain, odd, blank, over two files."""
    rows = [f"Name{i}.ml,name{i}.mil" if i % 7 == 0 else f"name{i}.ml,name{i}.mil" for i in range(1000)]
    rows[500] = ""
    catalogue = read_catalogue([write(*rows[:600]), write(*rows[600:], name="more.csv")])
    assert len(catalogue) == 999
    assert [entry.where for entry in map(catalogue.get, ("name0.ml", "name501.ml", "name999.ml")) if entry] == [
        "catalogue.csv:2",
        "catalogue.csv:503",
        "more.csv:401",
    ]
    assert catalogue.get("name500.ml") is None


FEW = st.lists(st.sampled_from(["a", "b", "xn--bcher-kva", "ml", "mil"]), min_size=2, max_size=4).map(".".join)


@given(
    st.dictionaries(FEW, st.tuples(FEW | st.just(""), NOTES.filter(str.isprintable)), max_size=6),
    st.lists(FEW, max_size=3, unique=True),
)
@example({"ml.ml": ("a.ml.ml", "")}, ["ml.mil"])
@example({"a.ml": ("b.ml", "a,b.mil"), "b.ml": ("a.b.ml", "")}, [])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rows_that_mean_a_held_name_are_found(
    write: Write, cells: dict[str, tuple[str, str]], others: list[str]
) -> None:
    """Whether the rows come from files or from hand, at or below a row's domain, of their own catalogue or another."""
    rows = [
        quoted([domain, "" if intended == domain else intended, "", "", "", note])
        for domain, (intended, note) in cells.items()
    ]
    swept = read_catalogue([write(*rows)])
    by_hand = Catalogue.of(swept)
    assert swept.parents == by_hand.parents == {domain.partition(".")[2] for domain in cells}
    for held in (swept, by_hand, read_catalogue([write(*others)]), Catalogue.of(read_catalogue([write(*others)]))):
        wanted = [(entry, held.find(entry.intended)) for entry in swept if entry.intended]
        for catalogue in (swept, by_hand):
            assert [*catalogue.strays_to(held)] == [pair for pair in wanted if pair[1] is not None]


def test_names_under_very_many_top_level_domains_are_found_as_well(write: Write) -> None:
    tops = [f"top{chr(ord('a') + i % 26)}{chr(ord('a') + i // 26)}" for i in range(60)]
    catalogue = read_catalogue(
        [write(*(f"army.{top}" for top in tops), "navy.topaa,mail.army.topzb", "marine.topaa,army.mil")]
    )
    (pair,) = catalogue.strays_to(catalogue)
    assert [entry.domain for entry in pair] == ["navy.topaa", "army.topzb"]


def test_the_languages_that_rows_name_are_told_with_the_first_row_of_each(write: Write) -> None:
    rows = write("army.ml,,,,,,fr", 'navy.ml,,,,,"a, b",FR', "marine.ml", "airforce.ml,,,,,,de")
    assert read_catalogue([rows]).languages() == {"fr": "catalogue.csv:2", "de": "catalogue.csv:5"}
    assert read_catalogue([write(data=b"domain,intended\narmy.ml,army.mil\n")]).languages() == {}


def test_a_language_that_is_none_is_told(write: Write) -> None:
    with pytest.raises(ConfigurationError, match=r'catalogue.csv:2: lang "french" is not a language; write a tag'):
        read_catalogue([write("army.ml,,,,,,french")])
