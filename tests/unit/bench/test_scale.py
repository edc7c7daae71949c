"""The limits of large catalogues and how a figure is judged."""

from __future__ import annotations

import pytest

from catcher.bench.scale import LIMITS, RELOADED, RELOADING, REST, ROW, START, ZONE, judged


def test_limits_are_those_of_the_design() -> None:
    assert LIMITS == {
        START: (3, 2),
        REST: (200, 150),
        RELOADING: (400, None),
        RELOADED: (200, 150),
        ROW: (1, 0.3),
        ZONE: (1, 0.3),
    }


@pytest.mark.parametrize(
    ("measure", "measured", "verdict"),
    [
        (START, 2.0, "goal"),
        (START, 2.01, "within"),
        (START, 3.0, "within"),
        (START, 3.01, "OVER"),
        (RELOADING, 1.0, "within"),
        (RELOADING, 400.1, "OVER"),
    ],
)
def test_a_figure_over_its_limit_is_told(measure: str, measured: float, verdict: str) -> None:
    assert judged("1,000,000 domains", measure, measured).verdict == verdict
