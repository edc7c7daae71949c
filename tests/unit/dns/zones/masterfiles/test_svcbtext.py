"""Parameters of SVCB and HTTPS: the test vectors of RFC 9460, appendix D, and what is none."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.dns.wire import name_to_wire
from catcher.dns.zones.masterfiles.masterfile import read_master_file
from catcher.dns.zones.masterfiles.svcbtext import check_svcparams

ORIGIN = name_to_wire("example.com")
FOO = "03666f6f076578616d706c6503636f6d00"
FOO_ORG = "03666f6f076578616d706c65036f726700"


def read(folder: Path, data: str) -> bytes | str:
    """The RDATA in hexadecimal digits, or the fault."""
    file = folder / "zone"
    file.write_bytes(f"x 300 SVCB {data}\n".encode("latin-1"))
    found, faults = read_master_file(file, ORIGIN)
    return faults[0].what if faults else found[0].rdata.octets.hex()


@pytest.mark.parametrize(
    ("data", "octets"),
    [
        ("0 foo.example.com.", "0000" + FOO),
        ("1 .", "000100"),
        ("16 foo.example.com. port=53", "0010" + FOO + "000300020035"),
        ("1 foo.example.com. key667=hello", "0001" + FOO + "029b000568656c6c6f"),
        (r'1 foo.example.com. key667="hello\210qoo"', "0001" + FOO + "029b000968656c6c6fd2716f6f"),
        (
            '1 foo.example.com. (\n ipv6hint="2001:db8::1,2001:db8::53:1"\n )',
            "0001" + FOO + "00060020" + "20010db8000000000000000000000001" + "20010db8000000000000000000530001",
        ),
        (
            '1 example.com. (\n ipv6hint="2001:db8:122:344::192.0.2.33"\n )',
            "0001076578616d706c6503636f6d000006001020010db8012203440000" + "0000c0000221",
        ),
        (
            "16 foo.example.org. (\n alpn=h2,h3-19 mandatory=ipv4hint,alpn\n ipv4hint=192.0.2.1\n )",
            "0010" + FOO_ORG + "0000000400010004000100090268320568332d313900040004c0000201",
        ),
        (r'16 foo.example.org. alpn="f\\\\oo\\,bar,h2"', "0010" + FOO_ORG + "0001000c08665c6f6f2c626172026832"),
        (r"16 foo.example.org. alpn=f\\\092oo\092,bar,h2", "0010" + FOO_ORG + "0001000c08665c6f6f2c626172026832"),
        ("0 . alpn=h2", "00000000010003026832"),
        ("1 . ech=AQID ohttp", "00010000050003010203" + "00080000"),
        (r"1 . key1=\002h2", "00010000010003026832"),
        ("1 . dohpath=/q{?dns}", "000100" + "0007" + "0008" + b"/q{?dns}".hex()),
        ("1 . docpath=a,b", "000100" + "000a000401610162"),
        ("1 . docpath", "000100000a0000"),
    ],
)
def test_octets_of_parameters(tmp_path: Path, data: str, octets: str) -> None:
    assert read(tmp_path, data) == octets


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("1 foo key123=abc key123=def", "the parameter key123 comes twice"),
        ("1 foo mandatory", "the value of the parameter mandatory is not of its form"),
        ("1 foo alpn", "the value of the parameter alpn is not of its form"),
        ("1 foo port", "the value of the parameter port is not of its form"),
        ("1 foo ipv4hint", "the value of the parameter ipv4hint is not of its form"),
        ("1 foo ipv6hint", "the value of the parameter ipv6hint is not of its form"),
        ("1 foo dohpath", "the value of the parameter dohpath is not of its form"),
        ("1 foo no-default-alpn=abc alpn=h2", "no-default-alpn has no value"),
        ("1 foo mandatory=key123", "mandatory names keys that are there"),
        ("1 foo mandatory=mandatory", "mandatory names keys that are there"),
        ("1 foo mandatory=key123,key123 key123=abc", "mandatory names keys that are there"),
        ("1 foo no-default-alpn", "no-default-alpn needs alpn"),
        ("1 foo alpn=h2,", "a list has an empty item"),
        ("1 foo alpn=,h2", "a list has an empty item"),
        (r"1 foo alpn=h\\2", "a list has an empty item, or a backslash"),
        ("1 foo alpn=" + "x" * 256, "an item of a list has over 255 octets"),
        ("1 foo key00007=ab", "key00007 is no key"),
        ("1 foo key65536=ab", "key65536 is no key"),
        ("1 foo unknown=ab", "unknown is no key"),
        ('1 foo "alpn=h2"', "a parameter is written key or key=value"),
        ('1 foo alpn=h2"h3"', "a value is quoted as a whole"),
        ('1 foo alpn"h3"', "a value is quoted as a whole"),
        ("1 foo port=65536", "a port is"),
        ("1 foo ech=%%", "the value of ech is not base64"),
        ("1 foo ipv4hint=2001:db8::1", '"2001:db8::1" is not an address'),
        ("1 foo key3=a", "the value of the parameter port is not of its form"),
        (r"\# 9 000100 0003 0002 00", r"\# is followed by"),
        (r"\# 13 000100 0003 0002 0001 0001 0000", "the keys of the parameters don't rise"),
        (r"\# 8 000100 0003 0002 00", "a parameter ends too early"),
    ],
)
def test_what_is_no_parameter(tmp_path: Path, data: str, what: str) -> None:
    assert str(read(tmp_path, data)).startswith(what)


KEYS = st.sampled_from(["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ipv6hint", "key9", "key65000"])
VALUES = st.sampled_from(["", "=", "=h2", "=h2,h3", "=alpn", "=port,alpn", "=53", "=192.0.2.1", "=::1", '="a b"'])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(KEYS, VALUES).map("".join), max_size=4))
def test_as_dnspython_reads_them(tmp_path: Path, params: list[str]) -> None:
    data = f"1 . {' '.join(params)}"
    try:
        told = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.SVCB, data)
        theirs: bytes | None = told.to_wire()
    except Exception:
        theirs = None
    ours = read(tmp_path, data)
    assert (bytes.fromhex(str(ours)) if theirs is not None else theirs) == theirs


@given(st.binary(max_size=40))
def test_any_octets_are_parameters_or_a_fault_of_value(octets: bytes) -> None:
    with suppress(ValueError):
        assert check_svcparams(octets, 0) == len(octets)
