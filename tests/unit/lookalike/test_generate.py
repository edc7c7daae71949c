"""Names worth holding come likeliest first, can be registered, and lead back to the name they stand for."""

from __future__ import annotations

import os
import subprocess
import sys
from string import ascii_lowercase, digits

import pytest

from catcher.lookalike import Lookalikes, Worth, generate
from catcher.lookalike.sliprates import SLIP_RATES
from catcher.lookalike.slips import slipped
from tests.support.lookalikes import registrable

PROTECTED = ("army.mil", "us.army.mil", "contractor.example")
LONG = "a-very-long-label-of-sixty-three-octets-that-is-still-permitted"
IDN = "xn--mller-kva.example"
"""``müller.example``."""
EMOJI = "xn--i-7iq.example"
"""``i❤.example``: registered in some top-level domains, outside IDNA 2008."""
CYRILLIC = "xn--80aa2cbv.example"


def listed(*protected: str, limit: int | None = None, tld: str = "ml") -> list[Worth]:
    return list(generate(protected, [tld], registrable, limit=limit))


def names(*protected: str, limit: int | None = None, tld: str = "ml") -> list[str]:
    return [worth.domain for worth in listed(*protected, limit=limit, tld=tld)]


def test_the_same_name_under_the_tld_is_the_likeliest() -> None:
    first = next(generate(["army.mil"], ["ml"], registrable))
    assert (first.protected, first.domain, first.edit) == ("army.mil", "army.ml", "tld")


@pytest.mark.parametrize("name", ["amry.ml", "arny.ml", "arm.ml", "armymil.ml", "amy.ml", "armyy.ml"])
def test_the_slips_that_people_make_are_among_the_first_twenty(name: str) -> None:
    assert name in names("army.mil", limit=20)


@pytest.mark.parametrize("protected", ["army.mil", "seznam.example", "gmail.example", "contractor.example"])
def test_no_block_of_digits_stands_before_the_letters(protected: str) -> None:
    meant = protected.partition(".")[0]
    first = names(protected, limit=50)
    assert not [name for name in first if set(name) & set(digits)]
    assert first[0] == f"{meant}.ml"


@pytest.mark.parametrize(
    ("likelier", "than"),
    [
        ("contrator.ml", "contrxctor.ml"),  # an omission before any other letter
        ("contractpr.ml", "contractxr.ml"),  # a neighbouring key before a distant one
        ("contracter.ml", "contractir.ml"),  # vowels that sound alike before others
        ("cotnractor.ml", "cotnrcator.ml"),  # a transposition before two: those are not listed
        ("contrcator.ml", "cont4actor.ml"),  # a transposition before a digit
        ("contracttor.ml", "contractqor.ml"),
        ("contractor-com.ml", "contract0r.ml"),
        ("contractorr.ml", "xcontractor.ml"),
        ("contractr.ml", "ontractor.ml"),  # the first letter is seldom wrong
        ("wwwcontractor.ml", "mailcontractor.ml"),
        ("mailcontractor.ml", "smtpcontractor.ml"),
    ],
)
def test_the_likelier_slip_comes_first(likelier: str, than: str) -> None:
    ranks = {name: rank for rank, name in enumerate(names("contractor.com"))}
    assert ranks[likelier] < ranks.get(than, len(ranks))


@pytest.mark.parametrize("protected", ["army.mil", "contractor.example", f"{LONG}.example", IDN, "a.example"])
def test_more_mail_comes_to_the_plain_name_than_to_all_misspelled_ones(protected: str) -> None:
    plain, *typos = [worth.score for worth in listed(protected)]
    assert sum(typos) < plain


def test_a_kind_is_divided_among_its_targets() -> None:
    """The digits together are no likelier than one digit would be with all of the kind's rate."""
    of_digits = [
        slip for typed, slip in slipped("army").items() if slip.kind == "substitute.digit" and typed[1:] == "rmy"
    ]
    assert len(of_digits) > 5
    assert len({slip.divisor for slip in of_digits}) == 1
    assert of_digits[0].divisor == pytest.approx(2.08, abs=0.3)


def test_every_slip_has_a_rate() -> None:
    labels = ("army", "fleet-command7", "aabba", "phoenix-room", "q1w2", "müller", LONG)
    keys = {key for label in labels for slip in slipped(label).values() for key in (slip.kind, *slip.places)}
    assert keys <= set(SLIP_RATES)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("addition", "fleet-command7.ml"),
        ("addition at a hyphen", "fleetx-command.ml"),
        ("bitsquatting", "dleet-command.ml"),
        ("homoglyph", "fleet-cornmand.ml"),
        ("homoglyph", "f1eet-command.ml"),
        ("hyphenation", "fleet-com-mand.ml"),
        ("insertion", "fleet-comkmand.ml"),
        ("omission", "fleetcommand.ml"),
        ("plural", "fleets-command.ml"),
        ("repetition", "fleet-coommand.ml"),
        ("replacement", "fleet-commsnd.ml"),
        ("transposition", "felet-command.ml"),
        ("vowel swap", "fleet-commend.ml"),
        ("sound", "fleet-kommand.ml"),
    ],
)
def test_each_kind_that_squatters_tools_know_is_there(kind: str, name: str) -> None:
    """The kinds of dnstwist's fuzzer in ASCII, under one TLD, but for dots and words of a dictionary; and one more."""
    assert name in names("fleet-command.mil"), kind


