"""Configuration and catalogue → an Authority, or all faults of template, zone files and keys at once."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.dns.answering.authority import Authority
from catcher.dns.loading import keys_and_options, serial
from catcher.dns.wire import RRset
from catcher.dns.zones import template, wholezone
from catcher.dns.zones.catalogzone import CatalogZone
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
    kept: Path | None = None,
) -> Authority:
    """Reads the template, every zone file and the keys.

    ``kept``: the folder of copies of the last good state (``node.state/kept``), read after a restart.

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
    choose = serial.settle if keep_serial else serial.peek
    digest = _digest(published)
    number = choose(config.node.state, _with_rows(digest, config.catalogue.files), now)
    catalog = config.dns.catalog_zone
    return Authority(
        catalogue,
        template.publications(published, number),
        zones,
        settings=settings,
        secondaries=secondaries,
        catalog=None if catalog is None else CatalogZone(catalog, catalogue, number, config.dns.nameservers[0]),
        unloaded=[zone.name for zone in config.dns.zone if zone.name not in zones],
        template=digest,
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


def _with_rows(template: str, catalogue_files: tuple[Path, ...]) -> str:
    """A digest of all data that catalogued names publish: the template's digest and the rows."""
    digest = hashlib.sha256(template.encode("ascii"))
    for path in catalogue_files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
