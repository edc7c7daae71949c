"""Configuration and catalogue → an Authority: template, zone files and keys, each with its last good state."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from catcher.catalogue import Catalogue
from catcher.catalogue.servedguard import read_served
from catcher.config import Config
from catcher.dns.answering.authority import Authority
from catcher.dns.answering.cookies import Cookies
from catcher.dns.answering.options import ReplySettings
from catcher.dns.answering.secondaries import Secondaries
from catcher.dns.loading import keyfile, keys_and_options, ledger, serial
from catcher.dns.loading.changes import RowChanges
from catcher.dns.loading.copies import Copies
from catcher.dns.loading.zonefiles import Loading
from catcher.dns.wire import RRset
from catcher.dns.zones import template
from catcher.dns.zones.catalogzone import CatalogGroup, CatalogZone
from catcher.dns.zones.loaded import LoadedFiles
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.serving import ServedPart

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
    rows: RowChanges | None = None,
    seen: float = 0.0,
) -> Authority:
    """Reads the template, the zone files that changed, and the keys.

    ``keep_serial`` False: the state folder is left untouched (``check``). ``tolerant``: a part with faults takes only
    itself down. Its last good state, from ``before``, or after a restart from the copies in ``kept``
    (``node.state/kept``), stays in force; ``Authority.files.kept`` tells of it. Without such a state queries for a zone
    get SERVFAIL, and without a template catalogued names get REFUSED.

    Zones whose files are as they were in ``before``, or when their copy was made, are taken over without being read;
    from ``before`` they are the same objects. The copies are written by ``copies.write_copies``, afterwards.

    ``rows``: what changed in the catalogue since ``before``; None: it is found by comparing both.
    ``seen``: the latest time, in Unix seconds, of which NOTIFY told serials.

    Raises ConfigurationError with every fault unless ``tolerant``.
    """
    loading = Loading(None if before is None else before.files, Copies(kept), now, told=tolerant)
    ours = template.Ours(config.smtp.hostname, config.dns.nameservers, tuple(zone.name for zone in config.dns.zone))
    name = "the built-in template" if config.catalogue.template is None else config.catalogue.template.name
    published = loading.template(*_template(config.catalogue.template, ours), name)
    refused = dict(_below_catalogue(config, catalogue))
    catalog_name = _catalog_name(config, catalogue, before, loading)
    settings = _settings(config, before, loading, keep=keep_serial)
    secondaries = _secondaries(config, before, loading)
    zones = loading.zones(((zone.name, zone.file) for zone in config.dns.zone), refused)
    if loading.faults and not tolerant:
        raise ConfigurationError(loading.faults)
    if keep_serial and not config.dns.packet_cache:
        log.warning("dns.packet_cache is false: every query is answered without the packet cache, which takes more CPU")
    if published is None:
        catalogue, catalog_name = Catalogue.of([]), None
    rrsets = template.complete({}, ours) if published is None else published.rrsets
    served = None
    if before is not None and before.ledger is not None:
        served = serial.Served(before.catalogue, before.serials, before.catalog)
    known = ledger.read(config.node.state) if before is None else before.ledger
    if before is None and known is not None:
        served = serial.over_restart(known, catalogue, rows, read_served(config.node.state) if known.guard else None)
        if rows is not None and rows.digest == known.rows_digest:
            rows = replace(rows, changed=frozenset())
    settled = serial.settle(known, served, catalogue, _digest(rrsets), now, seen, rows)
    new_ledger, catalog = settled.ledger, None
    if catalog_name is not None:
        group = CatalogGroup(config.dns.catalog_group)
        fresh = CatalogZone(catalog_name, catalogue, 0, config.dns.nameservers[0], group=group)
        part = serial.settle_catalog(settled, served, fresh, now, rows)
        catalog = fresh.continuing(part.given, part.journal)
        new_ledger = replace(new_ledger, catalog=part)
    if keep_serial and published is not None:
        ledger.write(config.node.state, new_ledger)
    return Authority(
        catalogue,
        template.publications(rrsets, settled.serials.base.serial),
        {name: loaded.zone for name, loaded in zones.items()},
        settings=settings,
        secondaries=secondaries,
        catalog=catalog,
        unloaded=[zone.name for zone in config.dns.zone if zone.name not in zones and zone.name not in refused],
        serials=settled.serials,
        ledger=known if published is None else new_ledger,
        files=LoadedFiles(zones, published, tuple(loading.kept)),
    )


def _catalog_name(config: Config, catalogue: Catalogue, before: Authority | None, loading: Loading) -> str | None:
    """The catalog zone's name. A name that it can't have is kept if the catalog zone had it before."""
    name = config.dns.catalog_zone
    faults = list(keys_and_options.misplaced_catalog(config, catalogue))
    if not faults:
        return name
    known = before is not None and before.catalog is not None and before.catalog.name == name
    serves = before.serials.loaded if before is not None and known else None
    loading.keep(ServedPart.CONFIG, "dns.catalog_zone", faults, serves, "there is no catalog zone")
    return name if known else None


def _settings(config: Config, before: Authority | None, loading: Loading, *, keep: bool) -> ReplySettings:
    """The options of replies. A file of cookie secrets with faults: the secrets of before, or one of our own."""
    settings, faults = keys_and_options.settings(config, keep=keep)
    if not faults:
        return settings
    own = config.dns.cookie_secrets
    loading.keep(
        ServedPart.KEYS,
        "dns.cookie_secrets" if own is None else own.name,
        faults,
        None if before is None else before.serials.loaded,
        "cookies have a secret of this server alone",
    )
    if before is not None:
        return replace(settings, cookies=before.settings.cookies)
    return replace(settings, cookies=Cookies(keyfile.own_cookie_secrets(config.node.state / "keys")))


def _secondaries(config: Config, before: Authority | None, loading: Loading) -> Secondaries:
    """The secondaries. With faults: those of before, or those whose keys are there."""
    secondaries, faults = keys_and_options.secondaries(config)
    if not faults:
        return secondaries
    own = config.dns.keys
    loading.keep(
        ServedPart.KEYS,
        "dns.keys" if own is None else own.name,
        faults,
        None if before is None else before.serials.loaded,
        "secondaries whose key is missing get nothing",
    )
    return secondaries if before is None else before.secondaries


def _template(path: Path | None, ours: template.Ours) -> tuple[dict[bytes, dict[int, RRset]] | None, list[Fault]]:
    if path is not None:
        return template.load_template(path, ours)
    with as_file(files("catcher") / "zonefiles" / "template.zone") as built_in:
        return template.load_template(built_in, ours)


def _below_catalogue(config: Config, catalogue: Catalogue) -> Iterator[tuple[str, Fault]]:
    """Faults of whole zones at or below a catalogued name, by apex: they could publish records that a template may not
    hold, like an address or a foreign MX."""
    for number, zone in enumerate(config.dns.zone):
        entry = catalogue.find(zone.name)
        if entry is not None:
            where = f"{config.path.name}: dns.zone[{number}].name"
            what = f"{zone.name} is at or below the catalogued name {entry.domain} ({entry.where})"
            yield zone.name, Fault(where, what, "take the zone out here, or the row out of the catalogue")


def _digest(published: Mapping[bytes, Mapping[int, RRset]]) -> str:
    """A digest of the completed template."""
    digest = hashlib.sha256()
    for owner, types in sorted(published.items()):
        for rrtype, rrset in sorted(types.items()):
            for rdata in rrset.rdatas:
                digest.update(b"%d %d %d " % (rrtype, rrset.ttl, len(owner)) + owner + rdata.octets)
    return digest.hexdigest()
