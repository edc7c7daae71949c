"""The files of the mail side: of each the newest good state, so that a fault in one takes only itself down.

::

    catcher.toml: watchlist, markings, networks, explanations, certificate and key
    state folder: mailboxes.csv, directory/*.csv
      └─▶ check each ─┬─ good ─▶ copy under state/kept/mail/KEY/, which the mail processes read
                      └─ faulty or missing ─▶ KeptPart; the copy of its last good state, else none (built-in texts,
                                              no list, a self-signed certificate)
    state folder: keys/ ─▶ check, no copy: a key has no other place ─▶ KeptPart

The mail processes get paths of the chosen files: a process that starts again later reads what this load checked. A copy
has the time of its source. If a copy can't be written, the source is read, the log says so, and the next load tries it
again.

Longer than others: every kind of file that mail reads stands here with what holds without it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catcher import smtp, wiring
from catcher.catalogue import Catalogue
from catcher.catalogue.atomic import replace_folder, restore_folder, write_folder
from catcher.config import Config
from catcher.directory import ImportedLists, own_mailbox_providers, owners
from catcher.directory.imports import directory_in
from catcher.model.errors import ConfigurationError, EnvironmentFailure, Fault
from catcher.model.serving import KeptPart, ServedPart
from catcher.privacy import notice_codes, period_of, period_of_key
from catcher.regularfile import MOST_OCTETS, read_regular

log = logging.getLogger("catcher.serve")

FOLDER = Path("kept") / "mail"
"""The folder of the copies, in the state folder."""
_MOST_NETWORKS = 512 << 20
"""Most octets of a database of networks: the largest known has some 60 MB."""
_BUILT_IN_TEXTS = "the built-in texts hold"
_SELF_SIGNED = "a self-signed certificate is used"
_NO_LIST = "mail is judged without it"
_DIRECTORY = "directory-"
"""The copies of imported directories begin with it."""


@dataclass(frozen=True, slots=True)
class MailFiles:
    """The files that the mail processes use."""

    config: Config
    """The configuration, with the paths of the chosen files."""
    explanations: smtp.Explanations
    lists: ImportedLists
    kept: tuple[KeptPart, ...]


def mail_files(config: Config, catalogue: Catalogue, now: datetime) -> MailFiles:
    """The newest good state of each file."""
    chooser = _Chooser(config.node.state / FOLDER, now)
    section = config.fingerprint
    lists = section.model_copy(
        update={
            "watchlist": chooser.file("watchlist", section.watchlist, wiring.watch_list),
            "markings": chooser.file("markings", section.markings, lambda file: _check_markings(config, file)),
            "networks": chooser.file("networks", section.networks, owners, most=_MOST_NETWORKS),
        }
    )
    imported = _imported(config.node.state, chooser)
    _check_keys(config, now, chooser)
    folder = chooser.texts(config.smtp.explanations, lambda folder: _texts(config, folder, {}))
    certificate, key = chooser.certificate(config.smtp.certificate, config.smtp.key)
    mail = config.smtp.model_copy(update={"certificate": certificate, "key": key, "explanations": folder})
    named = {config.smtp.language: f"{config.path.name}: smtp.language", **catalogue.languages()}
    try:
        texts = _texts(config, folder, named)
    except ConfigurationError as error:  # a language without a text: its rows get the text in the default language
        instead = "rows in this language get the text in the default language"
        chooser.keep(error.faults[0].where, error, None, instead)
        texts = _texts_of_default(config, folder)
    served = config.model_copy(update={"fingerprint": lists, "smtp": mail})
    return MailFiles(served, texts, imported, tuple(chooser.kept))


def good_lists(state: Path, now: datetime) -> ImportedLists:
    """The newest good state of each imported list, for a process whose load chose none. Nothing is written."""
    chooser = _Chooser(state / FOLDER, now, copies=False)
    lists = _imported(state, chooser)
    for part in chooser.kept:
        log.error("%s", part)
    return lists


def _imported(state: Path, chooser: _Chooser) -> ImportedLists:
    try:
        there = ImportedLists.of(state)
    except ConfigurationError as error:  # the folder of directories
        kept = chooser.last_directories()
        chooser.keep(error.faults[0].where, error, chooser.newest(kept), _NO_LIST)
        return ImportedLists(_mailboxes(state, chooser), tuple(kept))
    directories = [chooser.file(f"{_DIRECTORY}{file.stem}", file, directory_in) for file in there.directories]
    return ImportedLists(_mailboxes(state, chooser), tuple(file for file in directories if file is not None))


def _mailboxes(state: Path, chooser: _Chooser) -> Path | None:
    return chooser.file("mailboxes", ImportedLists.mailboxes_in(state), own_mailbox_providers)


def _check_keys(config: Config, now: datetime, chooser: _Chooser) -> None:
    """Tells of keys that can't be used. They stay where they are: a copy would outlive the key."""
    folder, ring = config.node.state / "keys", wiring.key_ring(config)
    try:
        if any(period_of_key(key_id) == period_of(now) for key_id in ring.key_ids()):
            ring.tokens(now)
    except EnvironmentFailure as error:
        chooser.keep("keys", error, None, "nothing can be recorded, and policy accept answers 451")
    try:
        if os.path.lexists(folder / "notices.key"):
            notice_codes(folder)
    except EnvironmentFailure as error:
        chooser.keep("notices.key", error, None, "answers to notices get 451")


