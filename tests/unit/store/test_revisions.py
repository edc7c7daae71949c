"""Revisions: what is known late takes the place of what was stored, and sums are as if it had come at first."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.incident import MailFolder
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.shares import MailShares
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Authentication, AuthResult, SpfResult, Tier
from catcher.model.mail.observation import Observation
from catcher.model.ports import Store
from catcher.store import MemoryStore, SqliteStore
from tests.support.folding import folder, party_of
from tests.support.observations import observation, observations, sender
from tests.support.shrinking import PHASES

OPEN = Authentication(SpfResult(AuthResult.TEMPERROR, "contractor.example", "mfrom"))
BY_SPF = {"sender": sender(), "fresh_reason": CountReason.SPF.value}
"""A proven sender whose mail counts by its client's address."""
KEY = IncidentKey("contractor.example", Role.SENDER, "army.ml")


def unjudged(**changes: object) -> Observation:
    """A mail whose look-ups failed: nobody is proven to have sent it."""
    claimed = {"sender": sender(tier=Tier.CLAIMED), "fresh": False, "fresh_reason": "unproven", "authentication": OPEN}
    return observation(**(claimed | changes))


def add(store: Store, *found: Observation) -> list[Observation]:
    return [stored for batch in store.add([[o] for o in found]) for stored in batch]


def known(stored: Observation, **changes: object) -> Observation:
    """The same mail, judged."""
    return observation(id=stored.id, **changes)


def test_what_rests_on_authentication_changes_and_the_revision_rises(store: Store) -> None:
    (stored,) = add(store, unjudged())
    (revised,) = store.revise([known(stored, signatures=("s1",))])
    sample = observation()
    assert revised == replace(
        stored,
        sender=sample.sender,
        nature=sample.nature,
        authentication=sample.authentication,
        signatures=("s1",),
        fresh=True,
        fresh_reason=sample.fresh_reason,
        revision=1,
    )
    assert store.observation(stored.id) == revised
    assert revised.counts


def test_all_else_stays_whatever_the_revision_says(store: Store) -> None:
    (stored,) = add(store, unjudged(retry_tag="000001"))
    (revised,) = store.revise([known(stored, domain="navy.ml", ref="OTHER", retry_tag=None, client="192.0.2.99")])
    assert (revised.domain, revised.ref, revised.retry_tag, revised.client) == (
        stored.domain,
        stored.ref,
        "000001",
        stored.client,
    )


def test_what_is_gone_complete_or_revised_already_stays_as_it_is(store: Store) -> None:
    whole, once = add(store, observation(retry_tag=None), unjudged(transaction="t2", retry_tag=None))
    assert store.revise([known(once)])
    before = list(store.observations())
    assert store.revise([known(whole, tls=False), known(once, fresh=False), observation(id=99)]) == ()
    assert list(store.observations()) == before


def test_a_signature_that_comes_with_a_revision_is_known_from_then_on(store: Store) -> None:
    first, second = add(store, *(unjudged(transaction=f"t{n}", retry_tag=None) for n in range(2)))
    assert not store.revise([known(first, signatures=("s1",))])[0].replayed
    assert store.revise([known(second, signatures=("s1",))])[0].replayed
    (third,) = add(store, observation(transaction="t3", retry_tag=None, signatures=("s1",)))
    assert third.replayed


def test_a_retry_stays_one_and_is_no_replay(store: Store) -> None:
    _, retry = add(store, observation(transaction="t1", signatures=("s1",)), unjudged(transaction="t2"))
    assert retry.retry_of is not None
    (revised,) = store.revise([known(retry, signatures=("s1",))])
    assert revised.retry_of == retry.retry_of and not revised.replayed and not revised.counts


def test_it_is_counted_once_as_it_is_now(store: Store) -> None:
    """Folded before: what it added as a mail of nobody's is taken out again."""
    (stored,) = add(store, unjudged())
    store.fold(folder)
    assert store.incident(KEY.id) is None
    store.revise([known(stored)])
    assert store.fold(folder).observations == 0
    incident = store.incident(KEY.id)
    assert incident is not None and (incident.mails, incident.counted) == (1, 1)
    assert {i.key.id: i for i in store.incidents()} == folder(list(store.observations()))


