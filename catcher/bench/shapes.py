"""The shapes of query that a stranger may send, each dear to a careless server: what each costs beside a cheap one.

::

    SHAPES: a function for each ─▶ messages, each sent once ─▶ CPU time a message: of catcher, of NSD

Every message of a shape differs from every other, so that no cache knows it whole.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

from catcher.bench.dns import cores
from catcher.bench.load import Load
from catcher.bench.nameservers import SERVERS
from catcher.bench.process import Server, running
from catcher.bench.queries import domain
from catcher.model.errors import EnvironmentFailure
from catcher.supervise.ports import own_port

_MUST, _GOAL = 3.0, 2.0
"""Highest ratios to a cheap query's CPU time: required and desired (DESIGN §5)."""
_MESSAGES = 40_000
"""Messages of each shape and round."""
_DOMAINS = 100
"""Domains that they are about: few, so that what each domain costs once weighs little."""

CHEAP = "plain query, name never returns"
"""The shape with which every other is compared."""

_HEADER = Struct("!HHHHHH")
_TAIL = Struct("!HH")
_OPT = Struct("!BHHIH")
_A, _SOA, _MX, _DS, _TSIG, _IXFR, _AXFR, _ANY, _TYPE0 = 1, 6, 15, 43, 250, 251, 252, 255, 1024
_IN, _CH, _CLASS_ANY = 1, 3, 255
_NSID, _COOKIE, _UNKNOWN = 3, 10, 65001

_draw = random.Random(4)

QueryShape = Callable[[int, str], bytes]
"""Number of the query and catalogued domain → the message."""


def _name(text: str) -> bytes:
    return b"".join(bytes((len(label),)) + label.encode("latin-1") for label in text.split(".")) + b"\0"


def _query(
    number: int,
    name: str,
    qtype: int = _MX,
    more: bytes = b"",
    additionals: int = 0,
    *,
    flags: int = 0,
    qclass: int = _IN,
    authorities: int = 0,
) -> bytes:
    head = _HEADER.pack(number & 0xFFFF, flags, 1, 0, authorities, additionals)
    return head + _name(name) + _TAIL.pack(qtype, qclass) + more


def _opt(options: bytes = b"", version: int = 0, size: int = 1232) -> bytes:
    return _OPT.pack(0, 41, size, version << 16, len(options)) + options


def _option(code: int, data: bytes) -> bytes:
    return _TAIL.pack(code, len(data)) + data


def _tsig(owner: str = "unknown.example", now: int = 1_800_000_000) -> bytes:
    rdata = b"\x0bhmac-sha256\0" + now.to_bytes(6, "big") + b"\1\x2c\0\x20" + _draw.randbytes(32) + b"ID\0\0\0\0"
    return _name(owner) + b"\0\xfa\0\xff\0\0\0\0" + len(rdata).to_bytes(2, "big") + rdata


def _soa() -> bytes:
    return b"\xc0\x0c" + b"\0\6\0\1\0\0\0\0\0\x16\0\0" + _draw.randbytes(20)


def _mixed(text: str) -> str:
    return "".join(_draw.choice((c, c.upper())) for c in text)


def _long(number: int, domain: str) -> str:
    room = 253 - len(domain) - 1 - 11
    labels = []
    while room > 0:
        labels.append("x" * min(63, room))
        room -= 64
    return ".".join((f"r{number:09d}", *labels, domain))


