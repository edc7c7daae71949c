"""Asks a server on loopback many questions at once, over UDP or over one TCP connection."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import dns.message
import dns.rcode

_WINDOW = 48
"""Queries under way at once: fewer than any socket buffer holds."""
_TRIES = 3


def ask(port: int, queries: Sequence[bytes]) -> list[bytes]:
    """Every reply over UDP, in the order of the queries, of which 65,536 at most may follow without a repeated ID."""
    replies: dict[int, bytes] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        client.settimeout(2)
        for at in range(0, len(queries), _WINDOW):
            window = {int.from_bytes(query[:2], "big"): query for query in queries[at : at + _WINDOW]}
            for _ in range(_TRIES):
                for query in window.values():
                    client.send(query)
                try:
                    while window:
                        reply = client.recv(65535)
                        id_ = int.from_bytes(reply[:2], "big")
                        if window.pop(id_, None) is not None:
                            replies[id_] = reply
                except TimeoutError:
                    continue
                break
            assert not window, f"port {port} doesn't answer"
    return [replies[int.from_bytes(query[:2], "big")] for query in queries]


def rcode(port: int, name: str) -> str:
    """The response code to one question for the SOA of ``name``: REFUSED where no zone has the name."""
    [wire] = ask(port, [dns.message.make_query(name, "SOA").to_wire()])
    return dns.rcode.to_text(dns.message.from_wire(wire).rcode())


def ask_over_tcp(port: int, queries: Sequence[bytes]) -> list[bytes]:
    """Every reply in the order of arrival. A batch is sent whole, then its replies are read."""
    told = []
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client, client.makefile("rb") as replies:
        for at in range(0, len(queries), 100):
            batch = queries[at : at + 100]
            client.sendall(b"".join(len(wire).to_bytes(2, "big") + wire for wire in batch))
            for _ in batch:
                told.append(replies.read(int.from_bytes(replies.read(2), "big")))
    return told
