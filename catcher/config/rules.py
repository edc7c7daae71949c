"""Checks rules about several values. They read the raw file, so they work even if single values have faults."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from catcher.config.address import ListenAddress, ListenAddressError
from catcher.model.domain import DomainError, is_at_or_below, to_alabel
from catcher.model.errors import Fault


def broken(raw: dict[str, Any], source: str) -> Iterator[Fault]:
    """The faults of ``raw``, the parsed TOML file ``source``. Values of a wrong type are ignored here."""
    dns = list(_addresses(raw, "dns"))
    smtp = list(_addresses(raw, "smtp"))
    yield from _twice(dns, source, "an address")
    yield from _twice(smtp, source, "an address")
    for where, address in smtp:
        if address.port and any(address == other for _, other in dns):
            yield Fault(
                f"{source}: {where}",
                f"{address} is in dns.listen, too",
                "DNS needs TCP as well: give each its own port",
            )
    chapter = raw.get("smtp")
    if isinstance(chapter, dict) and ("certificate" in chapter) != ("key" in chapter):
        absent = "key" if "certificate" in chapter else "certificate"
        yield Fault(
            f"{source}: smtp.{absent}",
            "a certificate and its key belong together, and this one is missing",
            "name both files, or neither",
        )
    yield from _notify(raw, source)
    yield from _alerts(raw, source)
    zones = [z.get("name") for z in _list(raw, "dns", "zone") if isinstance(z, dict)]
    names = [(f"dns.zone[{i}].name", _name(z)) for i, z in enumerate(zones)]
    yield from _twice([(w, n) for w, n in names if n], source, "a zone")
    servers = [(f"dns.nameservers[{i}]", _name(n)) for i, n in enumerate(_list(raw, "dns", "nameservers"))]
    yield from _twice([(w, n) for w, n in servers if n], source, "a name server")
    yield from _secondaries(raw, source)
    files = [(f"catalogue.files[{i}]", f) for i, f in enumerate(_list(raw, "catalogue", "files")) if isinstance(f, str)]
    yield from _twice(files, source, "a file")


def _secondaries(raw: dict[str, Any], source: str) -> Iterator[Fault]:
    """Without a key the address alone is checked: an open network would let anybody copy everything."""
    for number, secondary in enumerate(_list(raw, "dns", "secondary")):
        if isinstance(secondary, dict) and "key" not in secondary:
            networks = secondary.get("transfer_from")
            for place, network in enumerate(networks if isinstance(networks, list) else ()):
                if isinstance(network, str) and network.endswith("/0"):
                    yield Fault(
                        f"{source}: dns.secondary[{number}].transfer_from[{place}]",
                        f"{network} is everybody, and this secondary has no key: anybody could copy all zones",
                        "name the secondary's own network, or a key",
                    )


def _notify(raw: dict[str, Any], source: str) -> Iterator[Fault]:
    notify = raw.get("notify")
    if not isinstance(notify, dict):
        return
    if bool(notify.get("smarthost_user")) != ("smarthost_password" in notify):
        absent = "smarthost_password" if notify.get("smarthost_user") else "smarthost_user"
        what = "a user and a file with the password belong together, and this one is missing"
        yield Fault(f"{source}: notify.{absent}", what, "name both, or neither")
    host = notify.get("smarthost")
    if notify.get("smarthost_tls") == "none" and isinstance(host, str) and not _is_here(host):
        yield Fault(
            f"{source}: notify.smarthost_tls",
            f'"none" would send notices and password to {host} in the clear',
            'write "starttls" or "implicit"; "none" is for a server on this machine',
        )
    domain, sender = _name(notify.get("domain")), notify.get("sender")
    if domain and isinstance(sender, str) and sender:
        at = _name(sender.rpartition("@")[2])
        if "@" not in sender or at is None or not (is_at_or_below(at, domain) or is_at_or_below(domain, at)):
            yield Fault(
                f"{source}: notify.sender",
                f'"{sender}" is no address at, above or below {domain}',
                "choose one there: what proves a notice (DKIM, SPF) stands for notify.domain's organisation",
            )


def _alerts(raw: dict[str, Any], source: str) -> Iterator[Fault]:
    alerts, notify = raw.get("alerts"), raw.get("notify", {})
    if not isinstance(alerts, dict) or not isinstance(notify, dict):
        return
    if ("webhook" in alerts) != ("secret" in alerts):
        absent = "secret" if "webhook" in alerts else "webhook"
        what = "a webhook and the file of its secret belong together, and this one is missing"
        yield Fault(f"{source}: alerts.{absent}", what, "name both, or neither")
    for key in ("domain", "smarthost"):
        if "mail" in alerts and key not in notify:
            what = f"mail goes through the smarthost, and notify.{key} is not set"
            yield Fault(f"{source}: alerts.mail", what, "set it, or have alerts by webhook alone")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _list(raw: dict[str, Any], section: str, key: str) -> list[Any]:
    chapter = raw.get(section)
    value = chapter.get(key) if isinstance(chapter, dict) else None
    return value if isinstance(value, list) else []


def _addresses(raw: dict[str, Any], section: str) -> Iterator[tuple[str, ListenAddress]]:
    for i, text in enumerate(_list(raw, section, "listen")):
        if isinstance(text, str):
            try:
                yield f"{section}.listen[{i}]", ListenAddress.parse(text)
            except ListenAddressError:
                continue


def _name(text: Any) -> str | None:
    try:
        return to_alabel(text) if isinstance(text, str) else None
    except DomainError:
        return None


def _twice(values: list[tuple[str, Any]], source: str, kind: str) -> Iterator[Fault]:
    first: dict[Any, str] = {}
    for where, value in values:
        if isinstance(value, ListenAddress) and value.port == 0:
            continue
        if value in first:
            yield Fault(f"{source}: {where}", f"{value} stands in {first[value]} already", f"name {kind} once")
        else:
            first[value] = where
