"""The contract of ``ports.Store``, said over every implementation. Longer than others: it is one list of clauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from catcher.incident import count_mailboxes
from catcher.model.leak.demand import DemandKey
from catcher.model.leak.incident import Counted, Crowd, Incident, IncidentKey, MailboxTotal, Role, Side
from catcher.model.mail.fingerprint import Authentication, AuthResult, DkimResult
from catcher.model.mail.marking import Marking, Scheme
from catcher.model.mail.observation import Observation
from catcher.model.ports import Folded, Purged, Store
from tests.support.folding import folder
from tests.support.observations import NOON, observation, sender

DAY = timedelta(days=1)


def add(store: Store, *observations: Observation) -> list[Observation]:
    """Each as a transaction of its own, in one write."""
    return [stored for batch in store.add([[o] for o in observations]) for stored in batch]


def signed_for(tenant: str) -> Authentication:
    """The sample's results, and the signature of a tenant that isn't aligned with From."""
    own = observation().authentication
    return replace(own, dkim=(*own.dkim, DkimResult(AuthResult.PASS, tenant, "s1", "rsa-sha256", False)))


def senders_that_count(incident: Incident) -> frozenset[MailboxTotal]:
    sides = (Side.AUTHOR, Side.REVERSE_PATH)
    return frozenset(t for t in incident.settled if t.side in sides and (t.counted or t.level))


class TestFolding:
    def test_each_observation_is_folded_once(self, store: Store) -> None:
        add(store, *(observation(transaction=f"t{n}", retry_tag=None) for n in range(3)))
        assert store.fold(folder).observations == 3
        assert store.fold(folder).observations == 0
        add(store, observation(transaction="t9", retry_tag=None))
        assert store.fold(folder).observations == 1
        incident = store.incident(IncidentKey("army.mil", Role.INTENDED, "army.ml").id)
        assert incident is not None
        assert incident.mails == 4

    def test_in_several_writes_or_in_one_the_sums_are_the_same(self, store: Store) -> None:
        seen = [observation(transaction=f"t{n}", tls=n % 2 == 0, observed_at=NOON + n * DAY) for n in range(4)]
        for o in seen:
            add(store, o)
            store.fold(folder)
        assert {i.key.id: i for i in store.incidents()} == folder(list(store.observations()))

    def test_more_than_a_batch_is_folded_whole(self, store: Store) -> None:
        add(store, *(observation(transaction=f"t{n}", retry_tag=None) for n in range(2_100)))
        assert store.fold(folder).observations == 2_100
        assert {i.mails for i in store.incidents()} == {2_100}

    def test_incidents_come_ordered_by_key(self, store: Store) -> None:
        add(store, *(observation(transaction=f"t{d}", domain=d, retry_tag=d) for d in ("navy.ml", "army.ml")))
        store.fold(folder)
        keys = [i.key for i in store.incidents()]
        assert keys == sorted(keys)
        assert len(keys) == 4
        assert [store.incident(key.id) for key in keys] == list(store.incidents())

    def test_there_is_no_incident_of_an_unknown_id(self, store: Store) -> None:
        assert store.incident("inc-00000000") is None

    def test_mailboxes_can_be_left_out(self, store: Store) -> None:
        """There may be hundreds of thousands, and who counts them needs none in memory."""
        add(store, observation())
        store.fold(folder)
        for whole in store.incidents():
            assert whole.mailboxes
            assert store.incident(whole.key.id, mailboxes=False) == replace(whole, mailboxes=frozenset())
        assert not any(incident.mailboxes for incident in store.incidents(mailboxes=False))

    def test_live_mailboxes_are_counted_as_the_sums_have_them(self, store: Store) -> None:
        """The pure count over the whole incident is the oracle."""
        for n in range(60):
            person = observation(
                transaction=f"t{n}",
                retry_tag=None,
                observed_at=NOON + (n % 35) * DAY,
                sender=sender(("organisation.example", "town.example", "freemail.example")[n % 3]),
                client=f"192.0.2.{n % 3}",
                reverse_path_token=f"sender{n % 7}",
                recipients=(f"reader{n % 5}", f"reader{n % 4}"),
                author_token=f"author{n % 6}" if n % 4 else None,
                fresh=n % 9 != 0 and n % 4 != 2,
                fresh_reason=("dkim", "provider", "unbound-tenant", "spf")[n % 4],
                nature=replace(observation().nature, reasons=("in-reply-to",) if n % 5 == 0 else ()),
                markings=(Marking(Scheme.MSIP, "secret"),) if n % 6 == 0 else (),
                authentication=signed_for(f"tenant{n % 3}.onmicrosoft.com"),
            )
            add(store, person)
        store.fold(folder)
        for incident in store.incidents():
            for period in ("2026-11", "2026-12"):
                counted = store.crowd(incident.key.id, period)
                assert counted == count_mailboxes(incident.mailboxes, period)
                assert counted.totals and counted.whole and counted.authors_by_days
            assert store.crowd(incident.key.id, "2026-11").tenants
            assert store.crowd(incident.key.id, "2026-10") == Crowd()
        assert store.crowd("inc-00000000", "2026-11") == Crowd()

    def test_settled_totals_are_those_of_the_live_mailboxes(self, store: Store) -> None:
        for n in range(40):
            person = observation(
                transaction=f"t{n}",
                retry_tag=None,
                observed_at=NOON + (n % 20) * DAY,
                sender=sender(("organisation.example", "freemail.example")[n % 2]),
                reverse_path_token=f"sender{n % 7}",
                author_token=f"author{n % 6}" if n % 4 else None,
                fresh_reason=("dkim", "provider")[n % 3 == 0],
                markings=(Marking(Scheme.MSIP, "secret"),) if n % 6 == 0 else (),
            )
            add(store, person)
        store.fold(folder)
        before = {i.key: store.crowd(i.key.id, "2026-11").totals for i in store.incidents()}
        assert any(total.steady and total.steady_days for totals in before.values() for total in totals)
        assert any(total.level for totals in before.values() for total in totals)
        store.settle("2026-11")
        assert {i.key: senders_that_count(i) for i in store.incidents()} == before

    def test_numbers_of_purged_observations_never_come_again(self, store: Store) -> None:
        """Otherwise a new observation would lie below the marker of the fold, and never be folded."""
        (old,) = add(store, observation())
        store.purge(NOON + 200 * DAY, keep_days=100, folder=folder)
        (new,) = add(store, observation(observed_at=NOON + 200 * DAY))
        assert new.id > old.id
        assert store.fold(folder).observations == 1


def totals(store: Store) -> dict[str, set[MailboxTotal]]:
    return {i.key.party: set(i.settled) for i in store.incidents()}


class TestSettling:
    def test_mailboxes_of_a_period_become_their_number(self, store: Store) -> None:
        add(
            store,
            observation(transaction="t1", retry_tag=None),
            observation(transaction="t2", retry_tag=None, observed_at=NOON + DAY),
            observation(transaction="t3", retry_tag=None, observed_at=NOON + DAY, recipients=("x", "y"), fresh=False),
            observation(transaction="t4", retry_tag=None, observed_at=NOON + 40 * DAY),
        )
        store.fold(folder)
        assert store.settle("2026-11") > 0
        assert store.settle("2026-11") == 0
        assert totals(store)["army.mil"] == {
            MailboxTotal("2026-11", "contractor.example", Side.AUTHOR, "", Counted.YES, 1),
            MailboxTotal("2026-11", "contractor.example", Side.REVERSE_PATH, "", Counted.YES, 1),
            MailboxTotal("2026-11", "contractor.example", Side.RECIPIENT, "", Counted.YES, 1),
            MailboxTotal("2026-11", "contractor.example", Side.RECIPIENT, "", Counted.NO, 2),
        }
        assert {m.period for i in store.incidents() for m in i.mailboxes} == {"2026-12"}

    def test_what_comes_late_brings_mail_but_no_mailboxes(self, store: Store) -> None:
        """Its tokens can't be compared with those that are gone: a mailbox of both would count twice."""
        late = []
        for n in range(2):
            add(store, observation(transaction=f"t{n}", retry_tag=None, observed_at=NOON + n * DAY))
            late.append(store.fold(folder).late)
            store.settle("2026-11")
        assert late == [0, 1]
        assert {i.mails for i in store.incidents()} == {2}
        assert not any(i.mailboxes for i in store.incidents())
        (total,) = (t for t in totals(store)["army.mil"] if t.side is Side.AUTHOR)
        assert (total.mailboxes, total.counted) == (1, Counted.YES)

    def test_a_period_without_mailboxes_gets_none_after_it_is_settled(self, store: Store) -> None:
        assert store.settle("2026-11") == 0
        add(store, observation())
        assert store.fold(folder) == Folded(1, late=1)
        assert not any(i.mailboxes or i.settled for i in store.incidents())

    def test_the_daily_sums_stay(self, store: Store) -> None:
        add(store, observation())
        store.fold(folder)
        before = [i.cells for i in store.incidents()]
        store.settle("2026-11")
        assert [i.cells for i in store.incidents()] == before


