"""Master files as octets: comments, names and strings of any octets, line numbers, includes, kinds of file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catcher.dns.wire import RRType, name_to_wire
from catcher.dns.zones.masterfiles.masterfile import MasterRecord, read_master_file, read_with_files

ORIGIN = name_to_wire("zone.example")


def records(folder: Path, octets: bytes) -> list[MasterRecord]:
    file = folder / "the.zone"
    file.write_bytes(octets)
    found, faults = read_master_file(file, ORIGIN)
    assert not faults
    return found


def fault(folder: Path, octets: bytes) -> str:
    file = folder / "the.zone"
    file.write_bytes(octets)
    (found,) = read_master_file(file, ORIGIN)[1]
    return str(found).replace(f"{folder}/", "")


def test_a_comment_may_hold_any_octets(tmp_path: Path) -> None:
    octets = bytes(n for n in range(256) if n != 10)
    found = records(tmp_path, b"; " + octets + b"\n" * 400 + b"; B\xfcro Z\xfcrich\na 300 A 192.0.2.1 ;\xff\n")
    assert [record.place[1] for record in found] == [402]


def test_octets_above_127_mean_themselves(tmp_path: Path) -> None:
    """As in BIND and NSD; a U-label is not made an A-label (RFC 2181 §11)."""
    found = records(tmp_path, 'straße 300 TXT "é" é \\200\\é\n'.encode())
    assert found[0].owner == b"\x07stra\xc3\x9fe" + ORIGIN
    assert found[0].rdata.head == b"\x02\xc3\xa9\x02\xc3\xa9\x03\xc8\xc3\xa9"
    latin = records(tmp_path, b'a 300 CAA 0 issue "\xfc"\n')
    assert latin[0].rdata.head.endswith(b"issue\xfc")


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_byte_order_mark_is_refused(tmp_path: Path, mark: bytes) -> None:
    assert fault(tmp_path, mark + b"a 300 A 192.0.2.1\n").startswith(
        "the.zone:1: the file begins with a byte order mark"
    )


def test_carriage_returns_end_lines_with_their_newline(tmp_path: Path) -> None:
    found = records(tmp_path, b"$TTL 300\r\n\r\na TXT (\r\n x\r\n )\r\nb TXT y\r\n")
    assert [(r.place[1], r.rdata.head) for r in found] == [(3, b"\x01x"), (6, b"\x01y")]


def test_lines_are_right_after_everything_that_spans_lines(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b'i 300 TXT "x\ny"\n\nj 300 TXT z\n')
    text = (
        b'$TTL 300\na TXT ( "x ; no comment\n\n" ; a comment )\n )\n; c\n'
        b'b TXT "p\nq"\n$INCLUDE part\n\nc TXT z\nd A nonsense\n'
    )
    file = tmp_path / "the.zone"
    file.write_bytes(text)
    found, (wrong,) = read_master_file(file, ORIGIN)
    places = [(Path(r.place[0]).name, r.place[1]) for r in found]
    assert places == [("the.zone", 2), ("the.zone", 7), ("part", 1), ("part", 4), ("the.zone", 11)]
    assert found[1].rdata.head == b"\x03p\nq"
    assert wrong.where == f"{file}:12"


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (b'\n\na 300 TXT (\n "open\n\n', "the.zone:3: a quotation mark isn't closed"),
        (b"\na 300 TXT ( x\n\nb 300 TXT y\n", "the.zone:2: a parenthesis isn't closed"),
        (b"\na 300 TXT x )\n", "the.zone:2: a parenthesis is closed that wasn't opened"),
        (b"\na 300 TXT x\\\ny\n", "the.zone:2: the line ends with a backslash"),
        (b"\na 300 TXT \\256\n", r"the.zone:2: an escape is \000 to \255"),
        (b"a 300\n", "the.zone:1: the record ends before its type"),
        (b"$TTL 1h 2h\n", "the.zone:1: $TTL has 2 words behind it"),
        (b"$ORIGIN\n", "the.zone:1: $ORIGIN has 0 words behind it"),
        (b"\n$INCLUDE .\n", "the.zone:2: the included file can't be read: it is not a regular file"),
    ],
)
def test_faults_of_form(tmp_path: Path, text: bytes, start: str) -> None:
    assert fault(tmp_path, text).startswith(start)


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [("2147483647", (1 << 31) - 1), ("1w2d3h4m5s", 788645), ("1H", 3600), ("1h30", 3630), ("0", 0), ("00060", 60)],
)
def test_ttls(tmp_path: Path, ttl: str, seconds: int) -> None:
    for text in (f"a {ttl} A 192.0.2.1\n", f"a IN {ttl} A 192.0.2.1\n", f"$TTL {ttl}\na A 192.0.2.1\n"):
        assert [record.ttl for record in records(tmp_path, text.encode())] == [seconds]


@pytest.mark.parametrize("ttl", ["2147483648", "4294967295", "4294967296", "9999999999w", "3551w"])
def test_a_ttl_above_31_bits_is_a_fault(tmp_path: Path, ttl: str) -> None:
    """RFC 2181 §8."""
    for text in (f"a {ttl} A 192.0.2.1\n", f"$TTL {ttl}\n"):
        assert "a TTL is 2147483647 seconds at most" in fault(tmp_path, text.encode())


@pytest.mark.parametrize("line", ['$INCLUDE "in here/part"', r"$INCLUDE in\ here/part", '$include "in here/part" sub'])
def test_the_path_of_an_include_may_be_quoted(tmp_path: Path, line: str) -> None:
    """It is relative to its own file, not to the folder of the process."""
    (tmp_path / "in here").mkdir()
    (tmp_path / "in here" / "part").write_text('a 300 A 192.0.2.1\n$INCLUDE "next" deeper\n')
    (tmp_path / "in here" / "next").write_text("b 300 A 192.0.2.2\n")
    found = records(tmp_path, f"{line}\nc 300 A 192.0.2.3\n".encode())
    below = "sub.zone.example" if line.endswith("sub") else "zone.example"
    names = [f"a.{below}", f"b.deeper.{below}", "c.zone.example"]
    assert [record.owner for record in found] == [name_to_wire(name) for name in names]


def test_the_files_that_were_read_are_told_once_each(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("a 300 A 192.0.2.1\n")
    file = tmp_path / "the.zone"
    file.write_text("$INCLUDE part x\n$INCLUDE part y\n")
    assert [Path(stamp.path).name for stamp in read_with_files(file, ORIGIN).files] == ["the.zone", "part"]


@pytest.mark.parametrize("kind", ["folder", "fifo", "device", "absent", "loop"])
def test_what_is_no_regular_file_is_a_fault_and_never_waited_for(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "the.zone"
    match kind:
        case "folder":
            file.mkdir()
        case "fifo":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/zero")
        case "loop":
            file.symlink_to(file)
    (found,) = read_master_file(file, ORIGIN)[1]
    assert found.where == str(file) and found.what.startswith("it can't be read: ")


def test_a_file_over_the_bound_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "the.zone"
    with file.open("wb") as sparse:
        sparse.truncate(5 << 30)
    (found,) = read_master_file(file, ORIGIN)[1]
    assert "octets, over 268435456" in found.what


def test_the_class_is_in(tmp_path: Path) -> None:
    found = records(tmp_path, b"a IN 300 A 192.0.2.1\nb 300 class1 A 192.0.2.1\n")
    assert [record.rrtype for record in found] == [RRType.A] * 2
    for other in (b"CH", b"hs", b"CLASS3", b"CLASS65536", b"CLASSx"):
        assert "is not IN" in fault(tmp_path, b"a 300 " + other + b" TXT x\n")
