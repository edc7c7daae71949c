"""The EDNS compliance tests of ISC (ednscomp, genreport) as dig sends them: catcher passes all, as Knot and BIND do.

A case tells what the reply must show and what it must not show (RFC 1035 §4.1.1, RFC 6891 §6.1, §7, RFC 8906 §8).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.support.peers import peer
from tests.support.replykinds import SERVERS, serving

SOA = r"(?m)^typo\.test\.\s+\d+\s+IN\s+SOA"
EDNS = r"EDNS: version: 0, flags:"
NOERROR, AA = "status: NOERROR", r"flags: qr aa[ ;]"
ANSWER = (NOERROR, AA, SOA)
MBZ = "MBZ"
"""dig's word for a flag that must be zero."""


class DigCase(NamedTuple):
    """One query."""

    options: str
    shows: tuple[str, ...]
    hides: tuple[str, ...] = ()


def _edns(options: str, *more: str, hides: tuple[str, ...] = ()) -> DigCase:
    """An answer with EDNS of version 0, without flags or options that are not known."""
    return DigCase(f"soa {options}", (*ANSWER, EDNS, *more), (MBZ, "OPT=100", *hides))


def _badvers(options: str) -> DigCase:
    shown = ("status: BADVERS", EDNS)
    return DigCase(f"soa +edns=1 +noednsnegotiation {options}", shown, (SOA, MBZ, "OPT=100"))


COOKIE, SUBNET = "+cookie=0102030405060708", "+subnet=0.0.0.0/0"
CASES = {
    "dns": DigCase("soa +noedns", ANSWER, ("EDNS",)),
    "aa": DigCase("soa +noedns +aaflag", ANSWER, ("EDNS",)),
    "ad": DigCase("soa +noedns +adflag", ANSWER),
    "cd": DigCase("soa +noedns +cdflag", (NOERROR, SOA)),
    "ra": DigCase("soa +noedns +raflag", ANSWER),
    "rd": DigCase("soa +noedns +recurse", (NOERROR, SOA, "flags: qr aa rd[ ;]")),
    "tc": DigCase("soa +noedns +tcflag +ignore", ANSWER),
    "zflag": DigCase("soa +noedns +zflag", ANSWER, (MBZ,)),
    "opcode": DigCase("+noedns +opcode=15 +header-only", ("opcode: RESERVED15, status: NOTIMP",), (SOA, MBZ)),
    "opcodeflg": DigCase(
        "+noedns +opcode=15 +header-only +tcflag +ignore +recurse +cdflag +adflag +aaflag +raflag +zflag",
        ("opcode: RESERVED15, status: NOTIMP",),
        (SOA, MBZ),
    ),
    "type666": DigCase("type666 +noedns", (NOERROR, AA, "ANSWER: 0, AUTHORITY: 1", SOA)),
    "tcp": DigCase("soa +noedns +tcp", ANSWER),
    "edns": _edns("+edns=0"),
    "edns1": _badvers(""),
    "edns@512": DigCase(
        "big.typo.test txt +edns=0 +dnssec +bufsize=512 +ignore", (NOERROR, EDNS, "flags: qr aa tc[ ;]")
    ),
    "ednsopt": _edns("+edns=0 +ednsopt=100"),
    "edns1opt": _badvers("+ednsopt=100"),
    "do": _edns("+dnssec", "flags: do;"),
    "docd": _edns("+dnssec +cdflag", "flags: do;"),
    "edns1do": _badvers("+dnssec"),
    "ednsflags": _edns("+edns=0 +ednsflags=0x40"),
    "edns1flags": _badvers("+ednsflags=0x40"),
    "ednsnsid": _edns("+edns=0 +nsid"),
    "ednscookie": _edns(f"+edns=0 {COOKIE}"),
    "ednsexpire": _edns("+edns=0 +expire"),
    "ednssubnet": _edns(f"+edns=0 {SUBNET}"),
    "ednspadding": _edns("+edns=0 +padding=128"),
    "edns1cookie": _badvers(COOKIE),
    "edns1nsid": _badvers("+nsid"),
    "edns1subnet": _badvers(SUBNET),
    "optlist": _edns(f"+edns=0 +nsid {SUBNET} +expire {COOKIE}"),
    "dolist": _edns(f"+dnssec +nsid {SUBNET} +expire {COOKIE}", "flags: do;"),
    "ednstcp": _edns("+edns=0 +tcp"),
    "edns512tcp": DigCase(
        "big.typo.test txt +edns=0 +dnssec +bufsize=512 +tcp", (NOERROR, EDNS, AA, r"ANSWER: 12,", "flags: do;")
    ),
    "edns512retry": DigCase(
        "big.typo.test txt +edns=0 +bufsize=512", ("Truncated, retrying in TCP mode", "ANSWER: 12,")
    ),
    "zero ID": DigCase("soa +edns=0 +qid=0", (*ANSWER, "id: 0$", EDNS)),
    "opcode with EDNS": DigCase("soa +edns=0 +opcode=15", ("opcode: RESERVED15, status: NOTIMP", EDNS), (MBZ,)),
    "NOTIFY with EDNS": DigCase("soa +edns=0 +opcode=notify", ("opcode: NOTIFY", EDNS), (MBZ,)),
    "UPDATE with EDNS": DigCase("soa +edns=0 +opcode=update", ("opcode: UPDATE", EDNS), (MBZ,)),
}
"""ISC's names, and four of our own."""
PEERS_FAIL = {
    "NSD": {"opcode with EDNS", "NOTIFY with EDNS", "UPDATE with EDNS", "opcodeflg"},
    "Knot": set[str](),
    "BIND": set[str](),
}
"""What a peer doesn't do as demanded."""


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    with serving(tmp_path_factory.mktemp("servers")) as found:
        yield found


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("case", CASES)
def test_the_reply_is_as_demanded(ports: dict[str, int], server: str, case: str) -> None:
    options, shows, hides = CASES[case]
    words = options.split()
    question = words if "typo.test" in words[0] else ["typo.test", *words]
    cookie = [] if COOKIE in words else ["+nocookie"]
    command = [str(peer("dig")), "@127.0.0.1", "-p", str(ports[server]), "+norecurse", "+noadflag", *cookie, *question]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30).stdout
    faults = [f"lacks {want}" for want in shows if not re.search(want, said, re.MULTILINE)]
    faults += [f"has {hide}" for hide in hides if re.search(hide, said)]
    assert bool(faults) is (case in PEERS_FAIL.get(server, set())), (faults, said)
