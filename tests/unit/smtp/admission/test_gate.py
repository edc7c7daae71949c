"""The gate's counts: what is left of clients that are gone."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import dataclass
from ipaddress import IPv6Address

from catcher.smtp import Gate, SmtpLimits
from catcher.smtp.admission.place import Place


@dataclass(eq=False)
class Client:
    place: Place

    def is_evictable(self, now: float) -> bool:
        return False

    def evict(self) -> None:
        raise AssertionError("nobody is sent away")


def come_and_go(gate: Gate, first: int, number: int) -> None:
    """Clients from as many networks, one after the other."""
    for each in range(first, first + number):
        place = gate.enter(str(IPv6Address((0x20010DB8 << 96) + (each << 64))), float(each))
        assert isinstance(place, Place)
        client = Client(place)
        gate.add(client, place)
        gate.leave(client)


def test_nothing_of_a_client_that_is_gone_stays() -> None:
    """Else strangers' addresses would pile up."""
    gate = Gate(SmtpLimits(connection_rate=0, connection_rate_per_prefix=0))
    come_and_go(gate, 0, 5_000)
    gc.collect()
    tracemalloc.start()
    try:
        come_and_go(gate, 5_000, 5_000)
        gc.collect()
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 5_000 * 100, "octets: less than an entry for each client; what is remembered for speed is bounded"
