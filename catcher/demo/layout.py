"""Writes configurations, catalogues, watch list, contacts and zones for the sink and the organisations' DNS server."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from catcher.demo.keys import DemoKey
from catcher.demo.organisations import ORGANISATIONS, PLATFORM
from catcher.demo.zones import world

HOST = "127.0.0.1"

_CATALOGUE = (
    ("army.ml", "army.mil", "accept", "", "", "the typo that gave catcher its task"),
    ("navy.ml", "navy.mil", "explain", "", "", "not kept, and the sender is told"),
    ("contracter.example", "contractor.example", "accept", "", "", ""),
    ("minstry.example", "ministry.example", "refuse", "", "", "explained at RCPT; only the envelope is seen"),
    ("hosptal.example", "hospital.example", "accept", "{until}", "observe", "ends mid-month"),
    ("travle.example", "travel.example", "null", "", "", "null MX"),
    ("shipyrad.example", "shipyard.example", "observe", "", "", "DNS demand only"),
    ("universty.example", "university.example", "release", "", "", "about to be handed over"),
)
_INTENDED = (("army.mil", "Army"), ("navy.mil", "Navy"))

_SINK_ZONE = f"""\
$TTL 300
@ IN SOA ns1.sink.example. hostmaster.sink.example. 1 3600 600 1209600 300
@ IN NS ns1.sink.example.
@ IN NS ns2.sink.example.
ns1 IN A {HOST}
ns2 IN A {HOST}
mx IN A {HOST}
"""

_SINK = """\
# Written by `catcher demo`. `catcher observation list -c` this file shows what the demo's server stored.
[node]
name = "demo"
[operator]
name = "Registry of Example"
contact = "desk@registry.example"
url = "https://registry.example/strayed-mail"
postal = "1 Example Square, Exampleton"
[dns]
listen = ["{host}:{dns}"]
nameservers = ["ns1.sink.example", "ns2.sink.example"]
[[dns.zone]]
name = "sink.example"
file = "sink.example.zone"
[smtp]
listen = ["{host}:{smtp}"]
hostname = "mx.sink.example"
[catalogue]
files = ["catalogue.csv"]
[fingerprint]
resolvers = ["{host}:{world}"]
watchlist = "watchlist.csv"
[notify]
domain = "notices.sink.example"
smarthost = "{host}"
smarthost_port = {mail}
smarthost_tls = "none"
[log]
level = "debug"
"""

_WORLD = """\
# The DNS of the made-up organisations: what the sink's resolver asks for SPF, DKIM, DMARC and reverse names.
[node]
name = "demo-world"
[dns]
listen = ["{host}:{world}"]
nameservers = ["ns.world.example"]
[smtp]
listen = ["{host}:{unused}"]
[catalogue]
files = ["catalogue.csv"]
[log]
level = "debug"
"""


def lay_out_sink(folder: Path, ports: Mapping[str, object], *, until: date) -> Path:
    """Writes the sink's configuration, catalogue, watch list, contacts and zone; returns the configuration file."""
    folder.mkdir(parents=True)
    rows = [[cell.format(until=until) for cell in row] for row in _CATALOGUE]
    _table(folder / "catalogue.csv", ("domain", "intended", "policy", "until", "then", "note"), rows)
    names = [*_INTENDED, *((org.domain, org.name) for org in ORGANISATIONS if org is not PLATFORM)]
    _table(folder / "watchlist.csv", ("domain", "organisation"), names)
    contacts = [(domain, f"security@{domain}") for domain, _ in names]
    _table(folder / "contacts.csv", ("party", "address"), contacts)
    (folder / "sink.example.zone").write_text(_SINK_ZONE, "ascii")
    return _configuration(folder, _SINK.format_map(ports))


def lay_out_world(folder: Path, ports: Mapping[str, object], keys: Mapping[str, DemoKey]) -> Path:
    """Writes the organisations' zones and their server's configuration; returns the configuration file."""
    folder.mkdir(parents=True)
    _table(folder / "catalogue.csv", ("domain", "intended", "policy"), ())
    sections = []
    for name, text in world(keys).items():
        (folder / f"{name}.zone").write_text(text, "ascii")
        sections.append(f'[[dns.zone]]\nname = "{name}"\nfile = "{name}.zone"\n')
    return _configuration(folder, _WORLD.format_map(ports) + "".join(sections))


def _table(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _configuration(folder: Path, text: str) -> Path:
    path = folder / "catcher.toml"
    path.write_text(text, "utf-8")
    return path