class TestPurging:
    def test_folded_sums_outlive_the_rows(self, store: Store) -> None:
        add(store, observation())
        purged = store.purge(NOON + 100 * DAY, keep_days=90, folder=folder)
        assert purged.deleted == 1
        assert list(store.observations()) == []
        assert [i.mails for i in store.incidents()] == [1, 1]

    def test_a_day_goes_as_a_whole_before_its_first_mail_is_kept_longer(self, store: Store) -> None:
        midnight = NOON.replace(hour=0)
        late = midnight + DAY - timedelta(minutes=1)
        add(
            store,
            observation(observed_at=midnight),
            observation(transaction="t2", retry_tag=None, observed_at=late),
            observation(transaction="t3", retry_tag=None, observed_at=midnight + DAY),
        )
        before = midnight + 20 * DAY - timedelta(microseconds=1)
        assert store.purge(before, keep_days=20, folder=folder).deleted == 0
        assert store.purge(midnight + 20 * DAY, keep_days=20, folder=folder).deleted == 2
        assert [o.observed_at for o in store.observations()] == [midnight + DAY]

    def test_after_thirty_days_time_and_client_are_coarse_once(self, store: Store) -> None:
        at = NOON + timedelta(minutes=41)
        add(
            store,
            observation(observed_at=at),
            observation(transaction="t2", observed_at=at, client="2001:db8:1:2::25", retry_tag=None),
            observation(transaction="t3", observed_at=at + DAY, retry_tag=None),
        )
        now = at + 30 * DAY + timedelta(minutes=1)
        assert store.purge(now, keep_days=90, folder=folder).coarsened == 2
        assert store.purge(now, keep_days=90, folder=folder).coarsened == 0
        coarse = [(o.observed_at, o.client) for o in store.observations()]
        assert coarse == [(NOON, "192.0.2.0/24"), (NOON, "2001:db8:1::/48"), (at + DAY, "192.0.2.25")]

    def test_after_five_days_the_retry_tag_is_empty(self, store: Store) -> None:
        add(store, observation(signatures=("s1",)), observation(transaction="t2", retry_tag=None))
        now = NOON + 5 * DAY
        assert store.purge(NOON + 4 * DAY, keep_days=90, folder=folder).retry_tags_emptied == 0
        assert store.purge(now, keep_days=90, folder=folder).retry_tags_emptied == 2
        assert store.purge(now, keep_days=90, folder=folder).retry_tags_emptied == 0
        assert [(o.retry_tag, o.signatures) for o in store.observations()] == [(None, ()), (None, ())]

    def test_a_retry_of_what_is_purged_is_a_mail_of_its_own(self, store: Store) -> None:
        add(store, observation())
        store.purge(NOON + 2 * DAY, keep_days=1, folder=folder)
        (stored,) = add(store, observation(transaction="t2", observed_at=NOON + 2 * DAY))
        assert stored.retry_of is None

    def test_a_signature_of_what_is_purged_is_forgotten(self, store: Store) -> None:
        add(store, observation(signatures=("s1",)))
        store.purge(NOON + 2 * DAY, keep_days=1, folder=folder)
        (stored,) = add(store, observation(transaction="t2", observed_at=NOON + 2 * DAY, signatures=("s1",)))
        assert not stored.replayed

    def test_mailboxes_of_ended_periods_are_settled(self, store: Store) -> None:
        add(store, observation(), observation(transaction="t2", observed_at=NOON + 30 * DAY, retry_tag=None))
        purged = store.purge(NOON + 30 * DAY, keep_days=90, folder=folder)
        assert purged.mailbox_days_settled == 4
        assert {m.period for i in store.incidents() for m in i.mailboxes} == {"2026-12"}

    def test_a_dry_run_counts_and_changes_nothing(self, store: Store) -> None:
        add(
            store,
            *(observation(transaction=f"t{n}", retry_tag=f"{n:06}", observed_at=NOON + n * DAY) for n in range(90)),
        )
        store.add_demand({DemandKey("army.ml", "MX", "NOERROR", NOON, "192.0.2.0/24"): 1})
        store.fold(folder)
        before, incidents = list(store.observations()), list(store.incidents())
        now = NOON + 90 * DAY
        expected = store.purge(now, keep_days=60, folder=folder, dry_run=True)
        assert list(store.observations()) == before
        assert list(store.incidents()) == incidents
        assert store.purge(now, keep_days=60, folder=folder) == expected
        assert expected == Purged(
            deleted=31,
            coarsened=30,
            retry_tags_emptied=55,
            mailbox_days_settled=90 * 4,
            demand_deleted=1,
            tokens_emptied=59,
        )

    def test_an_empty_store_is_purged_of_nothing(self, store: Store) -> None:
        assert store.purge(NOON, keep_days=1, folder=folder) == Purged()


def test_an_incident_is_the_same_in_every_store(store: Store) -> None:
    """Not only equal sums: the very values that the fold makes."""
    add(store, observation(), observation(transaction="t2", domain="navy.ml", markings=()))
    store.fold(folder)
    expected: dict[str, Incident] = dict(folder(list(store.observations())))
    assert {i.key.id: i for i in store.incidents()} == expected


@pytest.mark.parametrize("recorded", [True, False])
def test_mailboxes_of_a_period_that_is_over_go_with_its_tokens_settled_or_not(store: Store, recorded: bool) -> None:
    store.add([[observation()]])
    store.fold(folder)
    assert next(store.incidents()).mailboxes
    if recorded:
        store.note_period("2026-11", settled_at=NOON)
    now = NOON if recorded else NOON.replace(month=12, day=5)
    list(store.forget(now, keep_days=180))
    assert not next(store.incidents()).mailboxes
    store.add([[observation(transaction="t-late", retry_tag=None, recipients=("cccccccccccccccc",))]])
    assert store.fold(folder).late == 1
    assert not next(store.incidents()).mailboxes
