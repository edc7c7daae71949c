"""Which kinds of reply four servers give: `python -m tests.support.replykinds` prints tests/cases/replies/kinds.txt.

Each message asks for the SOA of typo.test. It varies in opcode, wholeness, number of questions, class and EDNS. A cell
tells the reply's rcode, AA, TC, number of questions, and whether it holds an OPT, with DO.
"""

from __future__ import annotations

import itertools
import re
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import dns.exception
import dns.message
import dns.rcode

from tests.support.authoritative import knot, knot_zones, named, nsd, nsd_zones
from tests.support.peers import peer
from tests.support.server import Server

_CASES = Path(__file__).parents[1] / "cases"
_ZONE = _CASES / "probe" / "typo.test.zone"
TABLE = _CASES / "replies" / "kinds.txt"
SERVERS = ("catcher", "NSD", "Knot", "BIND")
_AT_ONCE = 32
LIMITED = "limited"
"""The cell of BIND for class CH, of which it sends three replies a second."""
_PATIENCE_SECONDS = 0.5
_TRIES = 3
"""A message without a reply is sent so often: on a busy machine a reply may be late."""


class ReplyCase(NamedTuple):
    """One message."""

    opcode: str
    message: str
    questions: str
    rdclass: str
    edns: str


_HEAD = """\
# What catcher, NSD, Knot and BIND reply to a message for the SOA of typo.test, by what the message is like.
# A cell: rcode, AA, TC, number of questions echoed, OPT with DO. Made by: python -m tests.support.replykinds
# catcher: an OPT wherever one can be read (RFC 6891 6.1.1); tests/conformance/test_reply_kinds.py holds this and
# explains each rcode that no peer has.
"""


def _opt(options: bytes = b"", *, version: int = 0, flags: int = 0, length: int | None = None) -> bytes:
    size = len(options) if length is None else length
    return b"\0" + struct.pack("!HHBBHH", 41, 1232, 0, version, flags, size) + options


_NAME = b"\4typo\4test\0"
_ANSWER = b"\xc0\x0c" + struct.pack("!HHIH", 6, 1, 0, 22) + b"\0\0" + bytes(20)
"""A SOA, as it stands in a NOTIFY (RFC 1996 §3.7)."""
_OPCODES = {"QUERY": 0, "NOTIFY": 4, "UPDATE": 5, "IQUERY": 1, "STATUS": 2, "3": 3, "DSO": 6, "15": 15}
_CLASSES = {"IN": 1, "CH": 3, "NONE": 254, "ANY": 255, "666": 666}
_EDNS = {
    "none": [],
    "OPT": [_opt()],
    "DO": [_opt(flags=0x8000)],
    "version 1": [_opt(version=1)],
    "bad cookie": [_opt(b"\0\x0a\0\7clientI")],
    "bad option": [_opt(b"\xfd\xe9\0\2x")],
    "two OPTs": [_opt(), _opt()],
    "cut OPT": [_opt(length=9)],
}
_WHOLE = "whole"
_MESSAGES = (_WHOLE, "TC set", "octets behind", "an answer", "cut in question", "11 octets", "response")
_COLUMNS = (tuple(_OPCODES), _MESSAGES, ("1", "0", "2"), tuple(_CLASSES), tuple(_EDNS))


def cases() -> list[ReplyCase]:
    """All messages: classes vary where there is one question; a message that isn't whole has one, of class IN."""
    whole = [
        ReplyCase(opcode, _WHOLE, questions, rdclass, edns)
        for opcode, questions, rdclass, edns in itertools.product(_OPCODES, ("1", "0", "2"), _CLASSES, _EDNS)
        if questions == "1" or rdclass == "IN"
    ]
    other = [
        ReplyCase(opcode, message, "1", "IN", edns)
        for opcode, message, edns in itertools.product(_OPCODES, _MESSAGES[1:], ("none", "OPT", "version 1"))
    ]
    return whole + other


def octets(case: ReplyCase, number: int) -> bytes:
    """The message with ``number`` as its ID."""
    opts = _EDNS[case.edns]
    flags = _OPCODES[case.opcode] << 11
    flags |= {"TC set": 0x0200, "response": 0x8000}.get(case.message, 0)
    answer = [_ANSWER] if case.message == "an answer" else []
    question = _NAME + struct.pack("!HH", 6, _CLASSES[case.rdclass])
    head = struct.pack("!HHHHHH", number, flags, int(case.questions), len(answer), 0, len(opts))
    whole = head + question * int(case.questions) + b"".join(answer + opts)
    match case.message:
        case "octets behind":
            return whole + b"junk"
        case "cut in question":
            return whole[: 12 + len(_NAME) + 2]
        case "11 octets":
            return whole[:11]
    return whole


