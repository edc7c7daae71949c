"""The organisations that people write from, the providers that carry their mail, and what the DNS says of both."""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

from tests.support.fingerprints import txt
from tests.support.signing import ED25519_RECORD, RSA_RECORD

_GOV = Path(__file__).parents[2] / ".." / "shared" / "data" / "directories" / "dotgov-current-full.csv"


class Provider(StrEnum):
    """Who carries the mail."""

    MICROSOFT = "microsoft 365"
    MICROSOFT_TENANT = "microsoft 365, signed as the tenant"
    GOOGLE = "google workspace"
    GMAIL = "gmail"
    PROOFPOINT = "proofpoint before exchange"
    MIMECAST = "mimecast before exchange"
    OWN = "a server of its own"
    OWN_SPF = "a server of its own, without DKIM"


@dataclass(frozen=True)
class Organisation:
    domain: str
    name: str
    provider: Provider
    client: str
    """Address that its mail comes from (documentation and test networks)."""
    helo: str


class World:
    """``size`` organisations, each with its provider, and the records that prove them."""

    def __init__(self, seed: int = 1, size: int = 400) -> None:
        rng = Random(seed)
        named = _gov() or [(f"office{i}.example", f"Office {i}") for i in range(size)]
        self.organisations: list[Organisation] = []
        self.table: dict[str, tuple[bytes, ...] | list[str]] = {}
        for number, (domain, name) in enumerate(rng.sample(named, min(size, len(named)))):
            provider = rng.choices(list(Provider), (40, 6, 14, 12, 8, 6, 10, 4))[0]
            self._add(number, "gmail.com" if provider is Provider.GMAIL else domain, name, provider)

    def _add(self, number: int, domain: str, name: str, provider: Provider) -> None:
        client = f"203.0.113.{number % 250 + 1}" if provider.value.startswith("a server") else _CLIENTS[provider][0]
        helo = f"mail.{domain}" if provider.value.startswith("a server") else _CLIENTS[provider][1]
        self.organisations.append(Organisation(domain, name, provider, client, helo))
        table = self.table
        table[f"{domain} TXT"] = txt(f"v=spf1 ip4:{client} -all")
        table[f"_dmarc.{domain} TXT"] = txt("v=DMARC1; p=reject")
        if provider is not Provider.OWN_SPF:
            signer = tenant(domain) if provider is Provider.MICROSOFT_TENANT else domain
            table[f"{selector(provider)}._domainkey.{signer} TXT"] = (
                (RSA_RECORD,) if provider in (Provider.MICROSOFT, Provider.OWN) else (ED25519_RECORD,)
            )
        table[f"{helo} A"] = [client]
        table[f"{'.'.join(reversed(client.split('.')))}.in-addr.arpa PTR"] = [helo]


_CLIENTS: Mapping[Provider, tuple[str, str]] = {
    Provider.MICROSOFT: ("192.0.2.10", "mail-bn8nam11on2101.outbound.protection.outlook.com"),
    Provider.MICROSOFT_TENANT: ("192.0.2.11", "mail-dm6nam12on2045.outbound.protection.outlook.com"),
    Provider.GOOGLE: ("192.0.2.20", "mail-lf1-f47.google.com"),
    Provider.GMAIL: ("192.0.2.21", "mail-wm1-f52.google.com"),
    Provider.PROOFPOINT: ("192.0.2.30", "mx0a-00112233.pphosted.com"),
    Provider.MIMECAST: ("192.0.2.31", "us-smtp-delivery-131.mimecast.com"),
}


def selector(provider: Provider) -> str:
    if provider in (Provider.MICROSOFT, Provider.MICROSOFT_TENANT):
        return "selector1"
    return {Provider.GOOGLE: "google", Provider.GMAIL: "20230601", Provider.PROOFPOINT: "pps1"}.get(provider, "s1")


def tenant(domain: str) -> str:
    """The tenant that Microsoft gives an organisation that has set up no key of its own."""
    return f"{domain.replace('.', '').replace('-', '')[:40]}.onmicrosoft.com"


def token(rng: Random, octets: int) -> str:
    """Random base64."""
    return base64.b64encode(rng.randbytes(octets)).decode()


def stable_hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _gov() -> list[tuple[str, str]]:
    if not _GOV.exists():
        return []
    with _GOV.open(encoding="utf-8", newline="") as file:
        return [(row["Domain name"].lower(), row["Organization name"]) for row in csv.DictReader(file)]
