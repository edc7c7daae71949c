"""Contacts and steps' outcomes for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from catcher.model.telling.contact import Contact, Source, StepOutcome, StepReason, StepResult
from tests.support.observations import NOON, moments

PARTY = "contractor.example"
ADDRESS = f"security@{PARTY}"


def contact(**changes: Any) -> Contact:
    """A contact found in security.txt at noon, in the party's own domain."""
    found = Contact(party=PARTY, address=ADDRESS, source=Source.SECURITY_TXT, seen_at=NOON, own=True)
    return replace(found, **changes)


def outcome(**changes: Any) -> StepOutcome:
    """A step that found one address at noon."""
    found = StepOutcome(
        party=PARTY, step=Source.SECURITY_TXT, at=NOON, result=StepResult.FOUND, host=PARTY, addresses=1
    )
    return replace(found, **changes)


def contacts(party: str = PARTY) -> st.SearchStrategy[Contact]:
    """Any contact of ``party``, with one of few addresses."""
    return st.builds(
        Contact,
        party=st.just(party),
        address=st.sampled_from([f"{name}@{party}" for name in ("abuse", "postmaster", "security", "Security")]),
        source=st.sampled_from(Source),
        seen_at=moments(),
        own=st.booleans(),
        preference=st.integers(0, 3),
        language=st.sampled_from((None, "en", "fr")),
        openpgp=st.sampled_from((None, "keys/desk.asc")),
        confirmed_by=st.just(None),
        confirmed_at=st.just(None),
        bad_at=st.none() | moments(),
    ).flatmap(lambda c: st.sampled_from((c, replace(c, confirmed_by="Alex", confirmed_at=c.seen_at))))


def outcomes(party: str = PARTY) -> st.SearchStrategy[StepOutcome]:
    """Any outcome of a step for ``party``."""
    return st.builds(
        StepOutcome,
        party=st.just(party),
        step=st.sampled_from(Source),
        at=moments(),
        result=st.sampled_from(StepResult),
        reason=st.none() | st.sampled_from(StepReason),
        host=st.sampled_from((None, party)),
        addresses=st.integers(0, 5),
    )
