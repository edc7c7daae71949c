"""Measures time and memory of a report over many observations in SQLite: first of the fold, then of the report.

The data is a made-up month at one typo domain: 200 organisations, 4,000 mailboxes, and people wrote six of ten mails.
Each observation is folded once; a report is computed again for every request. Beside the fold another process writes a
heartbeat again and again: no write may wait long. Then pages of a list of many incidents are read.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

from catcher.bench.process import Server
from catcher.desk import reports
from catcher.desk.context import Desk
from catcher.desk.forms import ENDINGS, form
from catcher.directory import party_of
from catcher.incident import MailFolder
from catcher.model.errors import EnvironmentFailure
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.summary import IncidentOrder, IncidentSummary
from catcher.model.mail.fingerprint import (
    Authentication,
    AuthResult,
    Basis,
    Evidence,
    EvidenceKind,
    Intended,
    MailClass,
    Nature,
    Sender,
    SpfResult,
    Tier,
)
from catcher.model.mail.observation import Observation, SizeClass
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.ports import Store
from catcher.model.telling.report import ReportOperator
from catcher.report import Language
from catcher.store import SqliteStore

FULL = 1_000_000
REDUCED = 100_000
_REPORT, _FOLD, _WAIT = (5.0, 2.0), (40.0, 15.0), (0.25, 0.05)
"""Budgets in seconds at ``FULL`` observations, required and desired (DESIGN §5): for a report, for the fold, and for
the longest wait of a write beside the fold."""
_PAGE = 100
"""Incidents on a page of the list."""
_FIRST = datetime(2026, 6, 1, tzinfo=UTC)
_NOW = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
_BATCH = 1000
_ORGANISATIONS, _MAILBOXES = 200, 4000
_INTENDED = IncidentKey("army.mil", Role.INTENDED, "army.ml")
_SENDER = IncidentKey("organisation0.example", Role.SENDER, "army.ml")
_QUICK = tuple(ending for ending in ENDINGS if ending != "pdf")
_KINDS = (*[MailClass.PERSON] * 6, MailClass.BULK, MailClass.BULK, MailClass.AUTOMATIC, MailClass.SPAM)


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """Time and memory of one step."""

    step: str
    observations: int
    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    """Highest memory of the process during the step, minus its memory before the step."""
    must: float | None = None
    goal: float | None = None
    met: bool | None = None


def measure_report(observations: int) -> Iterator[ReportFigure]:
    """Figures for a tenth of ``observations`` and for all of them; a step with constant memory shows the same in both.

    Budgets apply at ``FULL`` only. Raises StoreUnavailable when the temporary folder is full.
    """
    for number in (observations // 10, observations):
        with tempfile.TemporaryDirectory(prefix="catcher-bench-") as folder:
            yield from _measure(number, Path(folder))


def _measure(number: int, folder: Path) -> Iterator[ReportFigure]:
    store = SqliteStore(folder / "catcher.db")
    try:
        yield _timed("store", number, lambda: fill(store, number))
        desk = Desk(
            store=store,
            folder=MailFolder(party_of),
            party_of=party_of,
            organisation=lambda domain: None,
            operator=ReportOperator("Registry of Example", "desk@registry.example"),
            now=_NOW,
        )
        with _writer(folder / "catcher.db") as longest:
            row = _timed("fold, once", number, desk.fold)
        yield _judged(row, _FOLD)
        yield _judged(ReportFigure("longest wait of a write beside the fold", number, longest(), 0.0, 0.0), _WAIT)
        for step, key, endings in (
            ("report to the intended party, all forms but PDF", _INTENDED, _QUICK),
            ("report to a sender, the same", _SENDER, _QUICK),
            ("the letter as PDF", _INTENDED, ("pdf",)),
        ):
            row = _timed(step, number, partial(_report, desk, key.id, endings))
            yield _judged(row, _REPORT) if endings is _QUICK else row
        yield from _pages(store, number)
    finally:
        store.close()


def _judged(row: ReportFigure, budget: tuple[float, float]) -> ReportFigure:
    """``row`` beside its budget, which holds at ``FULL`` observations."""
    must, goal = budget
    return replace(row, must=must, goal=goal, met=row.seconds <= must) if row.observations == FULL else row


@contextmanager
def _writer(path: Path) -> Iterator[Callable[[], float]]:
    """A process that writes while the block runs. Gives a function for the longest time, in seconds, that it waited."""
    context = multiprocessing.get_context("spawn")
    end, longest = context.Event(), context.Value("d", 0.0)
    process = context.Process(target=_write, args=(path, end, longest))
    process.start()
    try:
        yield lambda: float(longest.value)
    finally:
        end.set()
        process.join()


def _write(path: Path, end: Event, longest: Synchronized[float]) -> None:
    store = SqliteStore(path)
    while not end.wait(0.002):
        started = time.monotonic()
        store.beat(_NOW)
        longest.value = max(longest.value, time.monotonic() - started)
    store.close()


def _pages(store: Store, number: int) -> Iterator[ReportFigure]:
    """Reads the first and the last page of a list of incidents, one for each tenth observation."""
    for start in range(0, number // 10, _BATCH):
        senders = range(start, min(start + _BATCH, number // 10))
        store.add([(_one(n, number, random.Random(n), f"sender{n}.example"),) for n in senders])
    store.fold(MailFolder(party_of))
    incidents = number // 10
    order, after = IncidentOrder.LAST_DAY, None
    for page in range(1, incidents // _PAGE + 1):
        row = _timed(f"page {page:,} of {incidents:,} incidents by last day", number, partial(_page, store, after))
        if page in (1, incidents // _PAGE):
            yield row
        after = store.summaries(order=order, after=after, limit=_PAGE)[-1]


def _page(store: Store, after: IncidentSummary | None) -> None:
    store.summaries(order=IncidentOrder.LAST_DAY, after=after, limit=_PAGE)


def _report(desk: Desk, id_: str, endings: tuple[str, ...]) -> None:
    report = reports.preview(desk, id_)
    for ending in endings:
        try:
            form(report, ending, language=Language.ENGLISH, now=desk.now)
        except EnvironmentFailure:  # the library for this form isn't installed, so the form is left out
            continue


def _timed(step: str, number: int, action: Callable[[], object]) -> ReportFigure:
    process = Server("catcher", os.getpid())
    before = process.watch_peak()
    started, worked = time.monotonic(), time.process_time()
    action()
    seconds, cpu = time.monotonic() - started, time.process_time() - worked
    return ReportFigure(step, number, seconds, cpu, max(0, process.peak_octets() - before) / 1e6)


def _organisation(number: int) -> str:
    return f"organisation{number}.example"


def fill(store: Store, number: int) -> None:
    """Stores ``number`` observations of the month, ordered by time."""
    chance = random.Random(20260601)
    for start in range(0, number, _BATCH):
        store.add([(_one(n, number, chance),) for n in range(start, min(start + _BATCH, number))])


def _one(n: int, number: int, chance: random.Random, domain: str | None = None) -> Observation:
    """Observation ``n`` of ``number``, ordered by time; few mailboxes write much, most write little. ``domain``: the
    sender's, if it is none of the usual ones."""
    mailbox = int(_MAILBOXES * chance.random() ** 3)
    domain = domain or _organisation(mailbox % _ORGANISATIONS)
    mail_class = chance.choice(_KINDS)
    genuine = mail_class is MailClass.PERSON
    tier = Tier.VERIFIED if mail_class is not MailClass.SPAM else Tier.CLAIMED
    moment = _FIRST + timedelta(minutes=n * 30 * 24 * 60 // number)
    return Observation(
        transaction=f"{n:012x}",
        observed_at=moment,
        ref=f"{n // 10**8:04}-{n // 10**4 % 10**4:04}-{n % 10**4:04}",
        domain="army.ml",
        policy=Policy.ACCEPT,
        outcome=Outcome.ACCEPTED,
        client="192.0.2.25",
        tls=chance.random() < 0.9,
        size_class=SizeClass.UP_TO_100_KB,
        reverse_path_token=f"{mailbox:016x}",
        reverse_path_domain=domain,
        recipients=(f"{chance.randrange(_MAILBOXES):016x}",),
        retry_tag=None,
        fresh=genuine,
        fresh_reason="dkim",
        sender=Sender(domain, None, tier, (Evidence(tier, EvidenceKind.DMARC, domain, AuthResult.PASS),), ()),
        intended=(Intended("army.ml", "army.mil", None, Basis.DECLARED),),
        nature=Nature(mail_class, 0.9 if genuine else 0.2, None, ()),
        markings=(),
        authentication=Authentication(SpfResult(AuthResult.PASS, domain, "mfrom")),
    )
