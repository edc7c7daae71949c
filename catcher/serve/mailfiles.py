"""The files of the mail side: of each the newest good state, so that a fault in one takes only itself down.

::

    catcher.toml: watchlist, markings, networks, explanations, certificate and key
      └─▶ check each ─┬─ good ─▶ copy under state/kept/mail/KEY/, which the mail processes read
                      └─ faulty or missing ─▶ KeptPart; the copy of its last good state, else none (built-in texts,
                                              no list, a self-signed certificate)

The mail processes get a configuration whose paths name the chosen files: a process that starts again later
reads what this load checked. A copy has the time of its source. If a copy can't be written, the source is read, and the
log says so.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catcher import smtp, wiring
from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.directory import owners
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.serving import KeptPart, ServedPart
from catcher.regularfile import read_regular

log = logging.getLogger("catcher.serve")

FOLDER = Path("kept") / "mail"
"""The folder of the copies, in the state folder."""


@dataclass(frozen=True, slots=True)
class MailFiles:
    """The files that the mail processes use."""

    config: Config
    """The configuration, with the paths of the chosen files."""
    explanations: smtp.Explanations
    kept: tuple[KeptPart, ...]


def mail_files(config: Config, catalogue: Catalogue, now: datetime, before: Iterable[KeptPart] = ()) -> MailFiles:
    """The newest good state of each file. ``before``: the kept parts of the last load, for their ``since``."""
    chooser = _Chooser(config.node.state / FOLDER, now, {part.name: part.since for part in before})
    section = config.fingerprint
    lists = section.model_copy(
        update={
            "watchlist": chooser.file("watchlist", section.watchlist, wiring.watch_list),
            "markings": chooser.file("markings", section.markings, lambda file: _check_markings(config, file)),
            "networks": chooser.file("networks", section.networks, owners),
        }
    )
    folder = chooser.texts(config.smtp.explanations, lambda folder: _texts(config, folder, {}))
    certificate, key = chooser.certificate(config.smtp.certificate, config.smtp.key)
    mail = config.smtp.model_copy(update={"certificate": certificate, "key": key, "explanations": folder})
    named = {config.smtp.language: f"{config.path.name}: smtp.language", **catalogue.languages()}
    try:
        texts = _texts(config, folder, named)
    except ConfigurationError as error:  # a language without a text: its rows get the text in the default language
        chooser.keep(error.faults[0].where, error, now)
        texts = _texts_of_default(config, folder)
    return MailFiles(config.model_copy(update={"fingerprint": lists, "smtp": mail}), texts, tuple(chooser.kept))


def _check_markings(config: Config, file: Path) -> None:
    changed = config.fingerprint.model_copy(update={"markings": file})
    wiring.own_markings(config.model_copy(update={"fingerprint": changed}))


def _texts(config: Config, folder: Path | None, needed: Mapping[str, str]) -> smtp.Explanations:
    """The texts in ``folder`` and the built-in ones. Raises ConfigurationError, also for a ``needed`` language without
    a text."""
    return smtp.load_explanations(
        folder,
        language=config.smtp.language,
        operator=config.operator.name,
        page=config.operator.url,
        needed=needed,
    )


def _texts_of_default(config: Config, folder: Path | None) -> smtp.Explanations:
    """The texts for a configuration in which some language has none: the default is the configured language, or English
    if that has no text."""
    try:
        return _texts(config, folder, {config.smtp.language: ""})
    except ConfigurationError:
        return smtp.load_explanations(folder, operator=config.operator.name, page=config.operator.url)


class _Chooser:
    """Chooses the files for each key and collects the kept parts."""

    def __init__(self, folder: Path, now: datetime, since: Mapping[str, datetime]) -> None:
        self._folder = folder
        self._now = now
        self._since = since
        self.kept: list[KeptPart] = []

    def file(self, key: str, source: Path | None, check: Callable[[Path], object]) -> Path | None:
        """One file; None: the configuration names none, or there is no good one."""
        if source is None:
            return None
        chosen = self._chosen(key, source.name, [source], [source.name], lambda files: check(files[0]))
        return chosen[0] if chosen else None

    def texts(self, source: Path | None, check: Callable[[Path], object]) -> Path | None:
        """A folder of texts; as ``file``. A folder without texts is good: the built-in ones hold."""
        if source is None:
            return None
        files = sorted(source.glob("*.txt"))
        if not files and source.is_dir():
            return source
        names = [file.name for file in files]
        chosen = self._chosen("texts", source.name, files or [source], names, lambda files: check(files[0].parent))
        return chosen[0].parent if chosen else None

    def certificate(self, certificate: Path | None, key: Path | None) -> tuple[Path | None, Path | None]:
        """Certificate and key. While they are good the operator's own are used: a worker reads them again when they
        change."""
        if certificate is None or key is None:
            return None, None
        faults = len(self.kept)
        chosen = self._chosen(
            "certificate",
            certificate.name,
            [certificate, key],
            ["certificate.pem", "key.pem"],
            lambda files: smtp.Certificates([(files[0], files[1])]),
        )
        if not chosen:
            return None, None
        return (certificate, key) if len(self.kept) == faults else (chosen[0], chosen[1])

    def keep(self, name: str, error: Exception, serves: datetime | None) -> None:
        """Notes a kept part for each fault of a file."""
        match error:
            case ConfigurationError():
                faults = error.faults
            case OSError():
                faults = (Fault(name, f"it can't be read: {error.strerror}", "name a readable file in catcher.toml"),)
            case _:
                faults = (Fault(name, f"it can't be read: {type(error).__name__}", "mend the file"),)
        since = self._since.get(name, self._now)
        self.kept += (KeptPart(ServedPart.MAIL, name, fault, since, serves) for fault in faults)

    def _chosen(
        self, key: str, name: str, sources: Sequence[Path], names: Sequence[str], check: Callable[[Sequence[Path]], Any]
    ) -> Sequence[Path]:
        """The copies of ``sources``, called ``names``, if they are good; else the copies of their last good state;
        empty without any."""
        folder = self._folder / key
        try:
            octets = {name: read_regular(source) for name, source in zip(names, sources, strict=False)}
            if not octets:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            if octets == _contents(folder):
                check([folder / name for name in names])
                return [folder / name for name in names]
            draft = folder.with_name(f"{key}.new")
            try:
                write_mail_copies(draft, octets, [source.stat().st_mtime_ns for source in sources])
            except OSError as error:
                log.error("%s: it can't be copied, so no last good state of it is kept: %s", name, error.strerror)
                check(sources)
                return sources
            check([draft / name for name in names])
            _replace(folder, draft)
            return [folder / name for name in names]
        except Exception as error:  # a library may raise anything on a hostile file: the last good state serves on
            last = self._last(folder, check)
            times = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in last]
            self.keep(name, error, max(times, default=None))
            return last

    @staticmethod
    def _last(folder: Path, check: Callable[[Sequence[Path]], Any]) -> Sequence[Path]:
        last = sorted(folder.iterdir()) if folder.is_dir() else []
        try:
            if last:
                check(last)
        except Exception as error:  # a damaged copy is as good as none
            log.error("%s: the kept copy can't be used: %s", folder, type(error).__name__)
            return []
        return last


def _contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()} if folder.is_dir() else {}


def write_mail_copies(folder: Path, octets: Mapping[str, bytes], times: Sequence[int]) -> None:
    """Writes a folder of files with these times of change, in nanoseconds. Raises OSError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    for (name, content), time in zip(octets.items(), times, strict=True):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.utime(file.fileno(), ns=(time, time))


def _replace(folder: Path, draft: Path) -> None:
    """Puts ``draft`` in the place of ``folder``. A crash in between costs the last good state. Raises OSError."""
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