def test_an_incident_that_it_made_alone_is_gone(store: Store) -> None:
    (stored,) = add(store, unjudged(sender=sender("forged.example")))
    store.fold(folder)
    assert store.incident(replace(KEY, party="forged.example").id) is not None
    store.revise([known(stored)])
    store.fold(folder)
    assert KEY in store.incident_keys()
    assert [key.party for key in store.incident_keys()] == ["army.mil", "contractor.example"]


def test_a_mail_that_stopped_counting_may_still_be_revised(store: Store) -> None:
    """Another organisation's mail came from its address, sums were corrected, and then its look-ups are answered."""
    stored, neighbour = add(
        store,
        unjudged(retry_tag=None, fresh=True, **BY_SPF),
        unjudged(transaction="t2", retry_tag=None),
    )
    store.fold(folder)
    for revised in (known(neighbour, sender=sender("hospital.example")), known(stored)):
        store.revise([revised])
        store.fold(folder)
        assert {i.key.id: i for i in store.incidents()} == folder(list(store.observations()))
    assert all(o.counts for o in store.observations())


def test_a_mail_that_was_revised_may_still_stop_counting(store: Store) -> None:
    stored, neighbour = add(store, *(unjudged(transaction=f"t{n}", retry_tag=None) for n in range(2)))
    store.fold(folder)
    for revised in (known(stored, **BY_SPF), known(neighbour, sender=sender("hospital.example"))):
        store.revise([revised])
        store.fold(folder)
        assert {i.key.id: i for i in store.incidents()} == folder(list(store.observations()))
    found = store.observation(stored.id)
    assert found is not None and not found.counts


def test_a_mailbox_that_another_mail_has_shown_stays(store: Store) -> None:
    """The same mailboxes on the same day: what one of two mails adds to a set is not simply taken out."""
    one, other = add(store, *(unjudged(transaction=f"t{n}", retry_tag=None) for n in range(2)))
    store.fold(folder)
    store.revise([known(one)])
    store.fold(folder)
    assert {i.key.id: i for i in store.incidents()} == folder(list(store.observations()))
    assert other == store.observation(other.id)


@contextmanager
def both() -> Iterator[list[Store]]:
    folder_ = Path(tempfile.mkdtemp())
    sqlite = SqliteStore(folder_ / "catcher.db")
    try:
        yield [MemoryStore(), sqlite]
    finally:
        sqlite.close()
        shutil.rmtree(folder_)


@given(
    first=st.lists(observations(retry_tag=st.none(), signatures=st.just(())), min_size=1, max_size=6),
    data=st.data(),
)
@settings(max_examples=60, deadline=None, phases=PHASES)
def test_the_sums_do_not_depend_on_when_a_revision_came(first: list[Observation], data: st.DataObject) -> None:
    """Before the fold, between two, or after: they are those of the observations as they are at the end."""
    late = [data.draw(observations(signatures=st.just(()))) for _ in first]
    with both() as stores:
        for store in stores:
            for number, o in enumerate(first):
                (stored,) = add(store, o)
                if data.draw(st.booleans()):
                    store.fold(folder)
                if data.draw(st.booleans()):
                    store.revise([replace(late[number], id=stored.id)])
            for id in data.draw(st.lists(st.integers(1, len(first)), max_size=4)):
                store.revise([replace(late[id - 1], id=id)])
                if data.draw(st.booleans()):
                    store.fold(folder)
            store.fold(folder)
            assert {i.key.id: i for i in store.incidents()} == folder(list(store.observations()))


def test_a_revision_between_reading_a_page_and_adding_it_up_is_not_lost(tmp_path: Path) -> None:
    """Another process revises while this one folds: the next fold corrects the sums."""
    one, other = SqliteStore(tmp_path / "catcher.db"), SqliteStore(tmp_path / "catcher.db")
    (stored,) = add(one, unjudged())

    class Slow(MailFolder):
        def shares(self, observation: Observation) -> MailShares:
            shares = super().shares(observation)
            other.revise([known(stored)])
            return shares

    assert one.fold(Slow(party_of)).observations == 1
    assert one.fold(folder).observations == 0
    assert {i.key.id: i for i in one.incidents()} == folder(list(one.observations()))
    one.close()
    other.close()


def test_a_revision_that_the_fold_has_read_is_not_added_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "catcher.db")
    (stored,) = add(store, unjudged())
    store.revise([known(stored)])
    for _ in range(2):
        store.fold(folder)
    assert {i.key.id: i for i in store.incidents()} == folder(list(store.observations()))
    store.close()
