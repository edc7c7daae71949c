"""The servers that may copy our zones: by their networks, and by their TSIG key where they have one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from catcher.dns.answering.options import packed
from catcher.dns.answering.tsig import Key


@dataclass(frozen=True, slots=True)
class Secondary:
    """Another authoritative server that fetches our zones."""

    host: str
    """Its IP address: it requests transfers from this address, and NOTIFY goes there, if nothing else is said."""
    port: int
    """The UDP port to which NOTIFY goes."""
    key: Key | None
    """The key of its requests; None: its address alone is checked."""
    transfer_from: tuple[IPv4Network | IPv6Network, ...] | None = None
    """Networks from which it may request transfers; None: ``host`` alone."""
    notify: tuple[tuple[str, int], ...] | None = None
    """Addresses and ports to which NOTIFY goes; None: ``host`` and ``port``."""
    zones: frozenset[str] = frozenset()
    """Whole zones that it copies; empty: all of them."""
    catalogue: bool = True
    """Whether it copies the catalogued names and the catalog zone."""

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of its requests."""
        return (ip_network(self.host),) if self.transfer_from is None else self.transfer_from

    @property
    def targets(self) -> tuple[tuple[str, int], ...]:
        """Addresses and ports to which NOTIFY goes."""
        return ((self.host, self.port),) if self.notify is None else self.notify


class Secondaries:
    """All our secondaries."""

    def __init__(self, secondaries: Iterable[Secondary] = (), whole: Collection[str] = ()) -> None:
        """``whole``: the names of the whole zones; every other zone is the catalog zone or a catalogued name."""
        self.all = tuple(secondaries)
        self.keys = {secondary.key.name: secondary.key for secondary in self.all if secondary.key is not None}
        """Keys by name, for ``tsig.verify``."""
        self.has_keyless = any(secondary.key is None for secondary in self.all)
        """Whether some secondary is recognised by its address alone."""
        self._whole = frozenset(whole)
        self._networks = _Networks(network for secondary in self.all for network in secondary.networks)
        self._permitted = [(secondary, _Networks(secondary.networks)) for secondary in self.all]

    def may_be_secondary(self, client: bytes) -> bool:
        """Whether some secondary may send requests from ``client``, an address of 4 or 16 octets.

        A signature of any other client needs no check: no key would permit it a transfer.
        """
        return client in self._networks

    def permits(self, client: str, key: Key | None, zone: str) -> bool:
        """Whether ``client``, an IP address, may copy the zone of this name. ``key``: the key that signed the request,
        None for an unsigned request.

        A secondary with a key has to sign; one without a key may sign with any key that is known here.
        """
        if not client:
            return False
        address = packed(client)
        return any(
            address in networks
            and (secondary.key is None or _same(secondary.key, key))
            and self.copies(secondary, zone)
            for secondary, networks in self._permitted
        )

    def copies(self, secondary: Secondary, zone: str) -> bool:
        """Whether the zone of this name is one that ``secondary`` copies."""
        if zone in self._whole:
            return not secondary.zones or zone in secondary.zones
        return secondary.catalogue


class _Networks:
    """A set of networks, with a test of membership that costs a look-up for each length of their prefixes."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._prefixes: dict[int, dict[int, set[int]]] = {4: {}, 16: {}}
        """Octets of an address → bits behind the prefix → prefixes."""
        for network in networks:
            bits = network.max_prefixlen - network.prefixlen
            found = self._prefixes[network.max_prefixlen // 8].setdefault(bits, set())
            found.add(int(network.network_address) >> bits)

    def __contains__(self, address: bytes) -> bool:
        number = int.from_bytes(address, "big")
        lengths = self._prefixes.get(len(address))
        return lengths is not None and any(number >> bits in found for bits, found in lengths.items())


def _same(wanted: Key, key: Key | None) -> bool:
    return key is not None and key.name == wanted.name