SHAPES: dict[str, QueryShape] = {
    CHEAP: lambda n, d: _query(n, f"r{n}.{d}"),
    "EDNS": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt(), 1),
    "mixed case": lambda n, d: _query(n, _mixed(f"r{n}.mail.{d}")),
    "long name": lambda n, d: _query(n, _long(n, d)),
    "many labels": lambda n, d: _query(n, ".".join(f"{n:07d}") + "." + "a." * 100 + d),
    "name not held": lambda n, d: _query(n, f"r{n}.elsewhere.example"),
    "QTYPE DS": lambda n, d: _query(n, f"r{n}.{d}", _DS),
    "QTYPE ANY": lambda n, d: _query(n, f"r{n}.{d}", _ANY),
    "QTYPE at random": lambda n, d: _query(n, f"r{n}.{d}", _TYPE0 + n % 60_000),
    "QTYPE AXFR": lambda n, d: _query(n, f"r{n}.{d}", _AXFR),
    "QTYPE IXFR": lambda n, d: _query(n, d, _IXFR, _soa(), authorities=1),
    "class CH": lambda n, d: _query(n, f"r{n}.{d}", qclass=_CH),
    "class at random": lambda n, d: _query(n, f"r{n}.{d}", qclass=2 + n % 60_000),
    "flags at random": lambda n, d: _query(n, f"r{n}.{d}", flags=n * 37 & 0x07FF),
    "one trailing octet": lambda n, d: _query(n, f"r{n}.{d}") + b"\0",
    "trailing octets at random": lambda n, d: _query(n, f"r{n}.{d}") + _draw.randbytes(n % 40 + 1),
    "two additionals": lambda n, d: _query(
        n, f"r{n}.{d}", _MX, _opt() + b"\0\0\1\0\1\0\0\0\0\0\4" + _draw.randbytes(4), 2
    ),
    "twenty additionals": lambda n, d: _query(n, f"r{n}.{d}", _MX, b"\0\0\1\0\1\0\0\0\0\0\4abcd" * 20, 20),
    "two OPT": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt() * 2, 2),
    "EDNS size at random": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt(size=512 + n % 720), 1),
    "EDNS version 1": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt(version=1), 1),
    "unknown option": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt(_option(_UNKNOWN, _draw.randbytes(8))), 1),
    "many options": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt(_option(n & 0x7FFF | 0x4000, b"") * 50), 1),
    "NSID and cookie": lambda n, d: _query(
        n, f"r{n}.{d}", _MX, _opt(_option(_NSID, b"") + _option(_COOKIE, _draw.randbytes(8))), 1
    ),
    "broken option": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt(_option(_UNKNOWN, b"12")[:-1]), 1),
    "new client cookie": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt(_option(_COOKIE, _draw.randbytes(8))), 1),
    "bad server cookie": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt(_option(_COOKIE, _draw.randbytes(24))), 1),
    "forged server cookie": lambda n, d: _query(
        n,
        f"r{n}.{d}",
        _MX,
        _opt(_option(_COOKIE, b"clientID\1\0\0\0" + (1_800_000_000).to_bytes(4, "big") + _draw.randbytes(8))),
        1,
    ),
    "bad cookie length": lambda n, d: _query(n, f"r{n}.{d}", _MX, _opt(_option(_COOKIE, _draw.randbytes(9))), 1),
    "TSIG, unknown key": lambda n, d: _query(n, f"r{n}.{d}", _SOA, _tsig(), 1),
    "TSIG, known key": lambda n, d: _query(n, f"r{n}.{d}", _SOA, _tsig("k.example"), 1),
    "TSIG and EDNS": lambda n, d: _query(n, f"r{n}.{d}", _SOA, _opt() + _tsig(), 2),
    "TSIG, broken": lambda n, d: _query(n, f"r{n}.{d}", _SOA, _tsig()[:-3], 1),
    "NOTIFY": lambda n, d: _query(n, f"r{n}.{d}", _SOA, flags=0x2400),
    "NOTIFY and EDNS": lambda n, d: _query(n, f"r{n}.{d}", _SOA, _opt(), 1, flags=0x2400),
    "UPDATE": lambda n, d: _query(n, f"r{n}.{d}", _SOA, flags=0x2800),
    "unknown opcode": lambda n, d: _query(n, f"r{n}.{d}", flags=0x7800),
    "no question": lambda n, d: _HEADER.pack(n & 0xFFFF, 0, 0, 0, 0, 0),
    "no question, cookie": lambda n, d: (
        _HEADER.pack(n & 0xFFFF, 0, 0, 0, 0, 1) + _opt(_option(_COOKIE, _draw.randbytes(8)))
    ),
    "two questions": lambda n, d: (
        _HEADER.pack(n & 0xFFFF, 0, 2, 0, 0, 0) + (_name(f"r{n}.{d}") + _TAIL.pack(_MX, _IN)) * 2
    ),
    "two questions and EDNS": lambda n, d: (
        _HEADER.pack(n & 0xFFFF, 0, 2, 0, 0, 1) + (_name(f"r{n}.{d}") + _TAIL.pack(_MX, _IN)) * 2 + _opt()
    ),
    "cut off": lambda n, d: _query(n, f"r{n}.{d}")[:-3],
    "compressed question": lambda n, d: _HEADER.pack(n & 0xFFFF, 0, 1, 0, 0, 0) + b"\7r%06d\xc0\x0c\0\x0f\0\1" % n,
    "a response": lambda n, d: _query(n, f"r{n}.{d}", flags=0x8000),
}


