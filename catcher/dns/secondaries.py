"""Whom we let copy our zones: an address and a key, both have to match."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catcher.dns.options import packed
from catcher.dns.tsig import Key


@dataclass(frozen=True, slots=True)
class Secondary:
    """Another authoritative server that fetches our zones."""

    host: str
    """Its IP address: transfers are asked for from there, NOTIFY goes there."""
    port: int
    """Where it takes NOTIFY."""
    key: Key


class Secondaries:
    """All of them."""

    def __init__(self, secondaries: Iterable[Secondary] = ()) -> None:
        self.all = tuple(secondaries)
        self.keys = {secondary.key.name: secondary.key for secondary in self.all}
        """By name, as ``tsig.verify`` wants them."""
        self._permitted = {(packed(secondary.host), secondary.key.name) for secondary in self.all}

    def permit(self, client: str, key: Key | None) -> bool:
        """Whether ``client``, an IP address, may have our zones, having shown ``key``."""
        return key is not None and bool(client) and (packed(client), key.name) in self._permitted
