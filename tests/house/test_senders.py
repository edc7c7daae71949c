"""The table of docs/reference/smtp-senders.md is the list that the tests deliver by."""

from __future__ import annotations

from tests.support.senders import SENDERS, Feature, table
from tests.support.senders.letter import BASIC
from tests.support.tree import ROOT


def test_the_page_shows_what_the_tests_try() -> None:
    assert table() in (ROOT / "docs/reference/smtp-senders.md").read_text(encoding="utf-8")


def test_every_sender_does_the_basics_and_every_feature_has_a_sender() -> None:
    assert all(sender.features >= BASIC for sender in SENDERS)
    assert frozenset().union(*(sender.features for sender in SENDERS)) == set(Feature)
