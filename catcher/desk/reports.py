"""Previews and builds reports, and lists the reports that are due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from catcher.desk import incidents
from catcher.desk.context import Desk, NotFound
from catcher.desk.evidence import evidence
from catcher.desk.forms import forms
from catcher.desk.incidents import Appraisal
from catcher.desk.privatefile import write_private
from catcher.desk.standing import Lives, Standing, notified_days
from catcher.desk.unstored import UnstoredMails
from catcher.incident import judge_notice
from catcher.incident.measures import FLOOR_DAYS, FLOOR_MAILBOXES, LISTED_DAYS, LISTED_MAILBOXES
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Measures, Period
from catcher.model.leak.summary import SummaryFilter
from catcher.model.mail.observation import Observation
from catcher.model.telling.answer import AnswerAddresses
from catcher.model.telling.report import Report, ReportRules
from catcher.report import EVIDENCE_DAYS, Directory, Language, ReportForm, compose, reference, subject

NotifiedOn = Mapping[tuple[str, str], date]
"""(party, typo domain) → the day of the party's latest notice."""

_LIMITS = ReportRules(FLOOR_MAILBOXES, FLOOR_DAYS, LISTED_MAILBOXES, LISTED_DAYS, EVIDENCE_DAYS)


@dataclass(frozen=True, slots=True)
class Audience:
    """The permitted contents of a report for one kind of receiver."""

    names: bool = True
    """Whether the report may name counterparties."""
    answers: AnswerAddresses | None = None
    evidence_days: int = EVIDENCE_DAYS
    """Greatest age of evidence, in days."""
    bound: frozenset[str] = frozenset()
    """As in Appraisal."""


@dataclass(frozen=True, slots=True)
class ReportCandidate:
    """A report that could be built."""

    appraisal: Appraisal
    ref: str
    built: bool
    """Whether the report's files are in the folder."""

    def to_json(self) -> dict[str, Any]:
        return {**self.appraisal.to_json(), "ref": self.ref, "built": self.built}


@dataclass(frozen=True, slots=True)
class Built:
    """A report that was written."""

    incident: str
    period: str
    ref: str
    subject: str
    files: tuple[Path, ...]
    left_out: tuple[str, ...] = ()
    """For each missing form, one sentence with the reason."""

    def to_json(self) -> dict[str, Any]:
        files = [str(path) for path in self.files]
        return {
            "incident": self.incident,
            "period": self.period,
            "ref": self.ref,
            "subject": self.subject,
            "files": files,
            "left_out": list(self.left_out),
        }


def candidates(desk: Desk, folder: Path, *, period: Period | None = None) -> Iterator[ReportCandidate]:
    """Every report that could be built; its ``appraisal`` has whether a notice is due."""
    for appraisal in incidents.listing(desk, period=period):
        measures = appraisal.measures
        built = (folder / f"{_name(measures, Language.ENGLISH)}.{ReportForm.HTML}").exists()
        yield ReportCandidate(appraisal, reference(measures.key, measures.period), built)


def preview(
    desk: Desk,
    id: str,
    *,
    period: Period | None = None,
    notified_on: NotifiedOn | None = None,
    audience: Audience | None = None,
) -> Report:
    """Composes the report on incident ``id`` without writing it. Raises NotFound.

    ``notified_on``: None: the days in the ledger. ``audience``: the receiver, if the report is for a notice.
    """
    audience = audience or Audience()
    measures = _seen(desk, id, period, audience.bound)
    rows = evidence(desk, measures.key.domain, measures.period, _senders([measures]), bound=bool(audience.bound))
    return _compose(
        desk,
        measures,
        rows,
        _latest_notices(desk) if notified_on is None else notified_on,
        Lives(desk),
        audience,
    )


def _latest_notices(desk: Desk) -> NotifiedOn:
    """(party, typo domain) → the day of the latest notice, from the ledger of notices."""
    latest: dict[tuple[str, str], date] = {}
    for key, days in notified_days(desk.store.notices()).items():
        latest[key.party, key.domain] = max(days[-1], latest.get((key.party, key.domain), days[-1]))
    return latest