def _check_markings(config: Config, file: Path) -> None:
    changed = config.fingerprint.model_copy(update={"markings": file})
    wiring.own_markings(config.model_copy(update={"fingerprint": changed}))


def _check_certificate(files: Sequence[Path], named: tuple[Path, Path]) -> None:
    """Checks copies; a fault names the files that catcher.toml names."""
    try:
        smtp.Certificates([(files[0], files[1])])
    except ConfigurationError as error:
        where = ", ".join(file.name for file in named)
        raise ConfigurationError([Fault(where, fault.what, fault.remedy) for fault in error.faults]) from None


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

    def __init__(self, folder: Path, now: datetime, *, copies: bool = True) -> None:
        """``copies`` False: none is written."""
        self._folder = folder
        self._now = now
        self._copies = copies
        self.kept: list[KeptPart] = []

    def file(
        self, key: str, source: Path | None, check: Callable[[Path], object], *, most: int = MOST_OCTETS
    ) -> Path | None:
        """One file of at most ``most`` octets; None: there is no such file, or no good one."""
        if source is None:
            return None
        chosen = self._chosen(key, source.name, [source], [source.name], lambda files: check(files[0]), _NO_LIST, most)
        return chosen[0] if chosen else None

    def texts(self, source: Path | None, check: Callable[[Path], object]) -> Path | None:
        """A folder of texts; as ``file``. A folder without texts is good: the built-in ones hold."""
        if source is None:
            return None

        def check_all(files: Sequence[Path]) -> object:
            return check(files[0].parent)

        try:
            files = sorted(file for file in source.iterdir() if file.suffix == ".txt")
        except OSError as error:
            chosen = self._last_good("texts", source.name, check_all, error, _BUILT_IN_TEXTS)
        else:
            if not files:
                return source
            names = [file.name for file in files]
            chosen = self._chosen("texts", source.name, files, names, check_all, _BUILT_IN_TEXTS)
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
            lambda files: _check_certificate(files, (certificate, key)),
            _SELF_SIGNED,
        )
        if not chosen:
            return None, None
        return (certificate, key) if len(self.kept) == faults else (chosen[0], chosen[1])

    def keep(self, name: str, error: Exception, serves: datetime | None, instead: str) -> None:
        """Notes a kept part for each fault of a file."""
        match error:
            case ConfigurationError():
                faults = error.faults
            case EnvironmentFailure():
                where, _, text = str(error).partition(": ")
                what, _, remedy = text.partition("; ")
                faults = (Fault(where, what, remedy or "mend it"),)
            case OSError():
                faults = (Fault(name, f"it can't be read: {error.strerror}", "make it a readable file"),)
            case _:
                faults = (Fault(name, f"it can't be read: {type(error).__name__}", "mend the file"),)
        instead = instead if serves is None else ""
        self.kept += (KeptPart(ServedPart.MAIL, name, fault, self._now, serves, instead) for fault in faults)

    def last_directories(self) -> list[Path]:
        """The copies of all imported directories."""
        folders = sorted(self._folder.glob(f"{_DIRECTORY}*"))
        return [file for folder in folders for file in self._last(folder, lambda files: directory_in(files[0]))]

    @staticmethod
    def newest(files: Sequence[Path]) -> datetime | None:
        """The latest time of ``files``; None without any."""
        return max((datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files), default=None)

    def _chosen(
        self,
        key: str,
        name: str,
        sources: Sequence[Path],
        names: Sequence[str],
        check: Callable[[Sequence[Path]], Any],
        instead: str,
        most: int = MOST_OCTETS,
    ) -> Sequence[Path]:
        """The copies of ``sources``, called ``names``, if they are good; else the copies of their last good state;
        empty without any."""
        folder = self._folder / key
        try:
            octets = {name: _octets(source, most) for name, source in zip(names, sources, strict=True)}
            if not self._copies:
                check(sources)
                return sources
            self._restore(folder)
            if octets == _contents(folder, most):
                copies = [folder / name for name in names]
                check(copies)
                return copies
            times = [source.stat().st_mtime_ns for source in sources]
            files = {name: (octets[name], time) for name, time in zip(names, times, strict=True)}
            return self._copied(folder, name, sources, files, check)
        except Exception as error:  # a library may raise anything on a hostile file: the last good state serves on
            return self._last_good(key, name, check, error, instead)

    def _last_good(
        self, key: str, name: str, check: Callable[[Sequence[Path]], Any], error: Exception, instead: str
    ) -> Sequence[Path]:
        """The copies of the last good state, if there is one; the part is kept because of ``error``."""
        last = self._last(self._folder / key, check)
        self.keep(name, error, self.newest(last), instead)
        return last

    def _copied(
        self,
        folder: Path,
        name: str,
        sources: Sequence[Path],
        files: Mapping[str, tuple[bytes, int]],
        check: Callable[[Sequence[Path]], Any],
    ) -> Sequence[Path]:
        """Copies of good files; the files themselves where they can't be copied. Raises what ``check`` raises."""
        draft = folder.with_name(f"{folder.name}.new")
        try:
            write_folder(draft, files)
        except OSError as error:
            _not_copied(name, error)
            check(sources)
            return sources
        check([draft / name for name in files])
        try:
            replace_folder(folder, draft)
        except OSError as error:
            _not_copied(name, error)
            return sources
        return [folder / name for name in files]

    @staticmethod
    def _restore(folder: Path) -> None:
        try:
            restore_folder(folder)
        except OSError as error:
            log.error("%s: the kept copy can't be used: %s", folder, error.strerror)

    def _last(self, folder: Path, check: Callable[[Sequence[Path]], Any]) -> Sequence[Path]:
        if self._copies:
            self._restore(folder)
        try:
            last = sorted(folder.iterdir()) if folder.is_dir() else []
            if last:
                check(last)
        except Exception as error:  # a damaged copy is as good as none
            log.error("%s: the kept copy can't be used: %s", folder, type(error).__name__)
            return []
        return last


def _octets(source: Path, most: int) -> bytes:
    """The octets of a file. Raises ConfigurationError, which names it."""
    try:
        return read_regular(source, most)
    except OSError as error:
        fault = Fault(source.name, f"it can't be read: {error.strerror}", "make it a readable file")
        raise ConfigurationError([fault]) from None


def _contents(folder: Path, most: int) -> dict[str, bytes]:
    """The octets of a copy; none if it can't be read: then it is written anew."""
    try:
        return {file.name: read_regular(file, most) for file in folder.iterdir()} if folder.is_dir() else {}
    except OSError:
        return {}


def _not_copied(name: str, error: OSError) -> None:
    log.error("%s: it can't be copied, so this state of it isn't kept: %s", name, error.strerror)
