"""Domain names: whatever a person types is a lower-case A-label name, or is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.domain import DomainError, is_at_or_below, parents, to_alabel

_LABEL = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,20}[a-z0-9_])?", fullmatch=True).filter(lambda x: x[:4] != "xn--")
_NAMES = st.lists(_LABEL, min_size=1, max_size=6).map(".".join)

SENTENCES = {
    "the name is empty",
    "the name has N octets, at most N are allowed",
    "the name has an empty label (two dots in a row)",
    "a label has over N octets",
    "a label holds a character other than a-z, N-N, hyphen and underscore",
    "the name is not a valid internationalised name (IDNA N)",
}
"""Every message of a DomainError, with N for its numbers: none has room for the name."""


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("army.ml", "army.ml"),
        ("ARMY.ML.", "army.ml"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("xn--vi8hiv.example", "xn--vi8hiv.example"),
        ("SUB.xn--a.example.", "sub.xn--a.example"),
        ("bücher.xn--vi8hiv.example", "xn--bcher-kva.xn--vi8hiv.example"),
        ("bücher。example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("army。ml", "army.ml"),
        ("_dmarc.army.ml", "_dmarc.army.ml"),
    ],
)
def test_a_name_becomes_lower_case_a_labels_without_the_final_dot(typed: str, name: str) -> None:
    assert to_alabel(typed) == name


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "empty"),
        (".", "empty"),
        ("army..ml", "empty label"),
        (".army.ml", "empty label"),
        ("a" * 64 + ".ml", "63 octets"),
        (".".join(["a" * 63] * 4), "at most 253"),
        ("army ml", "character"),
        ("-army.ml", "character"),
        ("army-.ml", "character"),
        ("army.ml\n", "character"),
        ("army.ml\x00", "character"),
        ("xn--\x80.example", "internationalised"),
        ("\U0001f4a9.example", "internationalised"),
    ],
)
def test_what_is_no_name_is_refused(typed: str, why: str) -> None:
    with pytest.raises(DomainError, match=why):
        to_alabel(typed)


@given(st.text(max_size=80))
def test_any_text_gives_a_name_or_a_domain_error_that_does_not_repeat_it(text: str) -> None:
    try:
        name = to_alabel(text)
    except DomainError as error:
        assert re.sub(r"\d+", "N", str(error)) in SENTENCES
    else:
        assert re.fullmatch(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", name)
        assert len(name) <= 253


@given(st.text(max_size=40) | _NAMES)
def test_a_name_that_was_normalised_stays_as_it_is(text: str) -> None:
    try:
        name = to_alabel(text)
    except DomainError:
        return
    assert to_alabel(name) == name


@given(_NAMES)
def test_an_ascii_name_only_loses_its_case_and_its_final_dot(name: str) -> None:
    assert to_alabel(name.upper() + ".") == name


@given(_NAMES)
def test_a_name_is_at_or_below_each_of_its_parents(name: str) -> None:
    above = parents(name)
    assert above[0] == name
    assert len(above) == name.count(".") + 1
    assert all(is_at_or_below(name, ancestor) for ancestor in above)


def test_a_common_ending_is_no_ancestor() -> None:
    assert not is_at_or_below("notarmy.ml", "army.ml")
    assert is_at_or_below("mx.army.ml", "army.ml")
