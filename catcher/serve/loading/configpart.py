"""The configuration for a load: as its file says, but for the keys that need a restart; or the running one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from catcher.config import RESTART_KEYS, Config, load_config
from catcher.model.errors import ConfigurationError
from catcher.model.moments import nanoseconds
from catcher.model.serving import KeptPart, ServedPart
from catcher.regularfile import FileIdentity
from catcher.serve.loading.keptpart import kept_parts
from catcher.serve.loading.loaded import LoadedDns


@dataclass(frozen=True, slots=True)
class ConfigPart:
    """The configuration for a load."""

    config: Config
    read_at: datetime | None
    """The load that read it."""
    restart_needed: tuple[str, ...] = ()
    """Keys of the file that differ from ``config``."""
    kept: tuple[KeptPart, ...] = ()
    """The faults of the file, if the running configuration stays in force."""
    identity: FileIdentity | None = None
    """As in ``LoadedDns``."""


def read_config_part(running: Config, before: LoadedDns | None, now: datetime) -> ConfigPart:
    """The configuration as its file says, with the running values of the keys that need a restart.

    If the file has faults or is as it was, it is the running configuration; what of it stays as it was is the same
    object as before.
    """
    if before is None:
        return ConfigPart(running, now)
    identity = _settled(running.path, now)
    if identity is not None and identity == before.config_identity:
        return ConfigPart(running, now, before.restart_needed, identity=identity)
    try:
        read = load_config(running.path, files_may_be_missing=True)
    except ConfigurationError as error:
        faults = kept_parts(ServedPart.CONFIG, running.path.name, error, now, before.config_at)
        return ConfigPart(running, before.config_at, kept=tuple(faults))
    merged, restart_needed = _merged(read, running)
    return ConfigPart(_shared(merged, running), now, restart_needed, identity=identity)


def _settled(path: Path, now: datetime) -> FileIdentity | None:
    """What tells the file at ``path`` from later states of it; None if it changed so recently that it may not."""
    try:
        identity = FileIdentity.of(path.stat())
    except OSError:
        return None
    return identity if identity.is_settled(nanoseconds(now)) else None


def _shared(read: Config, running: Config) -> Config:
    """``read`` with the objects of ``running`` where they are equal: these needn't travel to the parent."""
    if read == running:
        return running
    known = {zone.name: zone for zone in running.dns.zone}
    zones = tuple(known[zone.name] if known.get(zone.name) == zone else zone for zone in read.dns.zone)
    return read.model_copy(update={"dns": read.dns.model_copy(update={"zone": zones})})


def _merged(read: Config, running: Config) -> tuple[Config, tuple[str, ...]]:
    """``read`` with the running values of the keys that need a restart; and those keys that differ."""
    differing = []
    for place in RESTART_KEYS:
        section, _, key = place.partition(".")
        value = getattr(getattr(running, section), key)
        if getattr(getattr(read, section), key) != value:
            differing.append(place)
            changed = getattr(read, section).model_copy(update={key: value})
            read = read.model_copy(update={section: changed})
    return read, tuple(differing)
