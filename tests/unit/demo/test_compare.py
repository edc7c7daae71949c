"""The comparison sees each way in which the sink can fail the script: a check that can't fail shows nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from catcher.demo.client import DeliveryResult, Route
from catcher.demo.compare import compare_month, unclaimed
from catcher.demo.event import Event, Expected, Manner, Story
from catcher.demo.organisations import CONTRACTOR, HIJACKED
from catcher.demo.play import Played
from catcher.model.mail.fingerprint import MailClass, Tier
from catcher.model.mail.observation import Observation
from tests.support.observations import observation

AT = datetime(2026, 11, 3, 12, 0, 42, tzinfo=UTC)
REF = "AAAA-BBBB-CCCC"
AS_SCRIPTED = Expected(tier=Tier.VERIFIED, sender=CONTRACTOR.domain, mail_class=MailClass.PERSON, counts=True)
EVENT = Event(AT, Story.CONTRACTOR, CONTRACTOR.host, "a@contractor.example", ("b@army.ml",), b"", AS_SCRIPTED)
PLAYED = Played(1, EVENT, Route.HOST, DeliveryResult(250, REF, (250,)))


def found(**changes: Any) -> Observation:
    return observation(**{"id": 7, "ref": REF, **changes})


def deviations(played: Played, *observations: Observation) -> tuple[str, ...]:
    (compared,) = compare_month([played], observations)
    return compared.deviations


def test_what_is_as_scripted_deviates_nowhere() -> None:
    assert deviations(PLAYED, found()) == ()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"tier": Tier.AUTHENTICATED}, "tier"),
        ({"mail_class": MailClass.BULK}, "class"),
        ({"fresh": False}, "counts"),
        ({"retry_of": 3}, "retry"),
        ({"replayed": True}, "replayed"),
        ({"domain": "navy.ml"}, "navy.ml"),
        ({"ref": "ZZZZ-ZZZZ-ZZZZ"}, "observed for []"),
    ],
)
def test_a_difference_is_told(changes: dict[str, Any], word: str) -> None:
    assert any(word in text for text in deviations(PLAYED, found(**changes)))


def test_two_observations_where_one_belongs_are_told() -> None:
    assert deviations(PLAYED, found(), found(id=8))


def test_another_reply_is_told() -> None:
    assert deviations(replace(PLAYED, reply=DeliveryResult(451, REF, (250,))), found())


def test_a_reply_to_a_recipient_that_differs_is_told() -> None:
    event = replace(EVENT, expected=replace(AS_SCRIPTED, recipient_replies=(250, 452)))
    assert deviations(replace(PLAYED, event=event), found())
    assert not deviations(replace(PLAYED, event=event, reply=DeliveryResult(250, REF, (250, 452))), found())


@pytest.mark.parametrize("tier", [Tier.NETWORK, Tier.AUTHENTICATED, Tier.VERIFIED])
def test_a_forged_from_above_claimed_is_told(tier: Tier) -> None:
    event = replace(EVENT, story=Story.FORGED, host=HIJACKED[1], expected=Expected())
    assert any("forged" in text for text in deviations(replace(PLAYED, event=event), found(tier=tier, fresh=False)))
    assert not deviations(replace(PLAYED, event=event), found(tier=Tier.CLAIMED, fresh=False))


def test_after_a_lost_reply_the_observation_is_found_by_minute_and_client() -> None:
    event = replace(EVENT, manner=Manner.LOSE_REPLY, expected=replace(AS_SCRIPTED, reply=None))
    played = Played(1, event, Route.HOST, DeliveryResult(None))
    seen = found(ref="ANY", client=event.host.address, observed_at=AT.replace(second=0))
    assert deviations(played, seen) == ()
    assert deviations(played, replace(seen, client="127.20.99.25"))


@pytest.mark.parametrize(("code", "hung_up", "fine"), [(535, True, True), (535, False, False), (235, True, False)])
def test_a_log_in_must_be_refused_and_hung_up_on(code: int, hung_up: bool, fine: bool) -> None:
    event = replace(EVENT, manner=Manner.LOG_IN, story=Story.LOG_IN, forward_paths=(), expected=Expected(None, ()))
    assert (deviations(Played(1, event, None, DeliveryResult(code), hung_up)) == ()) is fine


def test_an_observation_that_nobody_caused_is_left_over() -> None:
    stray = found(id=9, ref="ZZZZ-ZZZZ-ZZZZ")
    assert unclaimed(compare_month([PLAYED], [found(), stray]), [found(), stray]) == [stray]


def test_the_json_names_no_mailbox() -> None:
    (compared,) = compare_month([PLAYED], [found()])
    assert "@" not in str(compared.to_json())
