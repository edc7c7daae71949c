"""Makes a name server from a few lines and asks it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import dns.edns
import dns.flags
import dns.message
import dns.rdatatype

from catcher import catalogue, config
from catcher.catalogue import Catalogue, Entry
from catcher.dns import Authority, AuthorityReply, Transport, load_authority
from catcher.dns.zones import wholezone
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.template import Ours, complete
from catcher.dns.zones.zone import Zone
from catcher.model.mail.policy import Policy

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
HEAD = """$TTL 300
@ SOA ns.elsewhere.example. hostmaster.elsewhere.example. 1 2 3 4 60
@ NS ns.elsewhere.example.
"""
ROWS = ("army.ml,army.mil,accept",)
PUBLICATIONS = Publications(complete({}, Ours("mx.sink.example", ("ns1.sink.example",), ())), 1)


def entry(domain: str, policy: Policy = Policy.ACCEPT, until: date | None = None, then: Policy = Policy.NULL) -> Entry:
    """A row of the catalogue."""
    return Entry(domain, None, policy, until, then, "", "catalogue.csv:2")


AUTHORITY = Authority(Catalogue.of([entry("army.ml"), entry("hq.army.ml", Policy.NULL)]), PUBLICATIONS, {})
"""A server of two names, one below the other, without whole zones."""


def settings(
    folder: Path,
    rows: tuple[str, ...] = ROWS,
    *,
    template: str | None = None,
    zones: Mapping[str, str] | None = None,
) -> config.Config:
    """A configuration in ``folder``; ``zones`` by name, their text without a default TTL gets 300."""
    zones = zones or {}
    (folder / "catalogue.csv").write_text("\n".join(("domain,intended,policy,until,then,note,lang", *rows, "")))
    for name, text in zones.items():
        (folder / f"{name}.zone").write_text(text)
    if template is not None:
        (folder / "template.zone").write_text(template)
    (folder / "var").mkdir(exist_ok=True)
    lines = ["[dns]", 'listen = ["127.0.0.1:0"]', 'nameservers = ["ns1.sink.example", "ns2.sink.example"]']
    for name in zones:
        lines += ["[[dns.zone]]", f'name = "{name}"', f'file = "{name}.zone"']
    lines += ["[smtp]", 'listen = ["127.0.0.1:0"]', "[catalogue]", 'files = ["catalogue.csv"]']
    lines += ['template = "template.zone"'] if template is not None else []
    (folder / "catcher.toml").write_text("\n".join(lines))
    return config.load_config(folder / "catcher.toml")


def serving(
    folder: Path,
    rows: tuple[str, ...] = ROWS,
    *,
    template: str | None = None,
    zones: Mapping[str, str] | None = None,
    now: datetime = NOW,
) -> Authority:
    """A server of the catalogue's ``rows`` and of ``zones``, by way of real files."""
    made = settings(folder, rows, template=template, zones=zones)
    return load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=now)


def zone(folder: Path, text: str, name: str = "zone.example") -> Zone:
    """A whole zone without faults; ``HEAD`` comes before ``text``."""
    file = folder / f"{name}.zone"
    file.write_text(HEAD + text)
    made, faults = wholezone.load_zone(name, file)
    assert made is not None, faults
    return made


def query(name: str, qtype: str, *, size: int | None = None) -> dns.message.Message:
    """A query as a resolver sends it; ``size`` with EDNS."""
    message = dns.message.make_query(name, qtype, use_edns=0 if size is not None else -1, payload=size or 0)
    message.flags = dns.flags.Flag(0)
    return message


def raw(
    authority: Authority,
    name: str,
    qtype: str,
    *,
    transport: Transport = Transport.UDP,
    size: int | None = None,
    now: datetime = NOW,
) -> AuthorityReply:
    """The reply as it is."""
    reply = authority.answer(query(name, qtype, size=size).to_wire(), transport=transport, now=now)
    assert reply is not None
    return reply


def ask(
    authority: Authority,
    name: str,
    qtype: str,
    *,
    transport: Transport = Transport.UDP,
    size: int | None = None,
    now: datetime = NOW,
) -> dns.message.Message:
    """The reply, read by dnspython."""
    reply = raw(authority, name, qtype, transport=transport, size=size, now=now)
    return dns.message.from_wire(reply.wire)


def lines(message: dns.message.Message) -> list[str]:
    """A message in short: rcode with flags, then one line for each record, sections in order."""
    flags = "".join(f" {flag}" for flag in dns.flags.to_text(message.flags).lower().split() if flag != "qr")
    told = [dns.rcode.to_text(message.rcode()) + flags]
    for name, section in (("answer", message.answer), ("authority", message.authority), ("more", message.additional)):
        for rrset in section:
            kind = dns.rdatatype.to_text(rrset.rdtype)
            told += [f"{name} {rrset.name} {rrset.ttl} {kind} {rdata.to_text()}" for rdata in rrset]
    return told
