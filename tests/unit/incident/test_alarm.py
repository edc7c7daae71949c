"""What in the incidents calls for an alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from catcher.incident.alarm import SPIKE_DAYS, SPIKE_LEAST, alarms
from catcher.model.leak.incident import Cell, Count, Incident, Role
from catcher.model.mail.fingerprint import Tier
from catcher.model.mail.policy import Outcome
from catcher.model.telling.alert import Alert, AlertKind
from tests.support.leaks import cells, day, leak

TODAY = 40
NOW = datetime.combine(day(TODAY), time(9, 30), tzinfo=UTC)


def found(incident: Incident, kind: AlertKind) -> list[Alert]:
    return [alert for alert in alarms([incident], NOW) if alert.kind is kind]


def marked(days: list[int], *, tier: Tier = Tier.VERIFIED, **more: str) -> dict[Cell, Count]:
    return {replace(cell, level="secret", tier=tier): n for cell, n in cells(days, **more).items()}


class TestNewParty:
    def test_mail_that_counts_for_an_intended_party_calls_for_one(self) -> None:
        incident = leak(cells([TODAY]))
        (alert,) = found(incident, AlertKind.NEW_PARTY)
        assert (alert.incident, alert.counts, alert.at) == (incident.key.id, {"mails": 1}, NOW)

    def test_it_has_one_key_for_ever(self) -> None:
        first, later = leak(cells([TODAY])), leak(cells(range(20, TODAY)))
        assert found(first, AlertKind.NEW_PARTY)[0].key == found(later, AlertKind.NEW_PARTY)[0].key

    def test_neither_what_does_not_count_nor_a_sender_is_news(self) -> None:
        assert not found(leak(cells([TODAY], outcome=Outcome.REFUSED)), AlertKind.NEW_PARTY)
        assert not found(leak(cells([TODAY], sender="army.mil"), role=Role.SENDER), AlertKind.NEW_PARTY)
        assert not found(leak(cells([TODAY], sender=""), role=Role.SENDER), AlertKind.NEW_PARTY)


class TestMarking:
    def test_a_marking_of_yesterday_or_today_calls_for_one_a_month(self) -> None:
        one, other = found(leak(marked([TODAY - 1, TODAY])), AlertKind.MARKING)
        assert one.key == other.key, "both days are of one month"
        assert one.counts == {"mails": 1}

    def test_one_of_earlier_was_told(self) -> None:
        assert not found(leak(marked([TODAY - 2])), AlertKind.MARKING)

    @pytest.mark.parametrize("tier", [Tier.CLAIMED, Tier.NETWORK])
    def test_a_sender_that_is_not_proven_alarms_nobody(self, tier: Tier) -> None:
        assert not found(leak(marked([TODAY], tier=tier)), AlertKind.MARKING)

    def test_a_mail_is_looked_at_once(self) -> None:
        declared = leak(marked([TODAY], sender="army.mil"), role=Role.SENDER, party="contractor.example")
        undeclared = leak(marked([TODAY], sender=""), role=Role.SENDER, party="contractor.example")
        assert not found(declared, AlertKind.MARKING)
        assert found(undeclared, AlertKind.MARKING)


class TestSpike:
    def test_far_more_than_on_any_day_before(self) -> None:
        usual = cells(range(TODAY), mails=3)
        assert not found(leak(usual, cells([TODAY], mails=9)), AlertKind.SPIKE), "nine is no spike for anybody"
        assert not found(leak(cells(range(TODAY), mails=4), cells([TODAY], mails=12)), AlertKind.SPIKE)
        (alert,) = found(leak(usual, cells([TODAY], mails=SPIKE_LEAST)), AlertKind.SPIKE)
        assert alert.counts == {"mails": 10, "most_before": 3}
        assert alert.key.endswith(day(TODAY).isoformat())

    def test_yesterday_is_looked_at_when_it_is_over(self) -> None:
        (alert,) = found(leak(cells([TODAY - 1], mails=50), cells([TODAY], mails=60)), AlertKind.SPIKE)
        assert alert.counts == {"mails": 50, "most_before": 0}, "and today's is measured against it"

    def test_a_busier_day_four_weeks_ago_makes_it_usual(self) -> None:
        busy = cells([TODAY - SPIKE_DAYS], mails=30)
        assert not found(leak(busy, cells([TODAY], mails=80)), AlertKind.SPIKE)
        longer_ago = cells([TODAY - SPIKE_DAYS - 1], mails=30)
        assert found(leak(longer_ago, cells([TODAY], mails=80)), AlertKind.SPIKE)

    def test_the_mails_of_all_senders_are_one_day(self) -> None:
        today = [cells([TODAY], sender=f"party{n}.example", mails=4) for n in range(3)]
        assert found(leak(*today), AlertKind.SPIKE)[0].counts["mails"] == 12


class TestForwarders:
    def test_a_spike_of_forwards_calls_for_one(self) -> None:
        """In the intended party's incident forwards don't count, so nothing is told twice."""
        forwards = leak(cells([TODAY], mails=SPIKE_LEAST), role=Role.FORWARDER, party="contractor.example")
        (alert,) = found(forwards, AlertKind.SPIKE)
        assert alert.incident == forwards.key.id

    def test_a_marking_does_only_where_no_intended_party_is_declared(self) -> None:
        forwards = leak(marked([TODAY]), role=Role.FORWARDER, party="contractor.example")
        assert found(forwards, AlertKind.MARKING)
        declared = leak(marked([TODAY]))
        for both in ([forwards, declared], [declared, forwards]):
            told = [alert.incident for alert in alarms(both, NOW) if alert.kind is AlertKind.MARKING]
            assert told == [declared.key.id]
