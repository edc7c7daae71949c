"""Configuration and catalogue → an Authority, or all faults of template, zone files and keys at once."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.dns.answering.authority import Authority
from catcher.dns.loading import keys_and_options, ledger, serial
from catcher.dns.wire import RRset
from catcher.dns.zones import template, wholezone
from catcher.dns.zones.catalogzone import CatalogGroup, CatalogZone
from catcher.dns.zones.zone import Zone
from catcher.model.errors import ConfigurationError, Fault

log = logging.getLogger(__name__)


def load_authority(
    config: Config,
    catalogue: Catalogue,
    *,
    now: datetime,
    keep_serial: bool = True,
    tolerant: bool = False,
    before: Authority | None = None,
) -> Authority:
    """Reads the template, every zone file and the keys.

    ``keep_serial`` False: the state folder is left untouched (``check``). ``tolerant``: a zone with faults doesn't stop
    the load. Its faults are logged, and its data in ``before`` stays in force; without such data queries for it get
    SERVFAIL.

    Raises ConfigurationError with every other fault; when a reload fails, the Authority in force stays.
    """
    ours = template.Ours(config.smtp.hostname, config.dns.nameservers, tuple(zone.name for zone in config.dns.zone))
    published, faults = _template(config.catalogue.template, ours)
    faults += _below_catalogue(config, catalogue)
    faults += keys_and_options.misplaced_catalog(config, catalogue)
    settings, wrong = keys_and_options.settings(config, keep=keep_serial)
    faults += wrong
    secondaries, wrong = keys_and_options.secondaries(config)
    faults += wrong
    zones, wrong = _zones(config, None if before is None else before.zones)
    if tolerant:
        for fault in wrong:
            log.error("%s", fault)
    else:
        faults += wrong
    if published is None or faults:
        raise ConfigurationError(faults)
    if keep_serial and not config.dns.packet_cache:
        log.warning("dns.packet_cache is false: every query is answered without the packet cache, which takes more CPU")
    served = None
    if before is not None and before.ledger is not None:
        served = serial.Served(before.catalogue, before.serials, before.catalog)
    kept = ledger.read(config.node.state) if before is None else before.ledger
    settled = serial.settle(kept, served, catalogue, _digest(published), now)
    new_ledger, catalog = settled.ledger, None
    if config.dns.catalog_zone is not None:
        group = CatalogGroup(config.dns.catalog_group)
        fresh = CatalogZone(config.dns.catalog_zone, catalogue, 0, config.dns.nameservers[0], group=group)
        part = serial.settle_catalog(settled, served, fresh, now)
        catalog = fresh.continuing(part.given, part.journal)
        new_ledger = replace(new_ledger, catalog=part)
    if keep_serial and new_ledger != kept:
        ledger.write(config.node.state, new_ledger)
    return Authority(
        catalogue,
        template.publications(published, settled.serials.base.serial),
        zones,
        settings=settings,
        secondaries=secondaries,
        catalog=catalog,
        unloaded=[zone.name for zone in config.dns.zone if zone.name not in zones],
        serials=settled.serials,
        ledger=new_ledger,
    )


def _zones(config: Config, before: Mapping[str, Zone] | None) -> tuple[dict[str, Zone], list[Fault]]:
    """The whole zones, and their faults; a zone with faults stays as it was before."""
    zones: dict[str, Zone] = {}
    faults = []
    for file in config.dns.zone:
        zone, wrong = wholezone.load_zone(file.name, file.file)
        if zone is None and before is not None:
            zone = before.get(file.name)
        if zone is not None:
            zones[file.name] = zone
        faults += wrong
    return zones, faults


def _template(path: Path | None, ours: template.Ours) -> tuple[dict[bytes, dict[int, RRset]] | None, list[Fault]]:
    if path is not None:
        return template.load_template(path, ours)
    with as_file(files("catcher") / "zonefiles" / "template.zone") as built_in:
        return template.load_template(built_in, ours)


def _below_catalogue(config: Config, catalogue: Catalogue) -> Iterator[Fault]:
    """Faults of whole zones at or below a catalogued name: they could publish records that a template may not hold,
    like an address or a foreign MX."""
    for number, zone in enumerate(config.dns.zone):
        entry = catalogue.find(zone.name)
        if entry is not None:
            yield Fault(
                f"{config.path.name}: dns.zone[{number}].name",
                f"{zone.name} is at or below the catalogued name {entry.domain} ({entry.where})",
                "take the zone out here, or the row out of the catalogue",
            )


def _digest(published: Mapping[bytes, Mapping[int, RRset]]) -> str:
    """A digest of the completed template."""
    digest = hashlib.sha256()
    for owner, types in sorted(published.items()):
        for rrtype, rrset in sorted(types.items()):
            for rdata in rrset.rdatas:
                digest.update(b"%d %d %d " % (rrtype, rrset.ttl, len(owner)) + owner + rdata.octets)
    return digest.hexdigest()