def build(
    desk: Desk,
    folder: Path,
    *,
    ids: Collection[str] = (),
    everything: bool = False,
    period: Period | None = None,
    language: Language = Language.ENGLISH,
    notified_on: NotifiedOn | None = None,
) -> Iterator[Built]:
    """Writes, in every form, the reports on ``ids``; without ``ids`` all reports if ``everything``, else the due ones.

    ``notified_on``: None: the days in the ledger. Raises NotFound before the first report is written, and
    EnvironmentFailure when the folder can't be written.
    """
    if ids:
        wanted = [_seen(desk, id, period) for id in dict.fromkeys(ids)]
    else:
        listed = incidents.listing(desk, period=period)
        wanted = [a.measures for a in listed if everything or a.verdict.due]
    groups: defaultdict[tuple[str, Period], list[Measures]] = defaultdict(list)
    for measures in wanted:
        groups[measures.key.domain, measures.period].append(measures)
    return _write(desk, folder, groups, language, _latest_notices(desk) if notified_on is None else notified_on)


def _seen(desk: Desk, id: str, period: Period | None, bound: frozenset[str] = frozenset()) -> Measures:
    measures = incidents.show(desk, id, period=period, bound=bound).measures
    if not measures.tally.total.mails:
        raise NotFound(f"no mail of {id} was seen in {measures.period}; `catcher incident show {id}` has its months")
    return measures


def _write(
    desk: Desk,
    folder: Path,
    groups: dict[tuple[str, Period], list[Measures]],
    language: Language,
    notified_on: NotifiedOn,
) -> Iterator[Built]:
    lives = Lives(desk)
    for (domain, period), group in groups.items():
        rows = evidence(desk, domain, period, _senders(group))
        for measures in group:
            report = _compose(desk, measures, rows, notified_on, lives, Audience())
            made = forms(report, language=language, now=desk.now)
            name = _name(measures, language)
            files = tuple(_write_one(folder, name, ending, content) for ending, content in made.files.items())
            yield Built(report.incident, period.name, report.ref, subject(report, language), files, made.left_out)


def _write_one(folder: Path, name: str, ending: str, content: str | bytes) -> Path:
    ending, inside, file = ending.partition("/")
    if inside:
        return write_private(folder / f"{name}.{ending}", file, content)
    return write_private(folder, f"{name}.{ending}", content)


def _senders(group: Iterable[Measures]) -> dict[IncidentKey, Measures]:
    return {measures.key: measures for measures in group if measures.key.role is not Role.INTENDED}


def _compose(
    desk: Desk,
    measures: Measures,
    rows: Mapping[IncidentKey, Sequence[Observation]],
    notified_on: NotifiedOn,
    lives: Lives,
    audience: Audience,
) -> Report:
    incident = desk.store.incident(measures.key.id, mailboxes=False)
    standing = Standing(None) if incident is None else lives.standing(incident)
    oldest = desk.now - timedelta(days=audience.evidence_days)
    unstored = UnstoredMails(desk.store)
    found = rows.get(measures.key, ())
    return compose(
        measures,
        operator=desk.operator,
        directory=Directory(desk.organisation),
        limits=_LIMITS,
        now=desk.now,
        evidence=[observation for observation in found if observation.observed_at >= oldest],
        told={party: day for (party, domain), day in notified_on.items() if domain == measures.key.domain},
        life=standing.life,
        effect=standing.effect,
        names=audience.names,
        answers=audience.answers,
        tells=judge_notice(measures, desk.thresholds).kind,
        meant_for=_meant_for(desk, measures.key.domain),
        unstored=unstored.of(measures.key, measures.period),
        unstored_before=unstored.of(measures.key, measures.period.previous),
    )


def _meant_for(desk: Desk, domain: str) -> str | None:
    """The party for which mail to ``domain`` is meant, by the incidents; None if it has no or several such parties."""
    found = desk.store.summaries(only=SummaryFilter(role=Role.INTENDED, domain=domain), limit=2)
    return found[0].key.party if len(found) == 1 else None


def _name(measures: Measures, language: Language) -> str:
    suffix = "" if language is Language.ENGLISH else f"-{language}"
    return f"{measures.key.id}-{measures.period}{suffix}"
