"""A TLD's zone is taken in any packing and from a pipe, and refused where it is cut or can't be read to the letter.

Longer than others: each packing and each way to break off is a case.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.catalogue.tldzone import TldZoneFile, ZoneRecord, packing
from catcher.model.errors import ConfigurationError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SOA = "ml.\t86400\tin\tsoa\ta.ns.ml. hostmaster.ml. 2026112901 7200 3600 1209600 3600\n"
BODY = "army.ml.\t86400\tin\tns\tns1.sink.example.\n"
ZONE = (SOA + BODY + SOA).encode()


def read(data: bytes) -> list[ZoneRecord]:
    return [record for batch in TldZoneFile(io.BytesIO(data), "ml.zone").records() for record in batch]


def fault(data: bytes | str) -> str:
    with pytest.raises(ConfigurationError) as error:
        read(data if isinstance(data, bytes) else data.encode())
    return str(error.value)


def tar(*files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for number, data in enumerate(files):
            member = tarfile.TarInfo(f"ml/{number}.zone")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "gzip, two members": lambda data: gzip.compress(data[:50]) + gzip.compress(data[50:]),
    "gzip, filled up with zeros": lambda data: gzip.compress(data) + bytes(700),
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": zstd.compress,
    "tar": tar,
    "tar.gz": lambda data: gzip.compress(tar(data)),
    "gz in a tar in zstd": lambda data: zstd.compress(tar(gzip.compress(data))),
}


@pytest.mark.parametrize("form", PACKED)
def test_packings(form: str) -> None:
    assert read(PACKED[form](ZONE)) == [ZoneRecord(b"army.ml", b"ns", b"ns1.sink.example", 2)]


@pytest.mark.parametrize("form", [form for form in PACKED if form != "plain"])
def test_a_packed_file_that_is_cut_is_a_fault(form: str) -> None:
    whole = PACKED[form](ZONE)
    end = 600 if form == "tar" else len(whole) - (705 if "zeros" in form else 5)
    assert "damaged" in fault(whole[:end]) or "cut off" in fault(whole[:end])


@pytest.mark.parametrize("form", ["gzip", "xz", "bzip2", "zstd"])
def test_what_follows_a_packed_stream_is_a_fault(form: str) -> None:
    assert fault(PACKED[form](ZONE) + b"more").endswith(f": the {form} stream is damaged; give the whole file")


def test_an_archive_that_is_cut_between_its_files_is_a_fault() -> None:
    """The first file alone reads as a whole one; the blocks of zeros at the end are what is missing."""
    first = 512 + -(-len(ZONE) // 512) * 512
    for end in (512 + len(ZONE), first):
        assert "cut off" in fault(tar(ZONE, ZONE)[:end])
    assert "it is cut off" in fault(tar(ZONE) + b"more")


def test_archives_that_hold_no_one_zone() -> None:
    assert "more than one file" in fault(tar(ZONE, ZONE))
    assert "it is a zip archive" in fault(b"PK\x03\x04" + bytes(600))
    data = ZONE
    for _ in range(6):
        data = gzip.compress(data)
    assert "packed over 4 times" in fault(data)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_a_stream_that_grows_without_end_is_a_fault(
    pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "FREE_OCTETS", 1 << 16)
    assert "unpacks to over 400 times its size" in fault(pack(ZONE + b"\n" * (1 << 20)))


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_a_large_zone_is_read_however_well_it_is_packed(
    pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond what may come out whatever went in, each octet in stands for some out."""
    monkeypatch.setattr(packing, "FREE_OCTETS", 1 << 10)
    large = ZONE + b"".join(b"; line %d of the zone\n" % number for number in range(4000))
    assert len(large) > 4 * len(pack(large)) > 1 << 11
    assert len(read(pack(large))) == 1


def test_a_pipe() -> None:
    reading, writing = os.pipe()
    os.write(writing, gzip.compress(ZONE))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        (batch,) = TldZoneFile(pipe, "stdin").records()
    assert len(batch) == 1


