"""Identical lines: the first at once, then at most one a minute with their number."""

from __future__ import annotations

import logging

import pytest

from catcher.smtp.throttledlog import MOST_DIFFERENT, QUIET_SECONDS, ThrottledLog

LOG = logging.getLogger("catcher.smtp")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> ThrottledLog:
    caplog.set_level(logging.DEBUG)
    return ThrottledLog(LOG)


def test_the_first_line_is_logged_at_once_and_the_next_with_its_number(
    lines: ThrottledLog, caplog: pytest.LogCaptureFixture
) -> None:
    for tenth in range(0, int(QUIET_SECONDS * 30) + 1):
        lines.write(tenth / 10, logging.INFO, "a client tried")
    more = int(QUIET_SECONDS * 10)
    expected = ["a client tried", *[f"a client tried ({more} more since the last such line)"] * 3]
    assert caplog.messages == expected


def test_lines_that_differ_in_text_level_or_arguments_are_throttled_apart(
    lines: ThrottledLog, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        lines.write(0, logging.INFO, "failed: %s", "a")
        lines.write(0, logging.INFO, "failed: %s", "b")
        lines.write(0, logging.ERROR, "failed: %s", "a")
    assert caplog.messages == ["failed: a", "failed: b", "failed: a"]


def test_a_count_is_logged_even_if_the_line_never_comes_again(
    lines: ThrottledLog, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        lines.write(0, logging.INFO, "a client tried")
    lines.flush(QUIET_SECONDS - 1)
    assert len(caplog.messages) == 1
    lines.flush(QUIET_SECONDS)
    assert caplog.messages[1:] == ["a client tried (4 more since the last such line)"]
    lines.flush(2 * QUIET_SECONDS)
    lines.write(2 * QUIET_SECONDS, logging.INFO, "a client tried")
    assert caplog.messages[2:] == ["a client tried"]


def test_at_the_end_every_count_is_logged(lines: ThrottledLog, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        lines.write(0, logging.INFO, "one")
        lines.write(1, logging.INFO, "two")
    lines.flush(float("inf"))
    assert caplog.messages[2:] == [f"{word} (2 more since the last such line)" for word in ("one", "two")]


def test_the_number_of_different_lines_in_memory_is_bounded(lines: ThrottledLog) -> None:
    for number in range(10 * MOST_DIFFERENT):
        lines.write(0, logging.INFO, "line %d", number)
    assert len(lines) <= MOST_DIFFERENT
