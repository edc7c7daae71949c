"""The README's table of who can deliver is the list that the tests deliver by."""

from __future__ import annotations

from tests.support.senders import SENDERS, Feature, table
from tests.support.senders.letter import BASIC
from tests.support.tree import ROOT


def test_the_readme_shows_what_the_tests_try() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert table() in readme.partition("## SMTP: who can deliver\n")[2]


def test_every_sender_does_the_basics_and_every_feature_has_a_sender() -> None:
    assert all(sender.features >= BASIC for sender in SENDERS)
    assert frozenset().union(*(sender.features for sender in SENDERS)) == set(Feature)
