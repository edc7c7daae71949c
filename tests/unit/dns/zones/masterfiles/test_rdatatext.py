"""RDATA of every type: obsolete types of RFC 1035, ``\\#`` for any type, and no error of a library gets out."""

from __future__ import annotations

from pathlib import Path

import dns.rdatatype
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.dns.wire import Rdata, name_to_wire
from catcher.dns.zones.masterfiles.masterfile import read_master_file
from catcher.dns.zones.masterfiles.rdatafields import is_name_at
from catcher.dns.zones.masterfiles.rdatatext import rdata_from_text
from catcher.dns.zones.wholezone import load_zone

ORIGIN = name_to_wire("zone.example")
A = b"\x01a" + ORIGIN
HEAD = "$TTL 300\n@ SOA ns hostmaster 1 2 3 4 60\n@ NS ns\n"


def rdata(folder: Path, data: str) -> Rdata:
    file = folder / "zone"
    file.write_text(f"x 300 {data}\n")
    (found,), faults = read_master_file(file, ORIGIN)
    assert not faults
    return found.rdata


@pytest.mark.parametrize(
    ("data", "octets"),
    [
        ("MB a", A),
        ("MG a", A),
        ("MR a", A),
        ("MD a", A),
        ("MF a", A),
        ("MINFO a .", A + b"\0"),
        (r"NULL \# 2 abcd", b"\xab\xcd"),
        ("NXT a A NXT", A + b"\x40\x00\x00\x02"),
        ("A6 0 2001:db8::1", bytes.fromhex("0020010db8000000000000000000000001")),
        ("A6 68 ::1234:5678:9abc:def0 a", bytes.fromhex("44023456789abcdef0") + A),
        ("EID abcd", b"\xab\xcd"),
        ("A6 128 a", b"\x80" + A),
        ("NIMLOC ab cd", b"\xab\xcd"),
        ("SINK 1 2 3 AAE=", b"\1\2\3\0\1"),
        ("TALINK a .", A + b"\0"),
        ("RKEY 1 2 3 AAE=", b"\0\1\2\3\0\1"),
        ("TA 1 13 2 abcd", b"\0\1\x0d\2\xab\xcd"),
        (r"AMTRELAY \# 2 0004", b"\0\4"),
        (r"LOC \# 1 ff", b"\xff"),
        (r"AMTRELAY \# 3 0a0000", None),
        (r"LOC \# 2 0012", None),
        ('DOA 0 1 2 "" -', b"\0\0\0\0\0\0\0\1\2\0"),
        (r"TYPE1 \# 4 c0000201", b"\xc0\0\2\1"),
        (r"MX \# 6 000a 016100 (", None),
        (r"MX \# 5 000a 016100", b"\0\x0a\1a\0"),
        (r"TYPE65535 \# 0", b""),
        ('HTTPS 1 . alpn="h2,h3"', b"\0\1\0\0\1\0\6\2h2\2h3"),
        ('TXT "a"b', b"\1a\1b"),
        (r'TXT "\"\;\032" \097', b'\3"; \1a'),
    ],
)
def test_octets(tmp_path: Path, data: str, octets: bytes | None) -> None:
    if octets is None:
        file = tmp_path / "zone"
        file.write_text(f"x 300 {data}\n")
        assert len(read_master_file(file, ORIGIN)[1]) == 1
    else:
        assert rdata(tmp_path, data).octets == octets


@pytest.mark.parametrize(
    "data",
    [
        r"A \# 3 010203",
        r"AAAA \# 4 c0000201",
        r"NS \# 4 01610001",
        r"NS \# 2 c00c",
        r"NS \# 1 41",
        r"MX \# 3 000a01",
        r"SOA \# 3 016100",
        r"SRV \# 6 000000000001",
        r"CNAME \# 0",
        r"DNAME \# 2 0000",
        r"TXT \# 0",
        r"TXT \# 2 0561",
        r"TYPE65280 \# 2 ab",
        r"TYPE65280 \# x ab",
        r"TYPE65280 \# 1 zz",
        r"TYPE65280 \# 65536 00",
        "TYPE65280 x",
        "NULL x",
        "A 192.0.2.01",
        "A 192.0.2",
        "A 192.0.2.1 x",
        "AAAA ::g",
        "MX 65536 a",
        "MX -1 a",
        "MX a",
        "TXT",
        "SOA a b 1 2 3 4",
        "SOA a b 4294967296 2 3 4 5",
        "LOC 42 21 54 N 71 06 18 W 99999999999m 30m",
        "LOC 42 21 54 N 71 06 18 W inf 30m",
        "LOC 90 0 0 N 180 0 0 E 42849673m",
        "OPT \\# 0",
        "ANY \\# 0",
        "AXFR \\# 0",
        "TSIG \\# 0",
        "TYPE0 \\# 0",
        "TYPE128 \\# 0",
        "TYPE65536 \\# 0",
        "ATMA x",
    ],
)
def test_what_is_no_data_is_a_fault_with_its_line(tmp_path: Path, data: str) -> None:
    file = tmp_path / "the.zone"
    file.write_text(f"{HEAD}x {data}\ny A 192.0.2.1\n")
    zone, (fault,) = load_zone("zone.example", file)
    assert zone is None and fault.where == f"{file}:4" and fault.what


