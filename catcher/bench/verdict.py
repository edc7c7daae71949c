"""Compares the measured figures with SMTP's budgets (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catcher.bench.smtp import CLIENTS, SmtpFigure
from catcher.bench.stream import StreamFigure


@dataclass(frozen=True, slots=True)
class Judgement:
    """One budget and whether it was met."""

    budget: str
    measured: float
    must: float
    goal: float
    met: bool


def judgements(rows: Sequence[SmtpFigure], streamed: Sequence[StreamFigure]) -> Iterator[Judgement]:
    """A judgement for each budget with a measured peer."""
    found = {(row.server, row.load): row for row in rows}
    loads = [(f"{kind} {clients}", goal) for kind, goal in (("new", 3.0), ("kept", 2.0)) for clients in CLIENTS]
    for load, goal in loads:
        for peer, must in (("haraka", 1.5), ("aiosmtpd", 1.2)):
            ours, theirs = found.get(("catcher", load)), found.get((peer, load))
            if ours is not None and theirs is not None:
                speed = ours.mails_per_second / theirs.mails_per_second
                yield _at_least(f"mails a second, {load}, over {peer}", speed, must, goal)
                cpu = theirs.cpu_microseconds / ours.cpu_microseconds
                yield _at_least(f"mails a CPU second, {load}, over {peer}", cpu, must, goal)
    for row in streamed:
        yield _at_least(row.measure, row.ratio, row.must, row.goal)
    crowd = found.get(("catcher", "crowd"))
    if crowd is not None:
        peak = round(crowd.peak_megabytes, 1)
        yield Judgement("megabytes above rest, 200 big mails at once", peak, 60, 30, peak <= 60)


def _at_least(budget: str, measured: float, must: float, goal: float) -> Judgement:
    return Judgement(budget, round(measured, 2), must, goal, measured >= must)
