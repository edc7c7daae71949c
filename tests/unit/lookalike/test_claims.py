"""What ``catcher lookalike match`` claims, with the public suffix list and the popular labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache

import pytest

from catcher.directory import Organisations, Suffixes
from catcher.intake import matcher
from catcher.lookalike import Match
from catcher.lookalike.confusables import LOOKS_LIKE

DOTS = "army.mil state.gov nato.int bund.de contractor.com"
SWAPS = "mail.mil army.mil state.gov af.mil nato.int rki.de contractor.com esa.int"
PEOPLES = "apple.com ebay.com live.com google.com amazon.com microsoft.com netflix.com paypal.com twitter.com army.mil"


@cache
def matching(watched: str) -> Callable[[str], Match]:
    return matcher(Organisations(dict.fromkeys(watched.split(), "Example Organisation")), Suffixes())


def match(typed: str, watched: str) -> Match:
    return matching(watched)(a_labels(typed))


def a_labels(name: str) -> str:
    labels = [label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in name.split(".")]
    return ".".join(labels)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mailarmy.mil", "army.mil"),
        ("mailarmy.ml", "army.mil"),
        ("smtparmy.mil", "army.mil"),
        ("webmailarmy.ml", "army.mil"),
        ("owaarmy.mil", "army.mil"),
        ("mxarmy.ml", "army.mil"),
        ("usarmy.mil", "army.mil"),
        ("smtp-army.mil", "army.mil"),
        ("owa-army.ml", "army.mil"),
        ("mx-army.mil", "army.mil"),
        ("imapstate.gov", "state.gov"),
        ("wwwarmy.ml", "army.mil"),
        ("armymil.ml", "army.mil"),
        ("army-mil.ml", "army.mil"),
        ("usarmymil.ml", "army.mil"),
        ("mailarmymil.ml", "army.mil"),
        ("mail.armymil.ml", "army.mil"),
        ("mailarmymil", "army.mil"),
        ("stategov.ml", "state.gov"),
        ("natoint.ml", "nato.int"),
        ("bundde.com", "bund.de"),
        ("contractorcom.com", "contractor.com"),
        ("contractorcom.cm", "contractor.com"),
    ],
)
def test_a_lost_dot_is_found(typed: str, meant: str) -> None:
    found = match(typed, DOTS)
    assert not found.abstained
    assert (found.candidates[0].domain, found.candidates[0].edit) == (meant, "dot")


@pytest.mark.parametrize("typed", ["mailchimp.com", "usbank.com", "intercom.org", "popcorn.com"])
def test_a_known_name_that_begins_or_ends_like_that_is_not_claimed(typed: str) -> None:
    assert match(typed, "tele.com chimp.com bank.com corn.com inter.com").abstained


SWAPPED = (
    "mail.com mail.de mail.ru army.de army.com army.org army.nl state.com state.co.uk va.de esa.de rki.com nato.de "
    "nasa.int arm.com af.com contractor.net contractor.org contractor.de"
)


@pytest.mark.parametrize("typed", SWAPPED.split())
def test_another_living_tld_is_no_evidence(typed: str) -> None:
    """Nor are a popular name and a letter beside another TLD."""
    assert match(typed, SWAPS).abstained


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gov.ik", "gov.uk"),
        ("example.con", "example.com"),
        ("example.cmo", "example.com"),
        ("state.giv", "state.gov"),
        ("army.ml", "army.mil"),
        ("army.mi", "army.mil"),
        ("us.army.ml", "army.mil"),
        ("state.gv", "state.gov"),
        ("contractor.test", "contractor.example"),
    ],
)
def test_a_mistyped_tld_is_claimed(typed: str, meant: str) -> None:
    """One that doesn't exist, or one with a letter left out."""
    found = match(typed, "gov.uk example.com admin.ch state.gov army.mil contractor.example")
    assert not found.abstained
    assert (found.candidates[0].domain, found.candidates[0].edit) == (meant, "tld")


def test_a_letter_for_another_in_a_living_tld_is_listed_as_tld() -> None:
    found = match("admin.cn", "admin.ch").candidates[0]
    assert (found.domain, found.edit) == ("admin.ch", "tld")


@pytest.mark.parametrize("name", ["army", "mail", "navy", "us.army"])
def test_a_letter_left_out_of_the_tld_is_likelier_than_one_exchanged(name: str) -> None:
    found = match(f"{name}.ml", f"{name}.mil {name}.nl")
    assert found.candidates[0].domain == f"{name}.mil"


def test_what_is_unlikely_is_not_claimed() -> None:
    assert match("nasa.int", "nato.int esa.int").abstained
    assert match("3sbc.com", "msbc.com hsbc.com").abstained


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("аррӏе.com", "apple.com"),
        ("ӏіѵе.com", "live.com"),
        ("еьау.com", "ebay.com"),
        ("ɢoogle.com", "google.com"),
        ("ɠoogle.com", "google.com"),
        ("ǥoogłe.com", "google.com"),
        ("ᴀmazon.com", "amazon.com"),
        ("ᴍicrosoft.com", "microsoft.com"),
        ("ɴetflix.com", "netflix.com"),
        ("paypaӏ.com", "paypal.com"),
        ("tωitter.com", "twitter.com"),
        ("army.мil", "army.mil"),
        ("аrmу.мil", "army.mil"),
        ("агму.mil", "army.mil"),
        ("ꓮꓣꓟꓬ.mil", "army.mil"),
    ],
)
def test_a_homograph_is_a_homoglyph(typed: str, meant: str) -> None:
    """Small capitals, strokes, hooks; whole names in Cyrillic or Lisu; the TLD."""
    found = match(typed, PEOPLES)
    assert not found.abstained
    assert (found.candidates[0].domain, found.candidates[0].edit) == (meant, "homoglyph")


def test_each_small_capital_and_each_hooked_letter_is_in_the_table() -> None:
    for letter in map(chr, range(0x80, 0x20000)):
        name = unicodedata.name(letter, "").split()
        capital = name[:4] == ["LATIN", "LETTER", "SMALL", "CAPITAL"] and len(name) == 5 and len(name[4]) == 1
        hooked = name[:3] == ["LATIN", "SMALL", "LETTER"] and name[4:] == ["WITH", "HOOK"] and len(name[3]) == 1
        if (capital or hooked) and unicodedata.normalize("NFKC", letter) == letter:
            assert letter in LOOKS_LIKE
            assert not capital or LOOKS_LIKE[letter] == name[4].lower()


@pytest.mark.parametrize("typed", ["i❤.ws", "😀army.mil", "❤.army.ml", "💌", "🇲🇱.ml", "army❤.mil"])
def test_an_emoji_name_has_an_answer(typed: str) -> None:
    """.ml and .ws register them (public-dns 5)."""
    assert match(typed, DOTS).typed == a_labels(typed)


def test_an_emoji_name_can_be_protected() -> None:
    assert match("xn--i-7iq.wss", "xn--i-7iq.ws").candidates[0].domain == "xn--i-7iq.ws"
