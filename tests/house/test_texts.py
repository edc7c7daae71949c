"""What no kept file may hold: a path of somebody's machine, a secret, an address or a name that belongs to someone."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

from tests.support.tree import kept_files, text_of

_MACHINE = re.compile(r"(?<![\w.~/])/(?:home|root|work|opt|Users)/\w")
_SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=]{40}|\b(?:ghp_|xox[bp]-|AKIA)[A-Za-z0-9]{16}")
_QUAD = re.compile(r"(?<![\d.\w/§-])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.]*\w)")
_NETWORKS = [
    ipaddress.ip_network(network)
    for network in (
        "192.0.2.0/24",  # RFC 5737
        "198.51.100.0/24",
        "203.0.113.0/24",
        "127.0.0.0/8",
        "0.0.0.0/8",
        "10.0.0.0/8",  # RFC 1918: as data of rules about private addresses
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "224.0.0.0/3",
        "192.0.0.0/24",
        "198.18.0.0/15",
        "100.64.0.0/10",
        "192.31.196.0/24",  # AS112, AMT and the old 6to4 anycast: nobody's host (RFC 6890's registry)
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
    )
]


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path in kept_files()
        for text in [text_of(path)]
        for match in pattern.finditer(text)
    ]


def test_no_path_of_a_machine() -> None:
    assert not found(_MACHINE)


def test_no_secret() -> None:
    """A key that tests sign with stands in a file that says so."""
    secrets = [place for place in found(_SECRET) if "for tests alone" not in text_of(Path(place.split(":")[0]))]
    assert not secrets


def test_addresses_are_for_documentation() -> None:
    """RFC 5737, loopback, and the special ranges that rules speak of; never somebody's host."""
    foreign = []
    for place in found(_QUAD):
        address = place.rsplit(" ", 1)[1]
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            continue
        if not any(parsed in network for network in _NETWORKS):
            foreign.append(place)
    assert not foreign


def test_the_detectors_fire() -> None:
    assert _MACHINE.search("see " + "/ho" + "me/alice/x")
    assert _SECRET.search("-----BEGIN " + "PRIVATE KEY-----\n" + "A" * 64)
    assert [m[1] for m in _QUAD.finditer("host 8.8" + ".8.8, version 1.2.3")] == ["8.8" + ".8.8"]


def test_no_packed_data_or_database_lies_in_the_tree() -> None:
    """But for the databases of releases, which hold the demo's made-up organisations alone."""
    packed = [path for path in map(Path, kept_files()) if path.suffix in {".xz", ".gz", ".db", ".sqlite"}]
    assert not [path for path in packed if path.parts[:2] != ("tests", "releases")]
