"""Random zones and questions about them: every kind of node that lookup knows, in odd constellations."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator

LABELS = ("a", "b", "c", "d", "ns", "mx", "_x", "x-1", "*")
TYPES = ("A", "AAAA", "MX", "TXT", "NS", "SRV", "HTTPS", "CAA", "CNAME", "DNAME", "SOA", "PTR", "DS", "TYPE65280")
_DATA = ("A", "A", "AAAA", "MX", "TXT", "SRV", "HTTPS", "CAA", "PTR", "TYPE65280", "TXTS")


class RandomZone:
    """One zone: its apex and the lines of its master file."""

    def __init__(self, chance: random.Random, apex: str, children: tuple[str, ...] = ()) -> None:
        """``apex`` and ``children`` (zones of their own, delegated from here) without the final dot."""
        self.apex = apex
        self._chance = chance
        self._sets: dict[str, dict[str, list[str]]] = defaultdict(dict)
        self._closed: list[str] = []
        """Names at or below which nothing but addresses may be added."""
        minimum, ttl = chance.choice((30, 60, 3600)), chance.choice((60, 300, 900))
        self._sets[""]["SOA"] = [f"ns.{apex}. host.{apex}. 1 7200 900 1209600 {minimum}"]
        self._sets[""]["NS"] = [f"{self._target()}" for _ in range(chance.randint(1, 3))]
        self._ttl = ttl
        for child in children:
            self._delegate(child.removesuffix(f".{apex}"))
        for _ in range(chance.randint(5, 30)):
            self._add(self._owner())

    def text(self) -> str:
        """The master file, absolute names throughout."""
        lines = []
        for owner, types in self._sets.items():
            name = f"{owner}.{self.apex}." if owner else f"{self.apex}."
            for kind, rdatas in types.items():
                ttl = self._ttl if kind == "SOA" else self._ttl + 10 * (len(owner) % 3)
                lines += [f"{name} {ttl} IN {kind} {rdata}" for rdata in dict.fromkeys(rdatas)]
        return "\n".join(lines) + "\n"

    def names(self) -> list[str]:
        """Every owner, absolute without the final dot."""
        return [f"{owner}.{self.apex}" if owner else self.apex for owner in self._sets]

    def _owner(self) -> str:
        return ".".join(self._chance.choice(LABELS) for _ in range(self._chance.choice((1, 1, 1, 2, 2, 3, 4))))

    def _target(self) -> str:
        where = self._chance.random()
        if where < 0.15:
            return f"{self._chance.choice(LABELS[:6])}.elsewhere.test."
        known = [owner for owner in self._sets if owner]
        if known and where < 0.7:
            return f"{self._chance.choice(known)}.{self.apex}."
        return f"{self._owner()}.{self.apex}."

    def _below_closed(self, owner: str) -> bool:
        return any(owner == closed or owner.endswith(f".{closed}") for closed in self._closed)

    def _add(self, owner: str) -> None:
        """One more RRset, of a kind that may stand there."""
        chance, sets = self._chance, self._sets
        if self._below_closed(owner) or "CNAME" in sets.get(owner, {}):
            return
        kind = chance.random()
        free = owner not in sets and not any(other.endswith(f".{owner}") for other in sets)
        star = owner.startswith("*")
        if kind < 0.12 and free and not star:
            self._delegate(owner)
        elif kind < 0.27 and owner not in sets:
            sets[owner]["CNAME"] = [self._target()]
        elif kind < 0.34 and free and "*" not in owner:
            sets[owner]["DNAME"] = [self._target()]
            self._closed.append(owner)
        else:
            self._data(owner, chance.choice(_DATA))

    def _delegate(self, owner: str) -> None:
        """A cut, perhaps with glue and with what it hides."""
        chance = self._chance
        servers = [f"ns{n}.{owner}.{self.apex}." for n in range(chance.randint(0, 2))] or [self._target()]
        if chance.random() < 0.3:
            servers.append(self._target())
        self._sets[owner]["NS"] = servers
        if chance.random() < 0.3:
            self._sets[owner]["DS"] = [f"{chance.randrange(65536)} 8 2 {chance.randbytes(32).hex()}"]
        for server in servers:
            if server.endswith(f".{owner}.{self.apex}.") and chance.random() < 0.8:
                self._data(server.removesuffix(f".{self.apex}."), chance.choice(("A", "AAAA")))
        self._closed.append(owner)

    def _data(self, owner: str, kind: str) -> None:
        chance, count = self._chance, self._chance.choice((1, 1, 1, 2, 4))
        match kind:
            case "A":
                rdatas = [f"192.0.2.{chance.randrange(256)}" for _ in range(count)]
            case "AAAA":
                rdatas = [f"2001:db8::{chance.randrange(65536):x}" for _ in range(count)]
            case "MX":
                rdatas = [f"{chance.choice((0, 10, 20))} {self._target()}" for _ in range(count)]
            case "SRV":
                rdatas = [f"0 5 {chance.randrange(1, 9999)} {self._target()}" for _ in range(count)]
            case "HTTPS":
                rdatas = [f"1 {self._target()} alpn=h2" if chance.random() < 0.5 else "1 . alpn=h3 port=8443"]
            case "CAA":
                rdatas = ['0 issue ";"']
            case "PTR":
                rdatas = [self._target()]
            case "TYPE65280":
                rdatas = [rf"\# 4 {chance.randbytes(4).hex()}"]
            case "TXTS":
                kind, rdatas = "TXT", [f'"{n} {"x" * 180}"' for n in range(chance.choice((2, 4, 7, 12)))]
            case _:
                kind, rdatas = "TXT", [f'"{chance.randrange(1000)}"' for _ in range(count)]
        self._sets[owner].setdefault(kind, rdatas)


def zones(chance: random.Random, count: int) -> list[RandomZone]:
    """``count`` zones; every fourth has another one below it."""
    made = []
    while len(made) < count:
        apex = f"z{len(made)}.test"
        if len(made) % 4 == 3:
            child = f"{chance.choice(('sub', 'a.b', 'deep.x'))}.{apex}"
            made.append(RandomZone(chance, child))
            made.append(RandomZone(chance, apex, (child,)))
        else:
            made.append(RandomZone(chance, apex))
    return made


def questions(chance: random.Random, made: list[RandomZone], count: int) -> Iterator[bytes]:
    """``count`` queries in wire format: names that exist, nearly exist or don't, odd case, with and without EDNS."""
    names = [zone.names() for zone in made]
    for number in range(count):
        labels = chance.choice(chance.choice(names)).split(".")
        match chance.randrange(6):
            case 0:
                labels.insert(0, chance.choice(LABELS))
            case 1:
                labels = [*(chance.choice(LABELS) for _ in range(chance.randint(1, 3))), *labels]
            case 2 if len(labels) > 2:
                labels[0] = chance.choice(LABELS)
            case 3 if len(labels) > 2:
                del labels[0]
        name = ".".join(labels)
        if chance.random() < 0.2:
            name = "".join(chance.choice((c.upper(), c.lower())) for c in name)
        yield _query(chance, number & 0xFFFF, name)


_NUMBERS = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "DNAME": 39}
_NUMBERS |= {"DS": 43, "HTTPS": 65, "CAA": 257, "TYPE65280": 65280}


def _query(chance: random.Random, id_: int, name: str) -> bytes:
    qtype = _NUMBERS[chance.choice(TYPES)]
    wire = b"".join(bytes((len(label),)) + label.encode() for label in name.split(".")) + b"\0"
    opt, flags = b"", chance.choice((0, 0x0100))
    if chance.random() < 0.6:
        size = chance.choice((512, 1232, 4096, 100))
        opt = b"\0\0\x29" + size.to_bytes(2, "big") + b"\0\0" + chance.choice((b"\0\0", b"\x80\0")) + b"\0\0"
    head = id_.to_bytes(2, "big") + flags.to_bytes(2, "big") + b"\0\1\0\0\0\0" + bytes((0, bool(opt)))
    return head + wire + qtype.to_bytes(2, "big") + b"\0\1" + opt
