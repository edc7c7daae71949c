"""$GENERATE as BIND has it: ranges, counters with offset, width and base, plain dollars."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.dns.wire import name_to_wire
from catcher.dns.zones.masterfiles.generate import MAX_GENERATED, counters, expand
from catcher.dns.zones.masterfiles.masterfile import read_master_file


@pytest.mark.parametrize(
    ("text", "numbers"), [("1-3", [1, 2, 3]), ("0-10/5", [0, 5, 10]), ("7-7", [7]), ("1-6/4", [1, 5])]
)
def test_a_range_includes_its_end(text: str, numbers: list[int]) -> None:
    assert list(counters(text)) == numbers


@pytest.mark.parametrize(
    "text",
    ["", "1", "3-1", "1-2/0", "a-b", "-1-2", "1-2/", "2147483647-2147483648", f"0-{MAX_GENERATED}", "1-99999999999"],
)
def test_a_range_is_finite_and_runs_upwards(text: str) -> None:
    with pytest.raises(ValueError, match="range"):
        counters(text)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("host-$", "host-10"),
        ("$.$", "10.10"),
        ("plain", "plain"),
        ("a$$b", "a$b"),
        (r"a\$b", "a$b"),
        (r"a\"$", r"a\"10"),
        ("${0,3,d}", "010"),
        ("${-3}", "7"),
        ("${+6,4,x}", "0010"),
        ("${245,2,X}", "FF"),
        ("${0,0,o}", "12"),
        ("${0,7,n}", "a.0.0.0"),
        ("${0,4,N}", "A.0"),
    ],
)
def test_the_counter_is_put_in(template: str, text: str) -> None:
    assert expand(template, 10) == text


@pytest.mark.parametrize(
    "template",
    [
        "${",
        "${x}",
        "${1,2,3}",
        "${0,254}",
        "${-11,1,n}",
        "${-11,1,x}",
        "${99999999999999999999}",
        "${2147483640}",
        "${0,99999999999}",
    ],
)
def test_modifiers_that_are_none(template: str) -> None:
    with pytest.raises(ValueError):
        expand(template, 10)


@pytest.mark.parametrize("template", ["x" * 65_536, "${0,253}" * 1000])
def test_a_template_makes_no_more_than_rdata_can_hold(template: str) -> None:
    with pytest.raises(ValueError, match="65535 octets"):
        expand(template, 1)


@given(st.text(max_size=30), st.integers(0, (1 << 31) - 1))
def test_any_template_expands_or_is_an_error(template: str, counter: int) -> None:
    try:
        assert len(expand(template, counter)) <= 30 * 253
    except ValueError as error:
        assert "$" in template and str(error)


def records(folder: Path, text: str) -> list[tuple[str, int, int, bytes]]:
    file = folder / "zone"
    file.write_text("$TTL 5m\n" + text)
    found, faults = read_master_file(file, name_to_wire("zone.example"))
    assert not faults, faults
    return [(r.owner.split(b"\x04zone")[0].decode()[1:], r.rrtype, r.ttl, r.rdata.octets) for r in found]


def test_a_line_becomes_records(tmp_path: Path) -> None:
    text = '$GENERATE 1-2 h$ A 192.0.2.$ ; a comment\n$GENERATE 8-9 m$ 1h IN MX "$ mx"\n'
    assert records(tmp_path, text) == [
        ("h1", 1, 300, bytes((192, 0, 2, 1))),
        ("h2", 1, 300, bytes((192, 0, 2, 2))),
        ("m8", 15, 3600, b"\0\x08" + name_to_wire("mx.zone.example")),
        ("m9", 15, 3600, b"\0\x09" + name_to_wire("mx.zone.example")),
    ]


def test_data_of_several_words_needs_no_quotes(tmp_path: Path) -> None:
    text = '$GENERATE 1-1 t IN 60 TXT "a $" b$\n$GENERATE 1-1 m MX 10 mx$.example.\n'
    assert [row[2:] for row in records(tmp_path, text)] == [
        (60, b"\x03a 1\x02b1"),
        (300, b"\0\x0a" + name_to_wire("mx1.example")),
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("$GENERATE 1-2 a", "needs a range"),
        ("$GENERATE 1-2 a 60 A", "needs a type and data"),
        ("$GENERATE 2-1 a A 192.0.2.$", "range 2-1 is empty"),
        ("$GENERATE 1-2 a A 192.0.2.$$", "not an ipv4 address"),
        ("$GENERATE 1-2 a NONSENSE x", "is not known"),
    ],
)
def test_faults_name_the_line(tmp_path: Path, line: str, what: str) -> None:
    file = tmp_path / "zone"
    file.write_text(f"$TTL 300\n\n{line}\n")
    fault = read_master_file(file, name_to_wire("zone.example"))[1][0]
    assert fault.where == f"{file}:3"
    assert what in fault.what.lower()


def test_all_lines_together_make_no_more_than_a_reading_should_take(tmp_path: Path) -> None:
    """Ten lines of a legal range each would hold a reload up for most of a minute."""
    file = tmp_path / "zone.example.zone"
    file.write_text("$TTL 300\n$GENERATE 1-6 a$ A 192.0.2.$\n\n$GENERATE 1-5 b$ A 192.0.2.$\n")
    records, faults = read_master_file(file, name_to_wire("zone.example"), most_generated=10)
    assert [str(fault.where) for fault in faults] == [f"{file}:4"]
    assert "over 10 records" in faults[0].what and len(records) == 6
    assert read_master_file(file, name_to_wire("zone.example"), most_generated=11)[1] == []


def test_the_text_of_all_lines_together_is_bounded(tmp_path: Path) -> None:
    file = tmp_path / "zone"
    file.write_text("$TTL 300\n$GENERATE 1-60000 a$ TXT " + "${0,250} " * 30 + "\n")
    (fault,) = read_master_file(file, name_to_wire("zone.example"))[1]
    assert fault.where == f"{file}:2" and "octets of text" in fault.what


def test_a_quoted_series_may_hold_quotes(tmp_path: Path) -> None:
    """As BIND reads it."""
    assert records(tmp_path, '$GENERATE 1-1 t TXT "\\"a $\\" b"\n')[0][3] == b"\x03a 1\x01b"
