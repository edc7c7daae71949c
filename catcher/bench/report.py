"""Measures time and memory of a report over many observations in SQLite: first of the fold, then of the report.

The data is a made-up month at one typo domain: 200 organisations, 4,000 mailboxes, and people wrote six of ten mails.
Each observation is folded once; a report is computed again for every request.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from catcher.bench.process import Server
from catcher.desk import reports
from catcher.desk.context import Desk
from catcher.desk.forms import ENDINGS, form
from catcher.directory import party_of
from catcher.incident import MailFolder
from catcher.model.errors import EnvironmentFailure
from catcher.model.leak.incident import IncidentKey, Role
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
_MUST, _GOAL = 10.0, 2.0
"""Budgets in seconds for a report over ``FULL`` observations: required and desired (DESIGN §5)."""
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
        yield _timed("fold, once", number, desk.fold)
        for step, key, endings in (
            ("report to the intended party, all forms but PDF", _INTENDED, _QUICK),
            ("report to a sender, the same", _SENDER, _QUICK),
            ("the letter as PDF", _INTENDED, ("pdf",)),
        ):
            row = _timed(step, number, partial(_report, desk, key.id, endings))
            judged = number == FULL and endings is _QUICK
            yield replace(row, must=_MUST, goal=_GOAL, met=row.seconds <= _MUST) if judged else row
    finally:
        store.close()


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


def _one(n: int, number: int, chance: random.Random) -> Observation:
    """Observation ``n`` of ``number``, ordered by time; few mailboxes write much, most write little."""
    mailbox = int(_MAILBOXES * chance.random() ** 3)
    domain = _organisation(mailbox % _ORGANISATIONS)
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
