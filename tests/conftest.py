"""What every test run shares: how hypothesis draws, and a summary of the figures that could not be measured."""

from __future__ import annotations

import os

import hypothesis
import pytest

from tests.support.shared import ABSENT

# `make soak` draws more examples, each round others; its seed repeats them (--hypothesis-seed).
hypothesis.settings.register_profile(
    "soak",
    max_examples=1000,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
# No limit for the time of a single example: it depends on what else the machine does. pytest-timeout bounds each test.
hypothesis.settings.register_profile(
    "side-by-side", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile(os.environ.get("CATCHER_HYPOTHESIS", "side-by-side"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names the tests that had no data: a figure promised on shared data is not shown by this run."""
    unmeasured = [
        f"{report.nodeid}: {report.longrepr[2].removeprefix('Skipped: ')}"
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple) and ABSENT in report.longrepr[2]
    ]
    if unmeasured:
        terminalreporter.section(f"not measured, for want of shared data: {len(unmeasured)}", yellow=True)
        for line in unmeasured:
            terminalreporter.write_line(f"not measured: {line}")
