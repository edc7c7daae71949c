"""What a load tells: the state for DNS, the state for mail, or why there is none; and the state in force before."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from catcher import dns
from catcher.catalogue import Catalogue
from catcher.catalogue.loading.loaded import LoadedCatalogue
from catcher.config import Config
from catcher.directory import ImportedLists
from catcher.model.errors import CatcherError, ConfigurationError, EnvironmentFailure, Fault
from catcher.model.serverstatus import LoadedState
from catcher.model.serving import KeptPart
from catcher.regularfile import FileIdentity
from catcher.serve.loadedstate import KeptSince, loaded_state, read_since, since_of

if TYPE_CHECKING:
    from catcher import smtp


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
    lists: ImportedLists
    """The imported lists that were chosen."""
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

    def since(self, state: Path, roles: Collection[str]) -> KeptSince:
        """Since when parts are kept; at the first load: since when they were before the restart."""
        if self.dns is None:
            return read_since(state, roles)
        if self.mail is None:
            return {**read_since(state, roles), **since_of(self.dns.kept)}
        return since_of((*self.dns.kept, *self.mail.kept))

    def references(self) -> list[object]:
        """The large objects that a loader needn't send again, when they stay as they are."""
        if self.dns is None:
            return []
        found: list[object] = [self.dns.config, *self.dns.config.dns.zone, self.dns.rows.base, self.dns.rows.rows]
        if self.dns.authority is not None:
            files = self.dns.authority.files
            found += [files.template, *files.zones.values(), *self.dns.authority.zones.values()]
        return [value for value in found if value is not None]
