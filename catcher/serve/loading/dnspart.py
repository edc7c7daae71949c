"""Catalogue, guard, zones and keys: of each the last good state, and the copies of it for the time after a restart."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from catcher import dns
from catcher.catalogue.guardrecord import KEPT_FOLDER, LoadedGuard, keep_copy, load_or_keep
from catcher.catalogue.guardrecord import RECORD as GUARD_RECORD
from catcher.catalogue.loading import copies as catalogue_copies
from catcher.catalogue.loading.tolerant import load_tolerant
from catcher.catalogue.servedguard import keep_served
from catcher.config import Config
from catcher.model.errors import EnvironmentFailure
from catcher.model.serving import KeptPart, ServedPart
from catcher.serve.loading.loaded import Before, LoadedDns

log = logging.getLogger("catcher.serve")


def load_dns_part(
    config: Config, restart_needed: tuple[str, ...], before: Before, roles: Collection[str], now: datetime
) -> LoadedDns:
    """Catalogue, guard, zones and keys: of each the last good state, if the new one has faults."""
    old, folder = before.dns, config.node.state / KEPT_FOLDER
    section = config.catalogue
    recorded = load_or_keep(
        config.node.state,
        required=section.guard == "required",
        hours=section.guard_hours,
        before=None if old is None else old.catalogue.guard,
    )
    rows = load_tolerant(
        section.files, before=None if old is None else old.rows, kept=folder, guard=recorded.guard, now=now
    )
    rows, restored = replace(rows, restored=None), rows.restored
    kept = [*rows.kept, *_kept_guard(recorded, old, now)]
    authority = None
    if "dns" in roles:
        authority = dns.load_authority(
            config,
            rows.catalogue,
            now=now,
            tolerant=True,
            before=None if old is None else old.authority,
            kept=folder,
            seen=dns.announced_until(config.node.state),
            rows=dns.RowChanges(
                rows.digest,
                rows.changed,
                rows.moved,
                None if restored is None else (restored.digest, restored.rows),
            ),
        )
        kept += authority.files.kept
    return LoadedDns(config, rows, authority, now, tuple(kept), restart_needed)


def _kept_guard(recorded: LoadedGuard, old: LoadedDns | None, now: datetime) -> Iterator[KeptPart]:
    """The guard's part, if its record has a fault: since when, and of which time the runs in force are."""
    if recorded.fault is not None:
        was = None if old is None else next((part for part in old.kept if part.part is ServedPart.GUARD), None)
        since = recorded.since or now if was is None else was.since
        before = None if old is None else old.at if was is None else was.serves
        yield KeptPart(ServedPart.GUARD, GUARD_RECORD, recorded.fault, since, recorded.copied or before)


def copy_dns_part(loaded: LoadedDns) -> None:
    """Keeps copies of what is served, for the time after a restart. A disk that refuses them is told and harms
    nothing."""
    folder = loaded.config.node.state / KEPT_FOLDER
    try:
        catalogue_copies.save(loaded.rows, folder)
    except EnvironmentFailure as error:
        log.error("no copy of the catalogue is kept: %s", error)
    try:
        keep_copy(
            loaded.config.node.state, next((part.since for part in loaded.kept if part.part is ServedPart.GUARD), None)
        )
        keep_served(loaded.config.node.state, loaded.catalogue.guard)
    except (EnvironmentFailure, OSError) as error:
        log.error("no copy of the guard's record is kept: %s", error)
    if loaded.authority is not None:
        dns.write_copies(folder, loaded.authority.files)
