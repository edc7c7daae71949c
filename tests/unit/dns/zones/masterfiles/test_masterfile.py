"""Master files: every form of RFC 1035 §5, and file:line for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.dns.wire import Rdata, RRType, name_to_wire
from catcher.dns.zones.masterfiles.masterfile import MasterRecord, read_master_file

ORIGIN = name_to_wire("zone.example")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "zone.example.zone"


def records(file: Path, text: str) -> list[MasterRecord]:
    file.write_text(text)
    found, faults = read_master_file(file, ORIGIN)
    assert not faults
    return found


def fault(file: Path, text: str | bytes) -> str:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    faults = read_master_file(file, ORIGIN)[1]
    assert len(faults) == 1
    return str(faults[0]).removeprefix(f"{file.parent}/")


def test_owner_ttl_type_data_and_place(file: Path) -> None:
    (found,) = records(file, "\n\nWWW 300 IN MX 10 Mail\n")
    assert found == MasterRecord(
        name_to_wire("www.zone.example"), RRType.MX, 300, Rdata(b"\0\x0a", (b"\x04Mail" + ORIGIN,)), (str(file), 3)
    )
    assert found.where == f"{file}:3"


def test_units_defaults_omitted_owners_and_parentheses(file: Path) -> None:
    text = "$TTL 1h30m\n@ SOA ns (\n  hostmaster ; of the zone\n  1 2h 3 4 5 )\n  NS ns\n$ORIGIN sub\na 1d TXT x\n"
    found = records(file, text)
    assert [(r.rrtype, r.ttl, r.place[1]) for r in found] == [(6, 5400, 2), (2, 5400, 5), (16, 86400, 7)]
    assert found[0].rdata.tail[4:8] == (7200).to_bytes(4, "big")
    assert found[2].owner == name_to_wire("a.sub.zone.example")


def test_generate(file: Path) -> None:
    found = records(file, "$TTL 300\n$GENERATE 1-3 h$ A 192.0.2.$\n")
    assert [r.owner for r in found] == [name_to_wire(f"h{n}.zone.example") for n in (1, 2, 3)]
    assert {r.place[1] for r in found} == {2}


def test_types_that_nobody_knows(file: Path) -> None:
    """RFC 3597 §5; a known type may be written so, too."""
    found = records(file, r"a 300 TYPE65280 \# 2 abcd" + "\n" + r"b 300 TYPE1 \# 4 c0000201" + "\n")
    assert [(r.rrtype, r.rdata) for r in found] == [(65280, Rdata(b"\xab\xcd")), (1, Rdata(b"\xc0\0\2\1"))]


def test_names_are_taken_apart_where_they_may_be_compressed(file: Path) -> None:
    """Types of RFC 1035 alone (RFC 3597 §4)."""
    found = records(
        file, "$TTL 300\na NS n\nb CNAME n\nc PTR n\nd MX 1 n\ne SRV 0 0 1 n\nf DNAME n\ng SOA n m 1 2 3 4 5\n"
    )
    assert [len(r.rdata.names) for r in found] == [1, 1, 1, 1, 0, 0, 2]


def test_include_is_relative_to_its_own_file(file: Path) -> None:
    (file.parent / "more").mkdir()
    (file.parent / "more" / "a").write_text("a A 192.0.2.1\n$INCLUDE b sub\n")
    (file.parent / "more" / "b").write_text("\nb A 192.0.2.2\n")
    found = records(file, "$TTL 300\n$INCLUDE more/a\nc TXT $INCLUDE x\n")
    names = [name_to_wire(f"{name}.zone.example") for name in ("a", "b.sub", "c")]
    assert [r.owner for r in found] == names
    assert [Path(r.place[0]).name + f":{r.place[1]}" for r in found] == ["a:1", "b:2", "zone.example.zone:3"]


def test_records_outside_are_not_passed_over(file: Path) -> None:
    assert records(file, "elsewhere.example. 300 A 192.0.2.1\n")[0].owner == name_to_wire("elsewhere.example")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("$TTL 300\na A 192.0.2.1\nb A 192.0.2.999\n", "zone.example.zone:3: "),
        ("a 300 NOSUCHTYPE x\n", "zone.example.zone:1: the type NOSUCHTYPE is not known"),
        ("a A 192.0.2.1\n", "zone.example.zone:1: the record has no TTL, and there is no $TTL"),
        ("\n$TTL soon\n", "zone.example.zone:2: "),
        ("a 300 CH TXT x\n", "zone.example.zone:1: the class CH is not IN"),
        ('a 300 TXT "open\nb 300 A 192.0.2.1\n', "zone.example.zone:1: a quotation mark isn't closed"),
        ("a 300 SOA (\n n m\n 1 2 3 4 five )\n", "zone.example.zone:1: "),
        ("\n" + "x" * 64 + " 300 A 192.0.2.1\n", "zone.example.zone:2: "),
        ("a..b 300 A 192.0.2.1\n", "zone.example.zone:1: "),
        ("$NOTHING x\n", "zone.example.zone:1: the directive $NOTHING is not known"),
        ("\n\n$INCLUDE absent\n", "zone.example.zone:3: the included file can't be read: No such file"),
        ("$INCLUDE zone.example.zone\n", "zone.example.zone:1: files are included over 16 deep"),
        (b"\xef\xbb\xbf$TTL 300\n", "zone.example.zone:1: the file begins with a byte order mark"),
        ("$GENERATE 3-1 a A 192.0.2.1\n", "zone.example.zone:1: "),
    ],
)
def test_a_fault_names_file_and_line(file: Path, text: str | bytes, start: str) -> None:
    assert fault(file, text).startswith(start)


def test_a_fault_in_an_included_file_names_that_file(file: Path) -> None:
    (file.parent / "more").write_text("\na 300 A nonsense\n")
    assert fault(file, "$INCLUDE more\n").startswith("more:2: ")


def test_a_file_that_is_not_there(file: Path) -> None:
    assert (
        str(read_master_file(file, ORIGIN)[1][0])
        == f"{file}: it can't be read: No such file or directory; name a readable file"
    )


PIECES = ["$TTL", "$ORIGIN", "$GENERATE", "$UNICODE", "1-3", "$", "@", "a", "IN", "SOA", "MX", "TXT", "HTTPS", "10"]
PIECES += [
    "300",
    "\n",
    "\n\t",
    " ",
    '"',
    "(",
    ")",
    ";",
    "\\",
    "\\200",
    "\\#",
    "é",
    "\0",
    "x" * 64,
    "192.0.2.1",
    ".",
    "..",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_text_gives_records_or_a_fault(file: Path, pieces: list[str]) -> None:
    file.write_text(" ".join(pieces))
    found, faults = read_master_file(file, ORIGIN)
    assert len(faults) <= 1
    assert all(record.place[1] >= 1 for record in found)
