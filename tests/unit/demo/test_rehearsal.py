"""Every event of the script, through the real rooms without a socket: each is found as the script knows it to be."""

from __future__ import annotations

import pytest

from catcher.demo.compare import Compared, compare_month, unclaimed
from catcher.demo.event import Story
from tests.support.rehearsal import Rehearsed


@pytest.fixture(scope="module")
def compared(rehearsed: Rehearsed) -> list[Compared]:
    return compare_month(rehearsed.played, rehearsed.observations)


def test_every_event_is_found_as_scripted(compared: list[Compared], rehearsed: Rehearsed) -> None:
    deviating = {f"{one.played.event.story.name}: {text}" for one in compared for text in one.deviations}
    assert deviating == set()
    assert unclaimed(compared, rehearsed.observations) == []


@pytest.mark.parametrize("story", [Story.REPLAY, Story.SIGN_UP_BOMB, Story.AUTO_REPLIES, Story.FORGED])
def test_abuse_counts_towards_no_notice(compared: list[Compared], story: Story) -> None:
    found = [o for one in compared if one.played.event.story is story for o in one.observations]
    assert found and not any(o.counts for o in found)
