"""Loads the next state of a server, in a child process, and tells it in two parts: DNS first, then mail.

::

    catcher.toml ─▶ config ─▶ catalogue ─▶ zones, keys ─▶ LoadedDns ──▶ the parent forks the DNS workers
                                                │ the loader goes on:
                     stops, texts, certificate ─┴──────▶ LoadedMail ─▶ the parent forks the mail processes

A fault on the mail side delays or stops nothing of DNS. A wrong catcher.toml at a reload leaves the running one in
force, and so do the texts.

Longer than others: the pieces of a load and the steps that make them are read together.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catcher import dns
from catcher.catalogue import Catalogue
from catcher.catalogue.guardrecord import KEPT_FOLDER, LoadedGuard, keep_copy, load_or_keep
from catcher.catalogue.guardrecord import RECORD as GUARD_RECORD
from catcher.catalogue.loading import copies as catalogue_copies
from catcher.catalogue.loading.loaded import LoadedCatalogue
from catcher.catalogue.loading.tolerant import load_tolerant
from catcher.catalogue.stops import Stops
from catcher.config import RESTART_KEYS, Config, load_config
from catcher.model.errors import CatcherError, ConfigurationError, EnvironmentFailure, Fault
from catcher.model.moments import nanoseconds
from catcher.model.serverstatus import LoadedState
from catcher.model.serving import KeptPart, ServedPart
from catcher.regularfile import FileIdentity
from catcher.serve.loadedstate import loaded_state

if TYPE_CHECKING:
    from catcher import smtp

log = logging.getLogger("catcher.serve")

_ZONES_A_PIECE = 50
"""Zones that the parent takes in one turn of its loop: some milliseconds."""


@dataclass(frozen=True, slots=True)
class LoadedDns:
    """All that the DNS processes need, and the catalogue for the mail processes."""

    config: Config
    rows: LoadedCatalogue
    authority: dns.Authority | None
    """None: this server has no role dns."""
    at: datetime
    kept: tuple[KeptPart, ...] = ()
    restart_needed: tuple[str, ...] = ()
    config_at: datetime | None = None
    """The time of the load that read ``config``."""
    config_identity: FileIdentity | None = None
    """The file that ``config`` was read from; None: it has to be read again."""

    @property
    def catalogue(self) -> Catalogue:
        """All rows under the guard."""
        return self.rows.catalogue

    def state(self, kept: Iterable[KeptPart]) -> LoadedState:
        """What ``catcher status`` tells of this state."""
        return loaded_state(self.config, self.catalogue, self.authority, kept)


@dataclass(frozen=True, slots=True)
class LoadedMail:
    """All that the mail processes need beside."""

    config: Config
    """The configuration, with the paths of the files that were chosen for mail."""
    explanations: smtp.Explanations
    certificates: tuple[tuple[Path, Path], ...]
    kept: tuple[KeptPart, ...] = ()
    certificates_at: datetime | None = None
    """The load that read ``certificates``."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The files can't be loaded: the state of before stays."""

    faults: tuple[Fault, ...]
    error: str

    def raised(self) -> CatcherError:
        """The error with which a start ends."""
        return ConfigurationError(self.faults) if self.faults else EnvironmentFailure(self.error)


@dataclass(frozen=True, slots=True)
class MailRefused:
    """The files of the mail side can't be loaded, and there is no older state of them."""

    error: str


@dataclass(frozen=True, slots=True)
class Before:
    """The state in force, from which unchanged and faulty parts are taken."""

    dns: LoadedDns | None = None
    mail: LoadedMail | None = None

    def references(self) -> list[object]:
        """The large objects that a loader needn't send again, when they stay as they are."""
        if self.dns is None:
            return []
        found: list[object] = [self.dns.config, *self.dns.config.dns.zone, self.dns.rows.base, self.dns.rows.rows]
        if self.dns.authority is not None:
            files = self.dns.authority.files
            found += [files.template, *files.zones.values(), *self.dns.authority.zones.values()]
        return [value for value in found if value is not None]


