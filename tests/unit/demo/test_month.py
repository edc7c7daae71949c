"""The scripted month: deterministic, within one month, genuinely signed, and careful with its canaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import dkim
import pytest

from catcher.demo.event import Event, Manner, Story
from catcher.demo.keys import DemoKey
from catcher.demo.month import month, month_before
from catcher.demo.organisations import ORGANISATIONS
from catcher.demo.texts import BODY_CANARY, SUBJECT_CANARY
from catcher.model.mail.fingerprint import Tier
from tests.support.rehearsal import FIRST


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 11, 23, tzinfo=UTC), date(2026, 10, 1)),
        (datetime(2027, 1, 1, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2028, 3, 31, 23, 59, tzinfo=UTC), date(2028, 2, 1)),
    ],
)
def test_it_is_the_last_whole_month(now: datetime, first: date) -> None:
    assert month_before(now) == first


@pytest.mark.parametrize("first", [date(year, number, 1) for year in (2026, 2027, 2028) for number in range(1, 13)])
def test_every_event_lies_within_the_month_in_order(keys: Mapping[str, DemoKey], first: date) -> None:
    """Tokens live for a calendar month: a script that crosses one would lose count."""
    quick = {domain: key for domain, key in keys.items() if key.algorithm == "ed25519-sha256"}
    events = month(first, quick)
    assert 350 <= len(events) <= 600
    assert all(event.at.tzinfo is UTC and event.at.date().replace(day=1) == first for event in events)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert {event.story for event in events} == set(Story)


def test_the_same_month_and_keys_give_the_same_events(keys: Mapping[str, DemoKey], events: tuple[Event, ...]) -> None:
    assert month(FIRST, keys) == events


def test_what_claims_to_be_verified_is_signed_by_its_sender(
    keys: Mapping[str, DemoKey], events: tuple[Event, ...]
) -> None:
    """An independent verifier agrees with the script, signature by signature."""
    records = {
        f"{o.selector}._domainkey.{o.domain}.".encode(): keys[o.domain].record.encode()
        for o in ORGANISATIONS
        if o.domain in keys
    }

    def txt(name: bytes, **_: Any) -> bytes | None:
        return records.get(name)

    checked = set()
    for event in events:
        if event.expected.tier is Tier.VERIFIED and event.message not in checked:
            checked.add(event.message)
            verifier = dkim.DKIM(event.message)
            assert verifier.verify(dnsfunc=txt)
            assert verifier.domain.decode() == event.expected.sender
    assert len(checked) > 200


def test_the_forgers_mail_names_the_contractor_and_is_not_signed_by_it(events: tuple[Event, ...]) -> None:
    forged = [e for e in events if e.story in (Story.FORGED, Story.FORGED_SIGNED)]
    assert len(forged) > 70
    for event in forged:
        assert message_from_bytes(event.message, policy=default)["From"].addresses[0].domain == "contractor.example"
        assert b"d=contractor.example" not in event.message


def test_a_replay_has_the_octets_of_the_original_below_a_new_trace_field(events: tuple[Event, ...]) -> None:
    (original,) = (e for e in events if e.story is Story.ORIGINAL)
    replays = [e for e in events if e.story is Story.REPLAY]
    assert len(replays) == 24
    assert all(e.message.endswith(original.message) and e.at > original.at for e in replays)
    assert len({e.host.address for e in replays}) == 24


def test_the_sign_up_bomb_strikes_one_mailbox_within_the_hour(events: tuple[Event, ...]) -> None:
    bomb = [e for e in events if e.story is Story.SIGN_UP_BOMB]
    assert len({e.forward_paths for e in bomb}) == 1
    assert (bomb[-1].at - bomb[0].at).total_seconds() < 3600 and len(bomb) >= 36


def test_every_message_carries_the_canaries_and_parses_without_defect(events: tuple[Event, ...]) -> None:
    """A search for a canary that no message has would prove nothing."""
    for event in events:
        if event.manner is Manner.LOG_IN or not event.message:
            continue
        parsed = message_from_bytes(event.message, policy=default)
        assert not parsed.defects
        assert SUBJECT_CANARY in str(parsed["Subject"])
        text = parsed.get_body(("plain",))
        assert BODY_CANARY in (text or next(iter(parsed.iter_parts()))).get_content()


def test_only_stories_of_people_count_towards_notices(events: tuple[Event, ...]) -> None:
    counting = Counter(event.story for event in events if event.expected.counts)
    assert set(counting) == {
        Story.CONTRACTOR,
        Story.TRAVEL,
        Story.HOSPITAL,
        Story.MINISTRY,
        Story.ENDED,
        Story.MIXED,
        Story.RETRY,
        Story.ORIGINAL,
        Story.COLLEGE,
        Story.FORWARDED,
        Story.ANSWERS,
    }


def test_no_message_shows_in_the_representation_of_an_event(events: tuple[Event, ...]) -> None:
    assert not any(BODY_CANARY in repr(event) for event in events[:50])