LINES = """\
ml.\t\t\t300{}SOA\ta.nic.ml. hostmaster.nic.ml. 2901 7200 900 1209600 300
army.ml.\t\t300{}NS\tns1.sink.example.
"""
MULTILINE = """\
ml.\t\t\t300 IN SOA a.nic.ml. hostmaster.nic.ml. (
\t\t\t\t2901       ; serial
\t\t\t\t7200       ; refresh (2 hours)
\t\t\t\t900        ; retry (15 minutes)
\t\t\t\t1209600    ; expire (2 weeks)
\t\t\t\t300        ; minimum (5 minutes)
\t\t\t\t)
army.ml.\t\t300 IN NS ns1.sink.example.
"""
KNOT = """\
;; Zone dump (Knot DNS 3.2.6)
ml.                 \t300\tSOA\ta.nic.ml. hostmaster.nic.ml. 2901 7200 900 1209600 300
army.ml.            \t300\tNS\tns1.sink.example.
"""
NSD = """\
; zone ml written by NSD 4.6.1 on Mon Nov 30 07:10:09 2026
; received update to serial 2901 at 2026-11-30T07:10:08 from 192.0.2.1
$ORIGIN .
ml\t300\tIN\tSOA\ta.nic.ml. hostmaster.nic.ml. (
\t\t2901 7200 900 1209600 300 )
\t300\tIN\tNS\ta.nic.ml.
$ORIGIN ml.
army\t300\tIN\tNS\tns1.sink.example.
"""
COMPILED = """\
ml.\t\t\t\t\t      300 IN SOA\ta.nic.ml. hostmaster.nic.ml. 2901 7200 900 1209600 300
army.ml.\t\t\t\t      300 IN NS\t\tns1.sink.example.
"""
LDNS = LINES.replace("\t\t\t", "\t").replace("\t\t", "\t").format("\tIN\t", "\tIN\t")
HOST = """\
Using domain server:
Name: 192.0.2.1
Address: 192.0.2.1#53
Aliases:

ml name server a.nic.ml.
army.ml name server ns1.sink.example.
"""
DIG = "\n; <<>> DiG 9.18.49-1~deb12u3-Debian <<>> ml axfr\n;; global options: +cmd\n"
CUT = {
    "without its closing SOA": SOA + BODY,
    "dig's": DIG + SOA.replace("in\tsoa", "IN SOA") + BODY,
    "kdig's": ";; AXFR for ml.\n" + SOA.replace("\t", " ") + BODY,
    "dig's with +onesoa": DIG
    + LINES.format("\tIN\t", "\tIN\t")
    + ";; Query time: 0 msec\n;; XFR size: 3 records (messages 1, bytes 231)\n",
    "dig's records alone": LINES.format("\tIN\t", "\tIN\t"),
    "dig's with +nocl": LINES.format("\t", "\t"),
    "dig's with +nottlid": LINES.format("\tIN\t", "\tIN\t").replace("\t300\t", "\t"),
    "dig's with +ttlunits": LINES.format("\tIN\t", "\tIN\t").replace("\t300\t", "\t5m\t"),
    "dig's with +multiline": MULTILINE,
    "dig's of a long apex": "xn--vermgensberatung-pwb. 300\tIN\tSOA\ta. b. 1 2 3 4 5\n" + BODY,
    "kdig's records alone": "ml.                 \t300\tIN\tSOA\ta. b. 1 2 3 4 5\n" + BODY,
    "kdig's with +nottl": "ml.                 \tIN\tSOA\ta. b. 1 2 3 4 5\n" + BODY,
    "kdig's with +nottl and +noclass": "ml.                 \tSOA\ta. b. 1 2 3 4 5\n" + BODY,
    "kdig's with +noclass": "ml.                 \t300\tSOA\ta. b. 1 2 3 4 5\n" + BODY,
    "drill's": LDNS,
    "Knot's zone file": KNOT,
    "host's list": HOST,
    "dig's error": SOA + BODY + ";; communications error to 192.0.2.1#53: end of file\n" + SOA,
    "dig's word": "$TTL 1\n" + SOA + BODY + "; Transfer failed.\n",
    "no servers": SOA + BODY + ";; no servers could be reached\n" + SOA,
    "timed out": SOA + BODY + ";; connection timed out; no servers could be reached\n" + SOA,
    "a warning": SOA + BODY + ";; Warning: Message parser reports malformed message packet.\n" + SOA,
    "kdig's error": SOA + BODY + ";; ERROR: failed to query server 192.0.2.1@53(TCP)\n" + SOA,
    "kdig's warning": SOA + BODY + ";; WARNING: response timeout for 192.0.2.1@53(TCP)\n" + SOA,
    "drill's error": SOA + BODY + "Error in AXFR: could not read packet\n" + SOA,
    "records behind the closing SOA": SOA + BODY + SOA + BODY,
    "two states": SOA + BODY + SOA.replace("2901", "2902"),
}


@pytest.mark.parametrize("case", CUT)
def test_a_transfer_that_broke_off(case: str) -> None:
    assert fault(CUT[case])