def test_every_single_edit_is_there_but_hyphens_at_an_end() -> None:
    typed = f"{ascii_lowercase}{digits}-"
    wanted = {f"{a}{x}{b}" for x in typed for a, b in (("", "irs"), ("i", "rs"), ("ir", "s"), ("irs", ""))}
    wanted |= {f"{a}{x}{b}" for x in typed for a, b in (("", "rs"), ("i", "s"), ("ir", ""))} | {"rs", "is", "ir"}
    wanted = {f"{label}.ml" for label in wanted if label.strip("-") == label}
    assert wanted <= set(names("irs.gov"))


@pytest.mark.parametrize(
    ("protected", "tld", "name"),
    [
        ("us.army.mil", "ml", "usarmy.ml"),
        ("army.mil", "ml", "armymil.ml"),
        ("army.mil", "ml", "mailarmy.ml"),
        ("army.mil", "ml", "mail-army.ml"),
        ("army.mil", "ml", "wwwarmy.ml"),
        ("army.mil", "ml", "smtparmy.ml"),
        ("state.gov", "ml", "stategov.ml"),
        ("contractor.com", "cm", "contractorcom.cm"),
        ("contractor.com", "om", "contractorc.om"),
        ("contractor.co.example", "example", "contractorco.example"),
        ("army.mil", "il", "armym.il"),
    ],
)
def test_a_lost_or_moved_dot_is_there(protected: str, tld: str, name: str) -> None:
    [found] = [worth for worth in listed(protected, tld=tld) if worth.domain == name]
    assert found.edit == "dot"


def test_names_of_a_protected_parent_are_not_told_twice() -> None:
    found = names("army.mil", "us.army.mil")
    assert len(found) == len(set(found))


def test_only_names_that_can_be_registered_and_are_not_protected() -> None:
    found = names(*PROTECTED, tld="mil")
    assert not set(found) & set(PROTECTED)
    assert all(registrable(name) == name for name in found)


@pytest.mark.parametrize(
    "protected", ["a.example", "7.example", "a-b-c.example", "aaaa.example", f"{LONG}.example", IDN, EMOJI, CYRILLIC]
)
def test_hostile_names_give_names_that_can_be_registered(protected: str) -> None:
    found = listed(protected)
    assert found
    assert len({worth.domain for worth in found}) == len(found)
    for worth in found:
        label = worth.domain.removesuffix(".ml")
        assert 0 < len(label) <= 63
        assert label.isascii()
        assert set(label) <= {*ascii_lowercase, *digits, "-"}
        assert label.strip("-") == label
        assert label[2:4] != "--" or label.startswith("xn--")
        assert worth.score >= 0


def test_an_umlaut_is_left_out_or_spelt_out() -> None:
    first = names(IDN, limit=3)
    assert first[0] == "xn--mller-kva.ml"
    assert set(first[1:]) == {"muller.ml", "mueller.ml"}


@pytest.mark.parametrize("protected", ["mil", "", "xn--99999999999.example"])
def test_a_name_without_a_label_to_misspell_ends_nothing(protected: str) -> None:
    assert len(names(protected, limit=5)) in (0, 5)


def test_shares_fall_and_sum_to_one() -> None:
    shares = [worth.score for worth in generate(["contractor.example"], ["ml"], registrable)]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=0.001)


def test_the_limit_is_for_each_protected_name_and_tld_and_cuts_the_same_list() -> None:
    worth = list(generate(["army.mil", "contractor.example"], ["ml", "test"], registrable, limit=3))
    assert len(worth) == 12
    assert names("army.mil", limit=3) == names("army.mil")[:3]
    assert listed("army.mil", limit=3) == listed("army.mil")[:3]


def test_what_is_generated_is_matched_back() -> None:
    """All of it, likely or not."""
    lookalikes = Lookalikes(["fleet-command.mil"], registrable)
    matches = [lookalikes.match(name) for name in names("fleet-command.mil")]
    first = [match.candidates[0].domain if match.candidates else None for match in matches]
    assert first == ["fleet-command.mil"] * len(matches)


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_order_does_not_depend_on_the_hash_seed(seed: str) -> None:
    script = (
        "from catcher.lookalike import generate\n"
        "from tests.support.lookalikes import registrable\n"
        "print(*(w for w in generate(['army.mil', 'contractor.example'], ['ml'], registrable)), sep='\\n')"
    )
    other = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.splitlines() == [str(worth) for worth in listed("army.mil", "contractor.example")]