@dataclass(frozen=True, slots=True)
class ShapeFigure:
    """CPU time of one shape, the median of the rounds."""

    shape: str
    cpu_microseconds: float
    of_cheap: float
    """Ratio to the cheap query's time."""
    nsd_microseconds: float | None
    nsd_of_cheap: float | None
    """The same for NSD, which pays with its own measure."""
    of_nsd: float | None
    """Ratio of catcher's time to NSD's."""
    must: float
    goal: float
    met: bool


def measure_shapes(rounds: int, messages: int = _MESSAGES) -> Iterator[str | ShapeFigure]:
    """Yields a line per round, then a figure per shape. Raises EnvironmentFailure without a C compiler."""
    costs: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="catcher-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        load = Load.compiled(folder)
        if load is None:
            raise EnvironmentFailure("the shapes of query are sent by a C program; install a C compiler")
        servers = []
        for server_name in ("nsd", "catcher"):
            port, own = own_port(), folder / server_name
            own.mkdir()
            command = SERVERS[server_name](own, port, _DOMAINS)
            if command is not None:
                server = stack.enter_context(running(server_name, command, port, folder / f"{server_name}.log"))
                server.pin(cores()[0])
                servers.append((server, port))
        for number in range(rounds):
            yield f"shapes: round {number + 1} of {rounds}"
            for turn, shape in enumerate((CHEAP, *SHAPES)):
                file = _write(folder, shape, range(number * messages, (number + 1) * messages))
                for server, port in servers:
                    found = _cost_of_all(server, load, file, port)
                    if turn:  # the first, of cheap queries, warms the server up
                        costs[server.name, shape].append(found)
    median = {key: statistics.median(found) for key, found in costs.items()}
    cheap, nsd_cheap = median["catcher", CHEAP], median.get(("nsd", CHEAP))
    for shape in SHAPES:
        ours, nsd = median["catcher", shape], median.get(("nsd", shape))
        of_cheap = ours / cheap
        yield ShapeFigure(
            shape,
            ours,
            of_cheap,
            nsd,
            None if nsd is None or nsd_cheap is None else nsd / nsd_cheap,
            None if nsd is None else ours / nsd,
            _MUST,
            _GOAL,
            of_cheap <= _MUST,
        )


def _write(folder: Path, shape: str, numbers: range) -> Path:
    """A file of messages, the length of each before it in two octets."""
    file = folder / "messages"
    with file.open("wb") as output:
        for number in numbers:
            message = SHAPES[shape](number, domain(number % _DOMAINS))
            output.write(len(message).to_bytes(2, "big") + message)
    return file


def _cost_of_all(server: Server, load: Load, file: Path, port: int) -> float:
    """Microseconds of CPU time per message of ``file``. A shape that most messages get no reply to counts as sent."""
    before = server.cpu_seconds()
    replies, sent = load.once(file, port, cores()[1])
    return (server.cpu_seconds() - before) / (replies if replies > sent / 2 else sent) * 1e6
