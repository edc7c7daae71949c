"""Subjects are unfolded and decoded before anything is looked for, whatever the case of letters."""

from __future__ import annotations

import re
import time
from email.header import Header, decode_header, make_header

import pytest
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


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"Out of\r\n Office: plans", "Out of Office: plans"),
        (b"=?utf-8?Q?Out_of_off?=\r\n =?utf-8?Q?ice?= now", "Out of office now"),
        (b"=?utf-8?Q?R=C3=A9ponse?= =?utf-8?Q?_automatique_:_plan?=", "Réponse automatique : plan"),
        (b"=?utf-8?B?w4k=?= =?iso-8859-1?q?t=E9?=", "Été"),
        (b"=?utf-8?Q?=E3=81?= =?UTF-8?Q?=82?=", "あ"),
        (b"=?utf-8?B?44E=?=\t=?utf-8?B?gg==?=", "あ"),
        (b"a =?utf-8?q?b?= c", "a b c"),
        (b"=?utf-8*en?q?b?=", "b"),
        (b"=?utf-8?Q?two words?=", "two words"),
        (b"=?utf-8?B?Y29kZQ?=", "code"),
        (b"=?gb2312?B?0enWpMLr?=", "验证码"),
        (b"=?iso-2022-jp?B?GyRCIUobKEI=?=", "（"),
        (b"=?windows-1252?Q?Roster_=96_Week_23_[SEC=3DPROTECTED]?=", "Roster – Week 23 [SEC=PROTECTED]"),
        ("Grüße".encode(), "Grüße"),
        (b"=?x-unknown?Q?=C3=A9?=", "é"),
        (b"=?punycode?Q?=C3=A9?=", "é"),
        (b"=?utf-8?B?A?= tail", "=?utf-8?B?A?= tail"),
        (b"=?utf-8?Q?=FF?=", "�"),
    ],
)
def test_encoded_words_are_decoded_and_joined(value: bytes, text: str) -> None:
    assert subjects.decoded(value) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200))
def test_what_the_standard_library_encodes_is_decoded_as_it_decodes(text: str) -> None:
    encoded = Header(text, "utf-8").encode(linesep="\r\n").encode()
    if b"=?" in encoded:
        assert subjects.decoded(encoded) == str(make_header(decode_header(encoded.decode())))


@given(st.binary(max_size=300))
def test_any_octets_are_text(value: bytes) -> None:
    assert isinstance(subjects.decoded(value), str)


@pytest.mark.parametrize(
    "piece", [b"=?a?q?", b"=?", b"=?utf-8?q?x?= ", b"=?utf-7?q?+?=", b" \r\n", b"?=", b"=?utf-8?b?"]
)
def test_hostile_values_take_time_in_proportion(piece: bytes) -> None:
    """Eight times the octets, at most some thirty times the time: what is quadratic takes sixty-four."""

    def seconds(octets: int) -> float:
        value = b"=?" + piece * (octets // len(piece))
        best = 1.0
        for _ in range(5):
            begun = time.process_time()
            subjects.decoded(value)
            best = min(best, time.process_time() - begun)
        return best

    assert seconds(64_000) < 30 * seconds(8_000) + 0.005
