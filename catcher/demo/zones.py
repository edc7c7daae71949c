"""Writes the demo's master files (RFC 1035 §5): one zone per organisation, the provider's zone and the reverse zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catcher.demo.keys import DemoKey
from catcher.demo.organisations import ACCESS_PROVIDER, HIJACKED, ORGANISATIONS, PLATFORM, Organisation, SendingHost

REVERSE = "127.in-addr.arpa"

_APEX = """\
$TTL 300
@ IN SOA ns.world.example. hostmaster.world.example. 1 3600 600 1209600 300
@ IN NS ns.world.example.
"""


def world(keys: Mapping[str, DemoKey]) -> dict[str, str]:
    """Origin → text of its master file. ``keys``: domain → its key."""
    zones = {org.domain: _organisation(org, keys.get(org.domain)) for org in ORGANISATIONS}
    zones["world.example"] = _APEX + "ns IN A 127.0.0.1\n"
    zones[ACCESS_PROVIDER] = _APEX + "".join(f"{host.name}. IN A {host.address}\n" for host in HIJACKED if host.named)
    zones[REVERSE] = _reverse([*(org.host for org in ORGANISATIONS if org.via is None), *HIJACKED])
    return zones


def _organisation(org: Organisation, key: DemoKey | None) -> str:
    lines = []
    if org.via is None:
        lines += [
            f"{org.host.name}. IN A {org.host.address}",
            f"{org.host.name}. IN TXT {_strings('v=spf1 a -all')}",
        ]
    if org.via is None or org.inbound is not None:
        lines.append(f"@ IN MX 10 {org.inbound or org.host.name}.")
    if org is PLATFORM:
        lines.append(f"spf IN TXT {_strings(f'v=spf1 ip4:{org.host.address} -all')}")
    if org.spf is not None:
        lines.append(f"@ IN TXT {_strings('v=spf1 ' + org.spf.format(address=org.host.address))}")
    if key is not None:
        lines.append(f"{org.selector}._domainkey IN TXT {_strings(key.record)}")
    if org.dmarc is not None:
        lines.append(f"_dmarc IN TXT {_strings(f'v=DMARC1; p={org.dmarc}')}")
    return _APEX + "\n".join(lines) + "\n"


def _reverse(hosts: Iterable[SendingHost]) -> str:
    return _APEX + "".join(
        f"{'.'.join(reversed(host.address.split('.')))}.in-addr.arpa. IN PTR {host.name}.\n"
        for host in hosts
        if host.named
    )


def _strings(text: str) -> str:
    """``text`` as quoted character-strings of at most 255 octets (RFC 1035 §3.3)."""
    return " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))
