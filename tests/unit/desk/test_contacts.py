"""The contact book: files and store as one, typo domains nowhere, a bounce and a confirmation on whatever source."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from catcher.desk.contacts import ContactBook
from catcher.desk.context import NotFound
from catcher.directory import Listings
from catcher.directory.contacts import Entered
from catcher.model.telling.contact import ContactStatus, Source, next_contact
from catcher.store import MemoryStore
from tests.support.contacts import ADDRESS, PARTY, contact, outcome
from tests.support.observations import NOON

DESK = f"desk@{PARTY}"
LATER = NOON + timedelta(days=1)


def book(store: MemoryStore, *addresses: str) -> ContactBook:
    """The book of an operator who entered ``addresses``."""
    rows = [Entered(PARTY, address, None, None) for address in addresses]
    return ContactBook(store, Listings(rows, {}, folder=Path()), lambda domain: domain.endswith("army.ml"))


def test_what_is_entered_is_there_without_a_search_and_gone_with_its_row() -> None:
    store = MemoryStore()
    assert [c.address for c in book(store, DESK).of(PARTY, NOON)] == [DESK]
    assert book(store).of(PARTY, NOON) == ()


def test_a_bounce_marks_an_entered_contact_and_the_next_one_takes_its_place() -> None:
    ours = book(MemoryStore(), DESK)
    ours.record(PARTY, [contact()], [outcome()], looked={Source.SECURITY_TXT}, now=NOON)
    first = next_contact(ours.of(PARTY, NOON))
    assert first is not None and first.address == DESK
    assert ours.bounced(PARTY, DESK, at=LATER).status is ContactStatus.BAD
    second = next_contact(ours.of(PARTY, LATER))
    assert second is not None and second.address == ADDRESS
    assert ours.confirm(PARTY, DESK, by="Alex", now=LATER).status is ContactStatus.GOOD
    assert next_contact(ours.of(PARTY, LATER)) == ours.of(PARTY, LATER)[0]


def test_a_search_replaces_what_its_sources_said_and_keeps_its_outcomes() -> None:
    ours = book(MemoryStore())
    ours.record(PARTY, [contact()], [outcome()], looked={Source.SECURITY_TXT}, now=NOON)
    assert ours.record(PARTY, [], [], looked={Source.SOA}, now=NOON) == (contact(),)
    assert ours.record(PARTY, [], [outcome(addresses=0)], looked={Source.SECURITY_TXT}, now=NOON) == ()
    assert ours.store.contact_outcomes(PARTY) == (outcome(addresses=0),)


def test_nobody_is_known_at_a_typo_domain_whoever_says_so() -> None:
    ours = book(MemoryStore(), "desk@mail.army.ml")
    found = contact(address="security@army.ml", own=True)
    assert ours.record(PARTY, [found], [], looked={Source.SECURITY_TXT}, now=NOON) == ()
    assert ours.of(PARTY, NOON) == ()
    with pytest.raises(NotFound):
        ours.confirm(PARTY, "desk@mail.army.ml", by="Alex", now=NOON)


def test_a_change_of_what_is_not_there_is_an_error_and_changes_nothing() -> None:
    ours = book(MemoryStore())
    with pytest.raises(NotFound):
        ours.bounced(PARTY, ADDRESS, at=NOON)
    assert list(ours.store.contacts()) == []


def test_parties_are_those_entered_and_those_stored() -> None:
    store = MemoryStore()
    store.change_contacts("agency.example", lambda _: [contact(party="agency.example")])
    assert book(store, DESK).parties() == ["agency.example", PARTY]