WHOLE = {
    "dig's": DIG + SOA + BODY + SOA + ";; Query time: 4 msec\n;; XFR size: 3 records (messages 1, bytes 200)\n",
    "with a TSIG record": SOA + BODY + SOA + "key. 0 ANY TSIG hmac-sha256. 1606700000 300 4 AAAA 7 NOERROR 0\n",
    "a master file": "$TTL 300\n" + SOA + BODY,
    "dig's with +multiline": MULTILINE + MULTILINE[: MULTILINE.index("army")],
    "NSD's zone file": NSD,
    "Knot's zone file": KNOT + ";; Written 2 records\n;; Time 2026-11-30 07:11:07 UTC\n",
    "named-compilezone's": COMPILED,
    "ldns-read-zone's below $TTL": "$TTL 300\n" + LDNS,
    "by hand, with an absolute apex": "ml. IN SOA a.nic.ml. hostmaster.ml. (\n 1 2 3 4 5 )\n" + BODY,
    "by hand, with blanks": "ml. 300 IN SOA a.nic.ml. hostmaster.ml. 1 2 3 4 5\n" + BODY,
    "by hand, with tabs": "ml.\tIN\tSOA\ta.nic.ml. hostmaster.ml. 1 2 3 4 5\n" + BODY,
    "a comment of the registry": "; Warning: this file is generated\n$TTL 300\n" + SOA + BODY,
    "the SOA last": BODY + SOA,
    "the SOA in between": BODY + SOA + BODY,
}


@pytest.mark.parametrize("case", WHOLE)
def test_a_zone_that_is_whole(case: str) -> None:
    assert b"army.ml" in {record.owner for record in read(WHOLE[case].encode())}


UNKNOWN = {
    "a field": "navy\t[AGE:3636591]\t1200\tNS\tns1.hoster.example.",
    "a TTL": "navy 1111111111111111111111111111111111111111x NS a.b.",
    "an endless TTL": f"navy {'1' * 5000}x NS a.b.",
    "a TTL out of range": "navy 4294967296 NS a.b.",
    "two TTLs": "navy 300 300 NS a.b.",
    "two classes": "navy IN IN NS a.b.",
    "a type": "navy IN NOTATYPE a.b.",
    "a type of queries": "navy IN AXFR a.b.",
    "a number of a type": "navy TYPE99999 \\# 0",
    "a field behind the data": "navy NS a.b. [AGE:1]",
    "a field behind an address": "navy A 192.0.2.1 x",
    "no address": "navy A 192.0.2.256",
    "a label of 64 octets": f"{'a' * 64} NS a.b.",
    "a form feed between fields": "navy\x0cNS a.b.",
    "a vertical tab behind the owner": "navy\x0b NS a.b.",
    "a carriage return within": "na\rvy NS a.b.",
    "a zero octet": "navy NS a\0.b.",
    "a zero octet for a line": "\0",
    "an escape of two digits": "navy\\09 NS a.b.",
    "an empty label": "navy..x NS a.b.",
    "a long name": f"{'.'.join(['a' * 60] * 5)} NS a.b.",
    "a serial of many digits": "ml. SOA a. b. " + "1" * 4301 + " 1 2 3 4",
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_no_rfc_knows_is_a_fault_with_its_line(case: str) -> None:
    assert fault("$ORIGIN ml.\n" + SOA + UNKNOWN[case] + "\n" + BODY).startswith("ml.zone:3: ")


KNOWN = ["TYPE65280 \\# 2 0102", "MB a.b.", "WALLET x", "LOC 42 21 54 N 71 06 18 W 24m 30m", "X25 1", "NSEC a.ml. A"]


@pytest.mark.parametrize("rdata", KNOWN)
def test_registered_types_are_known(rdata: str) -> None:
    read(f"{SOA}navy {rdata}\n{BODY}{SOA}".encode())


WORDS = [
    "army",
    "ml.",
    "300",
    "IN",
    "NS",
    "MX",
    "SOA",
    "A",
    "x",
    "(",
    ")",
    '"',
    "\\",
    ";",
    "$ORIGIN",
    "$TTL",
    "TXT",
    "TYPE1",
    "\\#",
    "4",
    "@",
    "*.",
    "..",
    "\x00",
    "é",
    "LOC",
    "[AGE:1]",
]
PIECES = st.sampled_from([*WORDS, " ", "\t", "\n", "1" * 60, SOA, BODY, DIG])


@given(st.lists(PIECES, max_size=60), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_records_or_a_fault_and_never_slowly(pieces: list[str], packed: bool) -> None:
    """Hypothesis' deadline of 200 ms for each example stands for the bound in time."""
    data = "".join(pieces).encode()
    try:
        read(gzip.compress(data) if packed else data)
    except ConfigurationError as error:
        assert len(error.faults) == 1


@given(st.binary(max_size=300), st.sampled_from(sorted(PACKED)))
def test_damage_of_any_octets_is_told(noise: bytes, form: str) -> None:
    whole = PACKED[form](ZONE)
    at = len(noise) % len(whole)
    for data in (noise, whole[:at] + noise + whole[at:], whole[:at] + noise):
        try:
            read(data)
        except ConfigurationError as error:
            assert len(error.faults) == 1


def test_names_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="it can't be read"):
        list(TldZoneFile(tmp_path, "ml.zone").records())
