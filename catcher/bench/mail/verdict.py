"""Compares the measured figures with SMTP's budgets (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from catcher.bench.mail.smtp import CLIENTS, SmtpRound
from catcher.bench.mail.stream import StreamFigure

MAIL_PEERS = {"haraka": (1.6, 3.0), "aiosmtpd": (1.3, 2.0)}
"""Peer → by how much catcher must be faster, and should be. Haraka discards the mail, aiosmtpd keeps nothing."""
_CROWD_MUST, _CROWD_GOAL = 10.0, 2.0
"""Megabytes above rest while 200 mails of 25 MB arrive at once."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One budget and whether it was met."""

    budget: str
    measured: float
    must: float
    goal: float
    met: bool


def judgements(rounds: Sequence[SmtpRound], streamed: Sequence[StreamFigure]) -> Iterator[Judgement]:
    """A judgement for each budget with a measured peer. A ratio is the median of the ratios round by round."""
    found: dict[tuple[str, str], list[SmtpRound]] = {}
    for row in rounds:
        found.setdefault((row.server, row.load), []).append(row)
    for load in [f"{kind} {clients}" for kind in ("new", "kept") for clients in CLIENTS]:
        for peer, (must, goal) in MAIL_PEERS.items():
            pairs = list(zip(found.get(("catcher", load), ()), found.get((peer, load), ()), strict=False))
            if pairs:
                speed = median(theirs.seconds / ours.seconds for ours, theirs in pairs)
                yield _at_least(f"mails a second, {load}, over {peer}", speed, must, goal)
                cpu = median(theirs.cpu_seconds / ours.cpu_seconds for ours, theirs in pairs)
                yield _at_least(f"mails a CPU second, {load}, over {peer}", cpu, must, goal)
    for figure in streamed:
        yield _at_least(figure.measure, figure.ratio, figure.must, figure.goal)
    for crowd in found.get(("catcher", "crowd"), ()):
        peak = round(crowd.peak_megabytes, 1)
        yield Judgement(
            "megabytes above rest, 200 big mails at once", peak, _CROWD_MUST, _CROWD_GOAL, peak <= _CROWD_MUST
        )


def _at_least(budget: str, measured: float, must: float, goal: float) -> Judgement:
    return Judgement(budget, round(measured, 2), must, goal, measured >= must)
