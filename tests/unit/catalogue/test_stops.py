"""Mail stopped by hand: at once, for whoever looks, until the catalogue says the same."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catcher.catalogue import Catalogue, Entry
from catcher.catalogue.stops import EVERY_DOMAIN, Stops
from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.policy import Policy

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


def entry(domain: str, policy: Policy) -> Entry:
    return Entry(domain, None, policy, None, Policy.OBSERVE, "", "catalogue.csv:2")


def test_a_stop_is_seen_by_who_looked_before(tmp_path: Path) -> None:
    looking, saying = Stops(tmp_path), Stops(tmp_path)
    assert not looking.covers("army.ml")
    saying.add(["army.ml"])
    assert looking.covers("army.ml") and not looking.covers("navy.ml")
    saying.discard(["army.ml"])
    assert not looking.covers("army.ml")


def test_every_covers_all(tmp_path: Path) -> None:
    Stops(tmp_path).add([EVERY_DOMAIN])
    assert Stops(tmp_path).covers("army.ml")


def test_a_stopped_row_is_null_at_most_for_the_sink_alone(tmp_path: Path) -> None:
    """DNS answering looks at no file: it follows when the catalogue says so."""
    stops = Stops(tmp_path)
    stops.add([EVERY_DOMAIN])
    catalogue = Catalogue.of([entry("army.ml", Policy.ACCEPT), entry("navy.ml", Policy.RELEASE)])
    army, navy = catalogue
    assert catalogue.policy_at(army, NOW) is Policy.ACCEPT
    assert catalogue.under(stops.covers).policy_at(army, NOW) is Policy.NULL
    assert catalogue.under(stops.covers).policy_at(navy, NOW) is Policy.RELEASE


def test_what_the_catalogue_turns_away_itself_is_taken_off(tmp_path: Path) -> None:
    stops = Stops(tmp_path)
    stops.add(["army.ml", "navy.ml", "gone.ml", EVERY_DOMAIN])
    stops.settle(Catalogue.of([entry("army.ml", Policy.ACCEPT), entry("navy.ml", Policy.NULL)]), NOW)
    assert (tmp_path / "stopped").read_text().split() == [EVERY_DOMAIN, "army.ml"]
    stops.settle(Catalogue.of([entry("army.ml", Policy.NULL)]), NOW)
    assert not (tmp_path / "stopped").exists()


@pytest.mark.parametrize("how", ["pipe", "folder"])
def test_a_list_that_cannot_be_read_frees_nothing(tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    looking = Stops(tmp_path)
    looking.add(["army.ml"])
    assert looking.covers("army.ml")
    (tmp_path / "stopped").unlink()
    os.mkfifo(tmp_path / "stopped") if how == "pipe" else (tmp_path / "stopped").mkdir()
    assert looking.covers("army.ml") and looking.covers("army.ml") and not looking.covers("navy.ml")
    assert caplog.text.count("the domains that were stopped before stay stopped") == 1
    with pytest.raises(EnvironmentFailure, match="it can't be read"):
        looking.settle(Catalogue.of([]), NOW)
