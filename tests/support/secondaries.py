"""What tests ask of secondaries, and the key by which catcher knows them."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import dns.message

from tests.support.authoritative import Measure, answers

KEY = "secondary.sink.example"
SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0ISEhISE="
KEYS = f"""\
# as tsig-keygen prints it
key "{KEY}" {{
    algorithm hmac-sha256;
    secret "{SECRET}";
}};
"""


def sections(port: int, name: str, qtype: str) -> list[str]:
    """Answer and authority of one query over UDP, as sorted lines."""
    query = dns.message.make_query(name, qtype)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(query.to_wire(), ("127.0.0.1", port))
        reply = dns.message.from_wire(client.recv(4096))
    return sorted(line for s in (reply.answer, reply.authority) for rrset in s for line in str(rrset).splitlines())


def gone(secondary: Measure, domain: str) -> bool:
    """Whether the secondary ends to answer for ``domain`` within a while."""
    return any(not answers(secondary.port, domain, seconds=0.5) for _ in polls(secondary.port))


def polls(port: int) -> Iterator[int]:
    """A number of tries, each a little later, paced by a socket's timeout."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        client.settimeout(0.2)
        for number in range(100):
            yield number
            try:
                client.recv(1)
            except TimeoutError:
                continue
