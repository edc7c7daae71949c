"""Co-recipients and threads hint for whom a mail was meant; they move candidates and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint import Context, fingerprint
from catcher.lookalike import CLAIMED
from catcher.model.mail.fingerprint import Basis, Fingerprint, Intended, IntendedCandidate
from tests.support.fingerprints import context, transaction

CLOSE = (IntendedCandidate("navy.mil", 0.45, "tld"), IntendedCandidate("army.mil", 0.4, "omission"))
"""What the typed name alone may stand for."""


def told(candidates: tuple[IntendedCandidate, ...], meant: str | None = None) -> Context:
    basis = Basis.LOOKALIKE if meant else Basis.NONE
    return replace(
        context(lookups=False),
        intended=lambda typed: Intended(typed, meant, None, basis, candidates, abstained=meant is None),
        organisation={"army.mil": "An army"}.get,
    )


def judged(header: str, inside: Context) -> Fingerprint:
    mail = f"From: ada@contractor.example\r\nDate: Fri, 20 Nov 2026 11:00:00 +0000\r\n{header}\r\n\r\n"
    found = fingerprint(transaction(mail.encode("utf-8", "surrogateescape")), {}, inside)
    assert isinstance(found, Fingerprint)
    return found


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("To: someone@army.ml, someone@army.mil", {"co-recipient"}),
        ("To: someone@army.ml\r\nCc: Grace <grace@hq.army.mil>", {"co-recipient"}),
        ("To: someone@army.ml, a@army.mil\r\nIn-Reply-To: <1.2.3@mail.army.mil>", {"co-recipient", "thread"}),
    ],
)
def test_a_co_recipient_breaks_an_abstention(header: str, words: set[str]) -> None:
    found = judged(header, told(CLOSE))
    intended = found.intended[0]
    assert (intended.domain, intended.organisation, intended.basis) == ("army.mil", "An army", Basis.LOOKALIKE)
    assert not intended.abstained
    assert intended.candidates[0].domain == "army.mil"
    assert words <= set(found.nature.reasons)


@pytest.mark.parametrize(
    "header",
    [
        "To: someone@army.ml\r\nIn-Reply-To: <1.2.3@mail.army.mil>\r\nReferences: <9@x.example>",
        "To: someone@army.ml\r\nReferences: <1@contractor.example>\r\n <2@ARMY.MIL>",
    ],
)
def test_a_thread_makes_its_name_the_first(header: str) -> None:
    """Of two names as near, without a claim; where the name is only just not claimed, with one."""
    found = judged(header, told(CLOSE))
    intended = found.intended[0]
    assert (intended.candidates[0].domain, intended.domain, intended.abstained) == ("army.mil", None, True)
    assert 0.7 < intended.candidates[0].score < CLAIMED
    assert "thread" in found.nature.reasons
    nearly = (IntendedCandidate("army.mil", 0.6, "tld"), IntendedCandidate("navy.mil", 0.3, "omission"))
    assert judged(header, told(nearly)).intended[0].domain == "army.mil"


@pytest.mark.parametrize(
    "header",
    [
        "To: someone@army.ml",
        "To: someone@army.ml, grace@notarmy.mil",
        "To: someone@army.ml\r\nSubject: someone@army.mil <x@army.mil>",
        "To: army.mil <someone@army.ml>",
        "To: someone@army.ml\r\nIn-Reply-To: army.mil\r\nReferences: <@army.mil> <x@army.mil.evil.example>",
    ],
)
def test_what_names_no_candidate_changes_nothing(header: str) -> None:
    found = judged(header, told(CLOSE))
    assert found.intended[0].candidates == CLOSE
    assert found.intended[0].abstained
    assert not {"co-recipient", "thread"} & set(found.nature.reasons)


def test_hints_bring_in_no_name() -> None:
    found = judged("To: a@army.ml, b@bank.example\r\nIn-Reply-To: <1@bank.example>", told(CLOSE))
    assert "bank.example" not in repr(found.intended)


def test_one_hint_does_not_make_a_far_candidate_the_answer() -> None:
    far = (IntendedCandidate("navy.mil", 0.9, "tld"), IntendedCandidate("army.mil", 0.02, "other"))
    found = judged("To: a@army.ml\r\nIn-Reply-To: <1@army.mil>", told(far, "navy.mil"))
    assert found.intended[0].domain == "navy.mil"
    assert "thread" not in found.nature.reasons, "it speaks against the first, so it is no reason for it"


def test_hints_for_two_candidates_leave_the_names_to_decide() -> None:
    found = judged("To: a@army.ml, b@army.mil, c@navy.mil", told(CLOSE))
    assert [candidate.domain for candidate in found.intended[0].candidates] == ["navy.mil", "army.mil"]


def test_what_the_catalogue_declares_stays_and_the_hint_is_told() -> None:
    """context() declares army.mil."""
    found = judged("To: someone@army.ml, someone@army.mil\r\nIn-Reply-To: <1@navy.mil>", context(lookups=False))
    assert (found.intended[0].domain, found.intended[0].basis) == ("army.mil", Basis.DECLARED)
    assert "co-recipient" in found.nature.reasons
    assert "thread" not in found.nature.reasons


def test_a_spammer_who_writes_the_true_domain_gains_nothing_but_the_rank() -> None:
    """Tier, class, genuine, freshness: as without."""
    plain = judged("To: someone@army.ml\r\nIn-Reply-To: <1@x.example>", told(CLOSE))
    forged = judged("To: someone@army.ml\r\nIn-Reply-To: <1@army.mil>", told(CLOSE))
    assert forged.intended != plain.intended
    assert (forged.sender, forged.freshness) == (plain.sender, plain.freshness)
    assert forged.nature.mail_class is plain.nature.mail_class
    assert forged.nature.genuine == plain.nature.genuine


def test_a_thread_as_long_as_can_be_is_bounded_work() -> None:
    found = judged("To: a@army.ml\r\nReferences: " + "<1@army.mil> " * 10_000, told(CLOSE))
    assert 0 < sum(candidate.score for candidate in found.intended[0].candidates) <= 1.0001


@given(st.binary(max_size=300), st.sampled_from(["To", "Cc", "In-Reply-To", "References"]))
def test_any_octets_leave_scores_that_are_probabilities(octets: bytes, name: str) -> None:
    text = octets.replace(b"\r", b"").replace(b"\n", b"").decode("utf-8", "surrogateescape")
    found = judged(f"{name}: {text} <x@army.mil>", told(CLOSE)).intended[0]
    scores = [candidate.score for candidate in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.0001
    assert {candidate.domain for candidate in found.candidates} == {"army.mil", "navy.mil"}
