"""Patterns are found in Subjects whatever the case of letters."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.header import subjects

PATTERNS = {name: getattr(subjects, name) for name in ("COMPLAINT", "TEST", "RELAY_TEST")}
WORDS = ["Abuse report", "relay test", "probe", "E-Mail", "This is a Test", "192.0.2.1", "Réponse", " ", "ſ"]


@given(st.lists(st.sampled_from(WORDS), max_size=5).map("".join) | st.text(max_size=40))
def test_what_is_found_is_what_the_pattern_finds_in_any_case(text: str) -> None:
    found = subjects.finder(PATTERNS)
    expected = [name for name, pattern in PATTERNS.items() if re.search(pattern, text, re.IGNORECASE)]
    assert found(text) == found(text.upper() if text.isascii() else text) == expected


def test_several_are_told_in_the_order_of_the_patterns() -> None:
    found = subjects.finder({"urgent": r"\burgent\b", "offer": r"\boffers?\b"})
    assert found("Offers! URGENT") == ["urgent", "offer"]
    assert found("Öffers: nothing") == []
