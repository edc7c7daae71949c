"""Codes tell which notice is answered; what we didn't write tells nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catcher.model.telling.answer import Verb
from catcher.privacy import NoticeCodes, notice_codes

ID = "ntc-0123456789ab"
CODES = NoticeCodes(bytes(range(32)))
ids = st.integers(0, 2**48 - 1).map(lambda n: f"ntc-{n:012x}")
base32 = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26)


@given(ids, st.sampled_from(Verb))
def test_what_was_written_is_understood_in_any_case(id: str, verb: Verb) -> None:
    local_part = CODES.address(verb, id, "notices.sink.example").partition("@")[0]
    assert len(local_part) <= 64
    for spelled in (local_part, local_part.upper(), local_part.title()):
        assert CODES.answer(spelled) == (verb, id)


@given(ids, base32)
def test_a_made_up_code_names_no_notice(id: str, code: str) -> None:
    assume(code != CODES.code(id))
    assert CODES.notice(code) is None


@given(ids, st.integers(0, 25), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_no_character_of_a_code_can_be_changed(id: str, place: int, character: str) -> None:
    code = CODES.code(id)
    assume(code[place] != character)
    assert CODES.notice(code[:place] + character + code[place + 1 :]) is None


@given(ids)
def test_another_key_makes_other_codes(id: str) -> None:
    assert NoticeCodes(bytes(32)).notice(CODES.code(id)) is None


@given(st.text(max_size=80))
def test_any_text_may_come(text: str) -> None:
    assert CODES.answer(text) is None
    assert CODES.answer(f"stop+{text}") is None


@pytest.mark.parametrize("word", ["", "bounce", "got-it", "postmaster", "got_it", "stop+stop", "bounces"])
def test_only_the_five_words_are_answers(word: str) -> None:
    assert CODES.answer(word) is None
    if word not in ("bounce", "got-it"):
        assert CODES.answer(f"{word}+{CODES.code(ID)}") is None


def test_only_notices_have_codes() -> None:
    with pytest.raises(ValueError, match="no notice's id"):
        CODES.code("inc-0123456789ab")


def test_the_key_stays(tmp_path: Path) -> None:
    """Answers come back months later, to another process."""
    first = notice_codes(tmp_path / "keys").code(ID)
    assert notice_codes(tmp_path / "keys").notice(first) == ID
    assert stat.S_IMODE((tmp_path / "keys" / "notices.key").stat().st_mode) == 0o600


def test_nothing_of_the_key_is_shown() -> None:
    assert repr(CODES) == "NoticeCodes()"
