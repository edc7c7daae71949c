"""The servers that may copy our zones, by address and key: both have to match."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catcher.dns.answering.options import packed
from catcher.dns.answering.tsig import Key


@dataclass(frozen=True, slots=True)
class Secondary:
    """Another authoritative server that fetches our zones."""

    host: str
    """Its IP address: it requests transfers from this address, and NOTIFY goes there."""
    port: int
    """The UDP port to which NOTIFY goes."""
    key: Key


class Secondaries:
    """All our secondaries."""

    def __init__(self, secondaries: Iterable[Secondary] = ()) -> None:
        self.all = tuple(secondaries)
        self.keys = {secondary.key.name: secondary.key for secondary in self.all}
        """Keys by name, for ``tsig.verify``."""
        self._permitted = {(packed(secondary.host), secondary.key.name) for secondary in self.all}

    def permit(self, client: str, key: Key | None) -> bool:
        """Whether ``client``, an IP address, may copy our zones with ``key``."""
        return key is not None and bool(client) and (packed(client), key.name) in self._permitted