def load(
    config: Config, before: Before, roles: Collection[str], now: datetime, tell: Callable[[Any], None]
) -> Callable[[], None] | None:
    """Loads everything and tells it. ``config``: the running configuration; its file is read anew, unless this is the
    first load.

    Returns what is to be done when nobody waits any more: the copies for the time after a restart.
    """
    try:
        read = _read_config(config, before.dns, now)
        loaded = _dns(read.config, read.restart_needed, before, roles, now)
    except CatcherError as error:
        tell(Refused(error.faults if isinstance(error, ConfigurationError) else (), str(error)))
        return None
    loaded = replace(loaded, kept=(*read.kept, *loaded.kept), config_at=read.read_at, config_identity=read.identity)
    known = set(map(id, before.references()))
    zones = () if loaded.authority is None else loaded.authority.files.zones.values()
    for objects in (loaded.config.dns.zone, zones):
        new = [value for value in objects if id(value) not in known]
        for first in range(0, len(new), _ZONES_A_PIECE):
            tell(new[first : first + _ZONES_A_PIECE])
    tell(loaded)
    if "smtp" in roles:
        load_mail(loaded, before.mail, now, tell)
    return functools.partial(_copy, loaded)


def load_mail(loaded: LoadedDns, before: LoadedMail | None, now: datetime, tell: Callable[[Any], None]) -> None:
    """Loads the mail part alone and tells it."""
    tell(_mail(loaded, before, now))


@dataclass(frozen=True, slots=True)
class _ReadConfig:
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


def _read_config(running: Config, before: LoadedDns | None, now: datetime) -> _ReadConfig:
    """The configuration as its file says, with the running values of the keys that need a restart.

    If the file has faults or is as it was, it is the running configuration; what of it stays as it was is the same
    object as before.
    """
    if before is None:
        return _ReadConfig(running, now)
    identity = _settled(running.path, now)
    if identity is not None and identity == before.config_identity:
        return _ReadConfig(running, now, before.restart_needed, identity=identity)
    try:
        read = load_config(running.path, files_may_be_missing=True)
    except ConfigurationError as error:
        faults = _kept(ServedPart.CONFIG, running.path.name, error, now, before.config_at)
        return _ReadConfig(running, before.config_at, kept=tuple(faults))
    merged, restart_needed = _merged(read, running)
    return _ReadConfig(_shared(merged, running), now, restart_needed, identity=identity)


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


def _dns(
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
                rows.digest, rows.changed, None if restored is None else (restored.digest, restored.rows)
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


def _copy(loaded: LoadedDns) -> None:
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
    except (EnvironmentFailure, OSError) as error:
        log.error("no copy of the guard's record is kept: %s", error)
    if loaded.authority is not None:
        dns.write_copies(folder, loaded.authority.files)


def _mail(loaded: LoadedDns, before: LoadedMail | None, now: datetime) -> LoadedMail | MailRefused:
    """Texts and certificate: of each the last good state, if the new one has faults."""
    # Imported when DNS is told already: at the start nothing waits for the modules of mail.
    from catcher import smtp
    from catcher.serve.mailfiles import mail_files
    from catcher.serve.smtp import certificate_files

    mail = mail_files(loaded.config, loaded.catalogue, now, () if before is None else before.kept)
    config, kept = mail.config, list(mail.kept)
    stops, certificates_at = Stops(config.node.state), now
    try:
        stops.settle(loaded.catalogue, now)
    except CatcherError as error:  # the list then says what the catalogue says as well
        log.warning("the list of stopped domains stays as it is: %s", error)
    try:
        certificates = certificate_files(config, now)
        smtp.Certificates(certificates)
    except CatcherError as error:
        if before is None:
            return MailRefused(str(error))
        certificates, certificates_at = before.certificates, before.certificates_at or now
        kept += _kept(ServedPart.MAIL, "certificate", error, now, before.certificates_at)
    return LoadedMail(config, mail.explanations, certificates, tuple(kept), certificates_at)


def _kept(
    part: ServedPart, name: str, error: CatcherError, now: datetime, serves: datetime | None
) -> Iterator[KeptPart]:
    faults = error.faults if isinstance(error, ConfigurationError) else (Fault(name, str(error), "see the text"),)
    for fault in faults:
        yield KeptPart(part, name, fault, since=now, serves=serves)
