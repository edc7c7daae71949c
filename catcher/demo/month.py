"""Makes the whole script: the events of all stories in one month, ordered by time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random

from catcher.demo.event import Event
from catcher.demo.keys import DemoKey, make_key
from catcher.demo.organisations import ORGANISATIONS
from catcher.demo.stories import abuse, machines, rules, work
from catcher.demo.stories.script import Script

_SEED = 1337
_STORIES = (*work.WORK_STORIES, *machines.MACHINES_STORIES, *abuse.ABUSE_STORIES, *rules.RULES_STORIES)


def month_before(now: datetime) -> date:
    """The first day of the month before the month of ``now``."""
    return (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)


def make_keys() -> dict[str, DemoKey]:
    """A new key for every organisation that signs, by domain."""
    return {org.domain: make_key(org.algorithm) for org in ORGANISATIONS if org.algorithm is not None}


def month(first: date, keys: Mapping[str, DemoKey]) -> tuple[Event, ...]:
    """All events of the month that begins on ``first``, ordered by time.

    The same month and keys give the same events. Each story has its own random numbers, so that a change of one story
    doesn't change the others.
    """
    events = [
        event for number, tell in enumerate(_STORIES) for event in tell(Script(first, Random(_SEED + number), keys))
    ]
    return tuple(sorted(events, key=lambda event: event.at))
