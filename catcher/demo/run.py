"""Runs the whole demo in a folder: sets it up, runs the month's events against real servers, gathers the result."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from catcher import wiring
from catcher.config import Config
from catcher.demo.client import Lookup
from catcher.demo.clock import SharedClock
from catcher.demo.event import Event
from catcher.demo.mailhost import mail_host
from catcher.demo.month import make_keys, month
from catcher.demo.outcome import MonthResult, gather
from catcher.demo.play import Played, play
from catcher.demo.search import canaries, search
from catcher.demo.stage import Stage, serving, set_up
from catcher.desk.context import Desk
from catcher.directory import party_of
from catcher.model.errors import EnvironmentFailure
from catcher.model.leak.measures import Period
from catcher.model.telling.report import ReportOperator


class Progress(Protocol):
    """Consumes the events one by one as they are run and shows the progress to a person."""

    def __call__(self, played: Iterable[Played], number: int) -> list[Played]: ...


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo whose files and events are ready."""

    stage: Stage
    clock: SharedClock
    first: date
    events: tuple[Event, ...]

    @classmethod
    def prepare(cls, folder: Path, first: date) -> Demo:
        """Makes the keys, the month's mail and the servers' files. ``folder`` must be empty or absent."""
        keys = make_keys()
        clock = SharedClock(datetime(first.year, first.month, first.day, tzinfo=UTC))
        return cls(set_up(folder, first=first, keys=keys), clock, first, month(first, keys))

    def run(self, progress: Progress) -> MonthResult:
        """Runs the month's events and gathers the sink's records.

        Raises EnvironmentFailure when a server can't start or stops answering.
        """
        started = time.monotonic()
        lookup = Lookup(self.stage.dns)
        with serving(self.stage, self.clock):
            try:
                played = progress(
                    play(self.events, move_to=self.clock.move_to, lookup=lookup, smtp=self.stage.smtp),
                    len(self.events),
                )
            except OSError as error:
                raise EnvironmentFailure(
                    f"the demo's server stopped answering ({type(error).__name__}); "
                    f"see {self.stage.folder / 'servers.log'}"
                ) from error
        seconds = time.monotonic() - started
        period = Period.of(self.first)
        with _desk(self.stage.sink, period) as desk:
            folder = self.stage.sink.node.state / "reports"
            return gather(desk, folder, played, period=period, queries=lookup.queries, seconds=seconds)

    def searched(self, outcome: MonthResult) -> MonthResult:
        """``outcome`` with the result of a search for content in every file of the folder."""
        return replace(outcome, searched=search(self.stage.folder, canaries(self.events)))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Inside the block, both servers and the mail host run; the clock shows the time of the last event."""
        with mail_host(self.stage.mail_host, self.stage.received), serving(self.stage, self.clock):
            yield


@contextmanager
def _desk(config: Config, period: Period) -> Iterator[Desk]:
    """The operator's desk with the time set to 08:00 UTC on the day after ``period``."""
    store = wiring.open_store(config)
    try:
        yield Desk(
            store=store,
            folder=wiring.folder(config),
            party_of=party_of,
            organisation=wiring.organisations(config).name,
            operator=ReportOperator(**config.operator.model_dump()),
            now=datetime.combine(period.last, datetime.min.time(), UTC) + timedelta(days=1, hours=8),
        )
    finally:
        store.close()