def kind(reply: bytes | None) -> str:
    """The cell of a reply."""
    if reply is None:
        return "silent"
    flags, questions = struct.unpack("!HH", reply[2:6])
    rcode, opt = flags & 15, ""
    try:
        read = dns.message.from_wire(reply[:2] + b"\x80" + reply[3:])
        rcode = read.rcode()
        opt = "" if read.edns < 0 else " OPT DO" if read.ednsflags & 0x8000 else " OPT"
    except dns.exception.DNSException:
        opt = " unreadable"
    shown = "".join(f" {name}" for name, bit in (("AA", 0x400), ("TC", 0x200)) if flags & bit)
    return f"{dns.rcode.to_text(dns.rcode.Rcode(rcode))}{shown} q{questions}{opt}"


def replies(server: str, port: int, asked: Sequence[ReplyCase]) -> list[str]:
    """The cells of one server."""
    found: dict[int, bytes] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        client.settimeout(_PATIENCE_SECONDS)
        for _ in range(_TRIES):
            missing = [number for number in range(len(asked)) if number not in found]
            for first in range(0, len(missing), _AT_ONCE):
                batch = missing[first : first + _AT_ONCE]
                for number in batch:
                    client.send(octets(asked[number], number))
                try:
                    while not found.keys() >= set(batch):
                        reply = client.recv(4096)
                        found[int.from_bytes(reply[:2])] = reply
                except TimeoutError:
                    continue
    return [
        LIMITED if server == "BIND" and case.rdclass == "CH" else kind(found.get(number))
        for number, case in enumerate(asked)
    ]


@contextmanager
def serving(folder: Path) -> Iterator[dict[str, int]]:
    """The four servers on typo.test; their ports."""
    server = Server(folder / "sink")
    server.config.write_text(server.config.read_text() + f'[[dns.zone]]\nname = "typo.test"\nfile = "{_ZONE}"\n')
    zones = {"typo.test": _ZONE}
    with ExitStack() as stack:
        first = stack.enter_context(nsd(folder / "nsd", nsd_zones(zones), "typo.test"))
        second = stack.enter_context(knot(folder / "knot", knot_zones(zones), "typo.test"))
        third = stack.enter_context(named(folder / "named", zones, "typo.test"))
        server.start()
        stack.callback(server.kill)
        yield dict(zip(SERVERS, (server.dns[1], first.port, second.port, third.port), strict=True))


def versions() -> dict[str, str]:
    """The version of each peer that is installed here."""
    said = {
        "NSD": subprocess.run([peer("nsd"), "-v"], capture_output=True, text=True).stderr,
        "Knot": subprocess.run([peer("knot"), "-V"], capture_output=True, text=True).stdout,
        "BIND": subprocess.run([peer("named"), "-v"], capture_output=True, text=True).stdout,
    }
    return {name: ".".join(re.findall(r"\d+", text)[:3]) for name, text in said.items()}


def read_table() -> tuple[dict[str, str], dict[ReplyCase, dict[str, str]]]:
    """The versions of the peers, and every case's cells by server."""
    lines = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    heads = [head.split() for head in _cells(lines[0])[len(_COLUMNS) :]]
    cells: dict[ReplyCase, dict[str, str]] = {}
    for line in lines[1:]:
        values = _cells(line)
        chosen = [_chosen(value, column) for value, column in zip(values, _COLUMNS, strict=False)]
        for each in itertools.product(*chosen):
            cells[ReplyCase(*each)] = dict(zip(SERVERS, values[len(_COLUMNS) :], strict=True))
    return {head[0]: head[1] for head in heads[1:]}, cells


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _chosen(value: str, column: Sequence[str]) -> Sequence[str]:
    return column if value == "any" else value.split(", ")


def lines(said: Mapping[ReplyCase, Sequence[str]], peers: Mapping[str, str]) -> Iterator[str]:
    """The table: cases with the same replies share a row where they are a product of values."""
    heads = ["catcher", *(f"{name} {version}" for name, version in peers.items())]
    rows = [([(value,) for value in case], list(told)) for case, told in said.items()]
    for at in (3, 4, 0, 2, 1):
        merged: dict[str, tuple[list[tuple[str, ...]], list[str]]] = {}
        for values, told in rows:
            key = repr((values[:at], values[at + 1 :], told))
            if key in merged:
                merged[key][0][at] += values[at]
            else:
                merged[key] = values, told
        rows = list(merged.values())
    shown = [["opcode", "message", "questions", "class", "EDNS", *heads]]
    for values, told in rows:
        names = [
            "any" if len(value) == len(column) else ", ".join(value)
            for value, column in zip(values, _COLUMNS, strict=True)
        ]
        shown.append(names + told)
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        yield " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


if __name__ == "__main__":
    asked = cases()
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as ports:
        columns = [replies(server, port, asked) for server, port in ports.items()]
    print(_HEAD)
    for line in lines(dict(zip(asked, zip(*columns, strict=True), strict=True)), versions()):
        print(line)
