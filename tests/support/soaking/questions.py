"""Queries with the octets of their right replies, learned from the quiet server and checked for what they say."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass

import dns.message
import dns.rcode

_RANDOM_LABEL = "r0000000"
"""A label whose octets the load replaces by others of the same length, so that names never return."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query without its ID."""

    query: bytes
    head: bytes
    """Flags and counts of the right reply (octets 2 to 11)."""
    tail: bytes
    """The right reply from the end of the question on."""
    fresh_at: int
    """Where the random label stands in the query; 0: it has none."""

    def make(self, number: int, draw: random.Random) -> bytes:
        """The whole query with ``number`` as its ID."""
        octets = number.to_bytes(2) + self.query
        if not self.fresh_at:
            return octets
        label = b"r%07d" % draw.randrange(10_000_000)
        return octets[: self.fresh_at] + label + octets[self.fresh_at + len(label) :]

    def right(self, reply: bytes) -> bool:
        """Whether a reply with the right ID says what the quiet server said."""
        return reply[2:12] == self.head and reply[len(self.query) + 2 :] == self.tail


def learn(port: int, domains: list[str], outside: str, host: str) -> list[Question]:
    """One question per kind and domain. Raises AssertionError if the quiet server errs."""
    wanted = [(domain, "MX", "NOERROR", 1) for domain in domains]
    wanted += [(f"{_RANDOM_LABEL}.{domain}", "MX", "NOERROR", 1) for domain in domains]
    wanted += [(domain, "A", "NOERROR", 0) for domain in domains]
    wanted += [(outside, "MX", "REFUSED", 0), (host, "A", "NOERROR", 1)]
    return [_learn(port, *each) for each in wanted]


def _learn(port: int, name: str, qtype: str, rcode: str, answers: int) -> Question:
    message = dns.message.make_query(name, qtype, use_edns=False)
    query = message.to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.sendto(query, ("127.0.0.1", port))
        reply = client.recv(4096)
    said = dns.message.from_wire(reply)
    assert (dns.rcode.to_text(said.rcode()), len(said.answer)) == (rcode, answers), (name, qtype, said.to_text())
    fresh_at = 13 if name.startswith(_RANDOM_LABEL) else 0
    return Question(query[2:], reply[2:12], reply[len(query) :], fresh_at)