def test_a_number_out_of_range_is_told_in_words(tmp_path: Path) -> None:
    """RFC 1876 §2 has 32 bits for an altitude."""
    file = tmp_path / "the.zone"
    file.write_text(HEAD + "x LOC 60 9 0.000 N 24 39 0.000 E 190000000.00m\n")
    (fault,) = load_zone("zone.example", file)[1]
    assert (fault.where, fault.what) == (f"{file}:4", "a number in the data of LOC is out of range")


@pytest.mark.parametrize(
    "error",
    [OverflowError("x"), RecursionError("x"), AssertionError(), UnicodeError("x"), KeyError("x"), TypeError("x")],
)
def test_an_error_of_any_kind_is_a_fault(tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise error

    monkeypatch.setattr("dns.rdata.from_text", wrong)
    file = tmp_path / "the.zone"
    file.write_text(HEAD + "x LOC 0 0 0 N 0 0 0 E 0m\n")
    (fault,) = load_zone("zone.example", file)[1]
    assert fault.where == f"{file}:4" and fault.what


NUMBERS = ["0", "-1", "1", "255", "256", "65535", "65536", "4294967296", "9" * 30, "1.5", "inf", "NaN", "1e9", "-0"]
WORDS = [
    *NUMBERS,
    "99999999999m",
    "-99999999m",
    "N",
    "E",
    "W",
    ".",
    "..",
    "a",
    "a.",
    "@",
    "x" * 64,
    "\\#",
    "\\000",
    "\\",
]
WORDS += ["192.0.2.1", "::1", "!1:0.0.0.0/33", "1:192.0.2.0/24", "AA==", "A", "abcd", "-", '"a b"', '""', '"', "(", ")"]
WORDS += [
    "20260101000000",
    "key65535=x",
    "mandatory=alpn",
    "alpn=",
    'alpn="h2"',
    "é",
    "\0",
    ";",
    "tcp",
    "smtp",
    "PGP",
    "$",
]
TYPES = sorted({rrtype.name.replace("_", "-") for rrtype in dns.rdatatype.RdataType} | {"TYPE1", "TYPE55", "TYPE65280"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=400)
@given(st.sampled_from(TYPES), st.lists(st.sampled_from(WORDS), max_size=12))
def test_any_record_of_any_type_is_a_zone_or_a_fault(tmp_path: Path, rrtype: str, words: list[str]) -> None:
    file = tmp_path / "the.zone"
    file.write_text(f"{HEAD}x {rrtype} {' '.join(words)}\n")
    zone, faults = load_zone("zone.example", file)
    assert (zone is None) == bool(faults)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.integers(0, 65_535), st.binary(max_size=40))
def test_any_octets_of_any_type_are_data_or_a_fault(tmp_path: Path, rrtype: int, octets: bytes) -> None:
    file = tmp_path / "the.zone"
    file.write_text(f"x 300 TYPE{rrtype} \\# {len(octets)} {octets.hex()}\n")
    found, faults = read_master_file(file, ORIGIN)
    assert len(found) + len(faults) == 1
    if found:
        assert found[0].rdata.octets == octets
        for name in found[0].rdata.names:
            assert is_name_at(name, 0) == len(name)


@settings(deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=20), max_size=6), st.sampled_from([1, 2, 6, 13, 16, 29, 42, 64, 257]))
def test_words_of_any_octets_are_data_or_an_error(words: list[bytes], rrtype: int) -> None:
    try:
        made = rdata_from_text(rrtype, words, ORIGIN)
    except Exception as error:
        assert not isinstance(error, MemoryError)
    else:
        assert len(made.octets) <= 65_535


def test_generic_data_has_as_many_octets_as_a_length_of_16_bits_tells(tmp_path: Path) -> None:
    file = tmp_path / "the.zone"
    for octets, faults in ((65_535, 0), (65_536, 1), (99_999, 1)):
        file.write_text(f"$TTL 300\na TYPE65280 \\# {octets} {'00' * octets}\n")
        assert len(read_master_file(file, ORIGIN)[1]) == faults
