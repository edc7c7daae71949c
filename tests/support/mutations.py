"""Real packets with something changed: what a parser meets on the open Internet."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tests.support.randomzones import questions, zones

_EDGES = (0, 1, 11, 12, 0x3F, 0x40, 0x7F, 0x80, 0xC0, 0xC0, 0xFF)
_OPTIONS = (
    b"\0\x0a\0\x08abcdefgh",  # COOKIE
    b"\0\x0a\0\x18abcdefgh\1\0\0\0" + bytes(12),
    b"\0\3\0\0",  # NSID
    b"\0\x0b\0\0",  # keepalive
    b"\0\x08\0\7\0\1\x18\0\xc6\x33\x64",  # client-subnet
    b"\0\x0c\0\4" + bytes(4),  # padding
)
_TSIG = (
    b"\1k\0\0\xfa\0\xff\0\0\0\0\0\x3a\x0bhmac-sha256\0\0\0\x5c\xf7\x9f\x11\1\x2c\0\x20" + bytes(32) + b"\0\7\0\0\0\0"
)
_IXFR_SOA = b"\xc0\x0c\0\6\0\1\0\0\0\0\0\x16\0\0" + bytes(20)


def corpus(chance: random.Random) -> list[bytes]:
    """Some hundred well-formed queries: every type, with options, signatures and transfers, among the usual ones."""
    made = list(questions(chance, zones(chance, 8), 200))
    plain = [query for query in made if query[11] == 0]
    with_options = [
        query[:11] + b"\1" + query[12:] + b"\0\0\x29\4\xd0\0\0\0\0" + len(some).to_bytes(2, "big") + some
        for query in plain
        for some in [b"".join(chance.sample(_OPTIONS, chance.randint(1, 4)))]
    ]
    signed = [query[:11] + bytes((query[11] + 1,)) + query[12:] + _TSIG for query in chance.sample(made, 30)]
    transfers = [query[:-4] + chance.choice((b"\0\xfc", b"\0\xfb")) + b"\0\1" for query in chance.sample(plain, 20)]
    with_soa = [query[:9] + b"\1" + query[10:-4] + b"\0\xfb\0\1" + _IXFR_SOA for query in chance.sample(plain, 20)]
    others = [query[:2] + bytes((chance.randrange(256), query[3])) + query[4:] for query in chance.sample(made, 30)]
    return made + with_options + signed + transfers + with_soa + others


def mutated(chance: random.Random, packets: Sequence[bytes], count: int) -> Iterator[bytes]:
    """``count`` packets, each one of ``packets`` with one to four things changed, or nothing but chance."""
    for _ in range(count):
        if chance.random() < 0.02:
            yield chance.randbytes(chance.choice((0, 1, 11, 12, 13, 40, 512, 1500)))
            continue
        packet = bytearray(chance.choice(packets))
        for _ in range(chance.randint(0, 4)):
            packet = _change(chance, packet, packets) or bytearray(1)
        yield bytes(packet[:4000])


def _change(chance: random.Random, packet: bytearray, packets: Sequence[bytes]) -> bytearray:
    at = chance.randrange(len(packet))
    match chance.randrange(8):
        case 0:
            packet[at] = chance.randrange(256)
        case 1:
            packet[at] = chance.choice(_EDGES)
        case 2:
            packet[at] ^= 1 << chance.randrange(8)
        case 3:
            del packet[at : at + chance.randint(1, 12)]
        case 4:
            packet[at:at] = packet[at : at + chance.randint(1, 60)]
        case 5:
            other = chance.choice(packets)
            packet[at:] = other[chance.randrange(len(other)) :]
        case 6 if len(packet) >= 12:
            packet[chance.choice((5, 7, 9, 11))] = chance.choice((0, 1, 2, 3, 255))
        case _:
            del packet[at:]
    return packet
