"""The text for a person: numbers from the store, and the sentences of promises only where they hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catcher.demo.compare import compare_month
from catcher.demo.event import Story
from catcher.demo.outcome import MonthResult, gather
from catcher.demo.plain_words import sentences
from catcher.demo.search import SearchResult
from catcher.demo.show import show_month, things_to_try
from catcher.demo.texts import CANARIES, READERS
from catcher.desk.context import Desk
from catcher.directory import party_of
from catcher.incident import MailFolder
from catcher.model.leak.measures import Period
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailClass, Tier
from catcher.model.telling.report import ReportOperator
from tests.support.rehearsal import FIRST, Rehearsed

NAMES: Mapping[str, str] = {"army.mil": "Army", "contractor.example": "Ridgeway Engineering"}


@pytest.fixture(scope="module")
def outcome(rehearsed: Rehearsed, tmp_path_factory: pytest.TempPathFactory) -> MonthResult:
    desk = Desk(
        store=rehearsed.store,
        folder=MailFolder(party_of),
        party_of=party_of,
        organisation=NAMES.get,
        operator=ReportOperator("Registry of Example", "desk@registry.example"),
        now=datetime(2026, 11, 1, 8, tzinfo=UTC),
    )
    folder: Path = tmp_path_factory.mktemp("reports")
    gathered = gather(desk, folder, rehearsed.played, period=Period.of(FIRST), queries=900, seconds=21.4)
    return replace(gathered, searched=SearchResult(files=12, octets=3_400_000, words=60, found=()))


def test_the_tables_tell_the_whole_month(outcome: MonthResult) -> None:
    text = "\n".join(show_month(outcome))
    assert "October 2026 in 21 seconds" in text and "900 DNS queries" in text
    for story in Story:
        assert story.value in text
    assert "Not as scripted" not in text
    sides = [
        json.loads(path.read_text())["kind"] for r in outcome.reports for path in r.files if path.suffix == ".json"
    ]
    assert sides.count("intended") >= 3 and sides.count("sender") >= 5
    assert sides.count("forwarder") == 1
    assert f"{sides.count('intended')} to intended parties, {sides.count('sender')} to senders, 1 to forwarders" in text
    for path in (path for report in outcome.reports for path in report.files if path.suffix == ".html"):
        assert path.name in text and str(path.parent) in text


def test_nothing_shown_holds_content(outcome: MonthResult) -> None:
    text = "\n".join(show_month(outcome)) + str(outcome.to_json())
    assert not [word for word in (*CANARIES, *READERS) if word in text]


def test_tables_fit_a_wide_terminal(outcome: MonthResult) -> None:
    tables = [line for block in show_month(outcome) for line in block.splitlines() if "  " in line]
    assert max(map(len, tables)) <= 135


def test_in_plain_words_abuse_counts_towards_no_notice(outcome: MonthResult) -> None:
    text = "\n".join(sentences(outcome))
    assert "24 of them were recognised, and none count" in text
    assert "Of 48 sign-up confirmations to one address in one hour, none count" in text
    assert "nowhere was it found more than claimed" in text
    assert "found in none" in text


def test_the_words_change_when_the_findings_do(outcome: MonthResult) -> None:
    """A sentence that can't say otherwise says nothing."""
    spoilt = [
        replace(
            o,
            replayed=False,
            sender=replace(o.sender, tier=Tier.VERIFIED, domain="contractor.example"),
            nature=replace(o.nature, mail_class=MailClass.PERSON),
            fresh=True,
            fresh_reason=CountReason.DKIM,
        )
        for o in outcome.observations
    ]
    worse = replace(outcome, compared=tuple(compare_month([c.played for c in outcome.compared], spoilt)))
    worse = replace(worse, observations=tuple(spoilt), searched=SearchResult(12, 10, 60, (Path("catcher.db"),)))
    text = "\n".join(sentences(worse))
    assert "0 of them were recognised" in text and "24 count towards" not in text.replace("and 24 count", "")
    assert "and 24 count towards a notice" in text
    assert "nowhere was it found more" not in text
    assert "found in 1" in text
    assert "Not as scripted" in "\n".join(show_month(worse))
    assert "catcher.db holds content of a message" in worse.deviations


def test_it_names_the_ports_to_try() -> None:
    text = things_to_try(("127.0.0.1", 5300), ("127.0.0.1", 2500), Path("demo/catcher.toml"), Path("demo/received"))
    assert "dig @127.0.0.1 -p 5300 army.ml MX" in text
    assert "swaks --server 127.0.0.1:2500" in text
    assert "-c demo/catcher.toml" in text
