"""Asks a server for transfers, signed, and verifies the signatures of what comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.tsig

from catcher.catalogue import Entry
from catcher.dns import Authority, AuthorityReply, Transport
from catcher.dns.answering.tsig import Key
from catcher.dns.wire import name_to_wire
from tests.support.dnsserver.serving import NOW, entry

HOST = "192.0.2.53"
KEY = Key(name_to_wire("k.example"), "hmac-sha256", b"secret secret secret secret!")
KEYRING: dict[dns.name.Name, Any] = {
    dns.name.from_text("k.example"): dns.tsig.Key("k.example", KEY.secret, "hmac-sha256")
}


def ask(
    server: Authority,
    name: str,
    qtype: str = "AXFR",
    *,
    key: Any = KEYRING,
    client: str = HOST,
    transport: Transport = Transport.TCP,
    serial: int | None = None,
    now: int = int(NOW.timestamp()),
) -> tuple[AuthorityReply, bytes]:
    """The reply and the MAC of the request."""
    query = dns.message.make_query(name, qtype)
    if serial is not None:
        query.authority.append(dns.rrset.from_text(f"{name}.", 0, "IN", "SOA", f". . {serial} 0 0 0 0"))
    wire = query.to_wire()
    mac = b""
    if key is not None:
        (signer,) = key.values()
        rdata = dns.rdata.from_wire(
            "ANY", "TSIG", b"\x0bhmac-sha256\0" + now.to_bytes(6, "big") + b"\1\x2c\0\0" + wire[:2] + bytes(4), 0, 29
        )
        signed, _ = dns.tsig.sign(wire, signer, rdata, now, b"")  # type: ignore[no-untyped-call]
        mac = signed.mac
        data = signed.to_wire()
        record = signer.name.to_wire() + b"\0\xfa\0\xff" + bytes(4) + len(data).to_bytes(2, "big") + data
        wire = wire[:11] + b"\1" + wire[12:] + record
    reply = server.answer(wire, transport=transport, now=NOW, client=client)
    assert reply is not None
    return reply, mac


def messages(reply: AuthorityReply) -> Iterator[bytes]:
    yield reply.wire
    while reply.transfer is not None and (wire := reply.transfer.next(NOW)) is not None:
        yield wire


def records(server: Authority, name: str, **more: Any) -> list[str]:
    """Every record of a transfer, its signatures verified along the chain (RFC 8945 §5.3.1)."""
    reply, mac = ask(server, name, **more)
    context, found = None, []
    (key,) = KEYRING.values()
    for wire in messages(reply):
        assert len(wire) <= 65535
        message = dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True)  # type: ignore[arg-type]
        (rdata,) = message.tsig  # type: ignore[union-attr]
        start = len(wire) - len(rdata.to_wire()) - 10 - len(KEY.name)
        context = dns.tsig.validate(  # type: ignore[no-untyped-call]
            wire, key, key.name, rdata, int(NOW.timestamp()), mac, start, context, True
        )
        found += [str(rrset) for rrset in message.answer]
    return found


class Many:
    """A million rows that are nowhere until they are asked for."""

    def __len__(self) -> int:
        return 1_000_000

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __contains__(self, domain: object) -> bool:
        return False

    def get(self, domain: str) -> Entry | None:
        return None

    def values(self) -> Iterator[Entry]:
        return (entry(f"d{n}.ml") for n in range(60_000))
