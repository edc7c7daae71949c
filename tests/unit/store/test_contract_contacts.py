"""The contract of ``ports.Store`` for contacts and what came of the steps that looked for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from catcher.model.ports import Store
from catcher.model.telling.contact import Source, StepOutcome, bounced, in_order
from tests.support.contacts import ADDRESS, PARTY, contact, outcome
from tests.support.folding import folder
from tests.support.observations import NOON

OTHER = "agency.example"
FULL = contact(
    language="fr", openpgp="keys/desk.asc", preference=2, confirmed_by="Alex É.", confirmed_at=NOON, bad_at=NOON
)


def keep(store: Store, *contacts: object, outcomes: tuple[StepOutcome, ...] = ()) -> None:
    """Makes ``contacts`` all that is stored of their party."""
    store.change_contacts(contacts[0].party, lambda _: contacts, outcomes=outcomes)  # type: ignore[attr-defined]


def test_a_contact_comes_back_as_it_went_in(store: Store) -> None:
    keep(store, FULL)
    assert list(store.contacts(PARTY)) == [FULL]
    plain = contact()
    keep(store, plain)
    assert list(store.contacts(PARTY)) == [plain]


def test_there_are_none_of_an_unknown_party(store: Store) -> None:
    assert list(store.contacts(PARTY)) == []
    assert list(store.contacts()) == []
    assert store.contact_outcomes(PARTY) == ()


def test_they_come_in_order_party_by_party(store: Store) -> None:
    mine = [contact(source=s, address=f"a{n}@{PARTY}") for n, s in enumerate(reversed(Source))]
    keep(store, *mine)
    keep(store, contact(party=OTHER, address=f"a@{OTHER}"))
    assert list(store.contacts(PARTY)) == in_order(mine)
    assert list(store.contacts()) == [*store.contacts(OTHER), *store.contacts(PARTY)]


def test_a_change_sees_what_is_stored_and_says_what_is_to_be(store: Store) -> None:
    keep(store, contact())
    after = store.change_contacts(PARTY, lambda known: bounced(known, ADDRESS, at=NOON))
    assert after == (contact(bad_at=NOON),)
    assert list(store.contacts(PARTY)) == [contact(bad_at=NOON)]
    assert store.change_contacts(PARTY, lambda known: ()) == ()
    assert list(store.contacts()) == []


def test_moments_are_kept_to_the_second(store: Store) -> None:
    exact = NOON + timedelta(microseconds=999_999)
    fine = replace(FULL, seen_at=exact, confirmed_at=exact, bad_at=exact)
    assert store.change_contacts(PARTY, lambda _: [fine], outcomes=[outcome(at=exact)]) == (FULL,)
    assert list(store.contacts(PARTY)) == [FULL]
    assert store.contact_outcomes(PARTY) == (outcome(),)


@pytest.mark.parametrize("wrong", [[contact(party=OTHER)], [contact(), contact(source=Source.SOA)]])
def test_another_partys_or_an_address_twice_is_a_mistake_and_changes_nothing(store: Store, wrong: list) -> None:  # type: ignore[type-arg]
    keep(store, contact())
    with pytest.raises(ValueError):
        store.change_contacts(PARTY, lambda _: wrong, outcomes=[outcome()])
    assert list(store.contacts()) == [contact()]
    assert store.contact_outcomes(PARTY) == ()


def test_the_latest_outcome_of_each_step_is_kept(store: Store) -> None:
    first = [outcome(step=step, addresses=n) for n, step in enumerate(reversed(Source))]
    store.change_contacts(PARTY, lambda known: known, outcomes=first)
    again = outcome(step=Source.SOA, at=NOON + timedelta(days=1), host=None)
    store.change_contacts(PARTY, lambda known: known, outcomes=[again])
    expected = tuple(again if o.step is Source.SOA else o for o in reversed(first))
    assert store.contact_outcomes(PARTY) == expected


def test_a_purge_forgets_what_was_found_long_ago_and_nobody_confirmed(store: Store) -> None:
    """What a person entered, imported or confirmed stays until a person takes it away."""
    of = {source: contact(source=source, address=f"a{n}@{PARTY}", bad_at=NOON) for n, source in enumerate(Source)}
    by_person = contact(address=f"b@{PARTY}", confirmed_by="Alex", confirmed_at=NOON)
    lately = contact(address=f"c@{PARTY}", seen_at=NOON + timedelta(days=9))
    store.change_contacts(PARTY, lambda _: [*of.values(), by_person, lately], outcomes=[outcome()])
    now = NOON + timedelta(days=10, seconds=1)
    dry = store.purge(now, keep_days=10, folder=folder, dry_run=True)
    assert dry.contacts_deleted == 5
    assert len(list(store.contacts())) == 9
    assert store.purge(now, keep_days=10, folder=folder) == dry
    left = [of[Source.ENTERED], of[Source.IMPORTED], by_person, lately]
    assert list(store.contacts()) == left
    assert store.contact_outcomes(PARTY) == ()


def test_a_purge_keeps_what_is_not_due(store: Store) -> None:
    store.change_contacts(PARTY, lambda _: [contact()], outcomes=[outcome()])
    assert store.purge(NOON + timedelta(days=10), keep_days=10, folder=folder).contacts_deleted == 0
    assert list(store.contacts()) == [contact()]
    assert store.contact_outcomes(PARTY) == (outcome(),)
