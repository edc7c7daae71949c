"""Changes the catalogue (add, remove, stop mail) and makes the running server reload it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from catcher.catalogue import Catalogue, Entry
from catcher.catalogue.stops import Stops
from catcher.catalogue.write import FileEdit, writing
from catcher.config import Config
from catcher.desk.doubts import doubtful_with
from catcher.desk.serverrequest import reload_servers
from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import ConfigurationError, EnvironmentFailure, Fault
from catcher.model.mail.policy import Policy
from catcher.model.serving import ReloadOutcome, ReloadResult, ServedPart

_REASONS = 5
"""Most kept parts that one message names."""


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """The change of one row."""

    domain: str
    where: str
    before: Policy | None
    """The row's policy before the change; None for a new row."""
    after: Policy | None
    """The row's policy after the change; None for a deleted row."""
    rewritten: bool
    """False if the row already had these values."""


def add(
    files: Sequence[Path], rows: Iterable[Mapping[str, str]], *, dry_run: bool = False
) -> tuple[list[CatalogueChange], list[Fault]]:
    """Appends rows (column → text) to the first file; returns the changes and the faults of doubtful rows.

    Raises ConfigurationError; then nothing is written.
    """
    with writing(files) as edit:
        added = [edit.add(row) for row in rows]
        doubts = [*doubtful_with(Catalogue.of(added), Catalogue(edit.rows))]
        if not dry_run:
            edit.commit()
    return [CatalogueChange(entry.domain, entry.where, None, entry.policy, True) for entry in added], doubts


def remove(files: Sequence[Path], domains: Iterable[str], *, dry_run: bool = False) -> list[CatalogueChange]:
    """Deletes the rows of ``domains``. Raises ConfigurationError when a domain has no row; then nothing is written."""

    def gone(edit: FileEdit, entry: Entry) -> CatalogueChange:
        edit.remove(entry)
        return CatalogueChange(entry.domain, entry.where, entry.policy, None, True)

    return _each(files, domains, gone, dry_run)


def stop_mail(
    files: Sequence[Path], domains: Iterable[str] | None, *, now: datetime, dry_run: bool = False
) -> list[CatalogueChange]:
    """Turns mail away for ``domains`` (None: every row): their policy becomes ``null``.

    A row that takes no mail keeps its policy: a null MX for a released name would make the mail of its next owner
    bounce. If ``then`` would take mail again, ``until`` and ``then`` are emptied.
    """

    def stopped(edit: FileEdit, entry: Entry) -> CatalogueChange:
        after = Policy.NULL if entry.policy.above_null else entry.policy
        later = entry.until is not None and entry.then.above_null
        cells = {"policy": after.value} if after is not entry.policy else {}
        if later:
            cells |= {"until": "", "then": ""}
        if cells:
            edit.change(entry, cells)
        return CatalogueChange(entry.domain, entry.where, entry.policy_at(now), after, bool(cells))

    return _each(files, domains, stopped, dry_run)


def stop_now(config: Config, domain: str, *, now: datetime) -> list[CatalogueChange]:
    """Turns mail for ``domain`` away at once, as ``catcher stop-mail`` does; the running server applies the change.

    Raises NotCatalogued. After any other CatcherError, mail is still turned away at RCPT; DNS follows once the error is
    mended.
    """
    stops = Stops(config.node.state)
    stops.add({domain})
    try:
        changes = stop_mail(config.catalogue.files, [domain], now=now)
    except NotCatalogued:
        stops.discard({domain})
        raise
    outcome = tell_server(config.node.state)
    if outcome is not None and (reason := not_live(outcome, [domain])):
        raise EnvironmentFailure(f"the files are written, but the running server stays with what it had: {reason}")
    stops.discard({domain})
    return changes


class NotCatalogued(ConfigurationError):
    """The operator named a domain without a row, or a text that is no domain."""


def misplaced(config: Config, catalogue: Catalogue) -> Iterator[Fault]:
    """Our own names that lie at or below a catalogued name. Names there have no address."""
    own = {
        "smtp.hostname": (config.smtp.hostname,),
        "dns.nameservers": config.dns.nameservers,
        "notify.domain": (config.notify.domain,) if config.notify.domain else (),
    }
    for key, names in own.items():
        for name in names:
            entry = catalogue.find(name)
            if entry is not None:
                what = f"{name} lies in {entry.domain}, which is catalogued ({entry.where}) and has no addresses"
                yield Fault(f"{config.path.name}: {key}", what, "choose a name in a zone of your own")


def tell_server(state: Path, *, waiting: Callable[[float], None] = lambda _: None) -> ReloadOutcome | None:
    """Makes the running server reload. Returns what came of it, or None if no server runs. Raises EnvironmentFailure.

    ``waiting`` is called about once a second with the seconds waited so far.
    """
    return reload_servers(state, waiting=waiting)


def not_live(outcome: ReloadOutcome, domains: Collection[str]) -> str:
    """The reason for which changed rows of ``domains`` are not live after a reload; empty if all of them are."""
    if outcome.result is ReloadResult.FAILED:
        return outcome.error
    kept = [
        part
        for part in outcome.kept
        if part.part is ServedPart.CATALOGUE or (part.part is ServedPart.ROW and part.name in domains)
    ]
    return "; ".join(map(str, kept[:_REASONS])) + (f"; and {len(kept) - _REASONS} more" if kept[_REASONS:] else "")


def _each(
    files: Sequence[Path],
    domains: Iterable[str] | None,
    do: Callable[[FileEdit, Entry], CatalogueChange],
    dry_run: bool,
) -> list[CatalogueChange]:
    with writing(files) as edit:
        entries = list(edit.rows.values()) if domains is None else _entries(edit, domains)
        changes = [do(edit, entry) for entry in entries]
        if not dry_run:
            edit.commit()
    return changes


def named(texts: Iterable[str]) -> set[str]:
    """The domains among ``texts``, which a person typed, as A-labels."""
    names = set()
    for text in texts:
        with suppress(DomainError):
            names.add(to_alabel(text))
    return names


def _entries(edit: FileEdit, domains: Iterable[str]) -> Collection[Entry]:
    found: dict[str, Entry] = {}
    faults = []
    for text in domains:
        try:
            entry = edit.rows.get(to_alabel(text))
        except DomainError as error:
            faults.append(Fault(text, f"this is no domain: {error}", "write a name like army.ml"))
            continue
        if entry is None:
            faults.append(Fault(text, "no row of the catalogue names it", "see 'catcher catalogue list'"))
        else:
            found[entry.domain] = entry
    if faults:
        raise NotCatalogued(faults)
    return found.values()
