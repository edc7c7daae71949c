"""The contract of ``ports.Store`` for mails that count by their client's address (DESIGN §3 "Notices" (d))."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import Authentication, AuthResult, SpfResult, Tier
from catcher.model.mail.observation import Observation
from catcher.model.ports import Store
from catcher.store.codec import to_row
from tests.support.folding import folder
from tests.support.observations import NOON, observation, sender

DAY = timedelta(days=1)
HOST, OTHER_HOST = "192.0.2.25", "192.0.2.26"


def mail(transaction: str, domain: str = "contractor.example", **changes: Any) -> Observation:
    """A mail of ``domain`` that counts by SPF."""
    more = {"sender": sender(domain), "fresh_reason": "spf", "client": HOST, "retry_tag": None}
    return observation(transaction=transaction, **(more | changes))


def add(store: Store, *observations: Observation) -> list[Observation]:
    return [stored for batch in store.add([[o] for o in observations]) for stored in batch]


def reasons(store: Store) -> list[CountReason]:
    return [o.counting.reason for o in store.observations()]


def counted(store: Store, domain: str = "contractor.example") -> int:
    store.fold(folder)
    incident = store.incident(IncidentKey(domain, Role.SENDER, "army.ml").id)
    return 0 if incident is None else incident.counted


SPF, SHARED, DKIM = CountReason.SPF, CountReason.SHARED_ADDRESS, CountReason.DKIM


def test_mails_of_one_organisation_count_by_its_address(store: Store) -> None:
    add(store, mail("t1"), mail("t2", "mail.contractor.example"), mail("t3", client=OTHER_HOST))
    assert reasons(store) == [SPF, SPF, SPF]


def test_a_mail_from_an_address_of_another_organisation_does_not_count(store: Store) -> None:
    (_, second) = add(store, mail("t1", "other.example", fresh_reason="dkim"), mail("t2"))
    assert (second.counts, second.counting.reason) == (False, SHARED)
    assert store.observation(second.id) == second
    assert reasons(store) == [DKIM, SHARED]


def test_a_row_says_so_to_the_worker(store: Store) -> None:
    told = store.add_rows([[to_row(mail("t1", "other.example"))], [to_row(mail("t2"))]])
    assert [stored.shared for batch in told for stored in batch] == [False, True]


@pytest.mark.parametrize("folded", [False, True], ids=["before the fold", "after it"])
def test_the_second_organisation_stops_the_earlier_mails_of_the_first(store: Store, folded: bool) -> None:
    add(store, mail("t1"), mail("t2", client=OTHER_HOST), mail("t3", fresh_reason="dkim"))
    if folded:
        assert counted(store) == 3
    add(store, mail("t4", "other.example", fresh_reason="dkim"))
    assert reasons(store) == [SHARED, SPF, DKIM, DKIM]
    assert counted(store) == 2
    incident = store.incident(IncidentKey("contractor.example", Role.SENDER, "army.ml").id)
    assert incident is not None and incident.mails == 3, "it stays in the figures"
    assert counted(store) == 2, "folded once"


def test_a_mailbox_provider_is_another_organisation_and_a_claimed_name_is_none(store: Store) -> None:
    add(
        store,
        mail("t1"),
        mail("t2", "forged.example", tier=Tier.CLAIMED, sender=sender("forged.example", Tier.CLAIMED)),
    )
    assert reasons(store)[0] is SPF
    add(store, mail("t3", "freemail.example", fresh_reason="dkim"))
    assert reasons(store)[0] is SHARED


def test_an_address_is_forgotten_after_thirty_days(store: Store) -> None:
    add(store, mail("t1", "other.example"))
    store.purge(NOON + 29 * DAY, keep_days=90, folder=folder)
    add(store, mail("t2", observed_at=NOON + 29 * DAY))
    assert reasons(store)[-1] is SHARED
    store.purge(NOON + 60 * DAY, keep_days=90, folder=folder)
    add(store, mail("t3", observed_at=NOON + 60 * DAY))
    assert reasons(store)[-1] is SPF


def test_what_counted_for_thirty_days_stays_in_the_sums(store: Store) -> None:
    add(store, mail("t1"), mail("t2", observed_at=NOON + DAY))
    assert counted(store) == 2
    before = [i.cells for i in store.incidents()]
    store.purge(NOON + 28 * DAY, keep_days=90, folder=folder)
    store.purge(NOON + 32 * DAY, keep_days=90, folder=folder)
    assert [i.cells for i in store.incidents()] == before
    add(store, mail("t3", "other.example", observed_at=NOON + 32 * DAY))
    assert counted(store) == 2, "its address is gone from the rows"


def test_a_revision_is_judged_by_the_address_too(store: Store) -> None:
    add(store, mail("t1", "other.example", fresh_reason="dkim"))
    failed = Authentication(SpfResult(AuthResult.TEMPERROR, "contractor.example", "mfrom"))
    claimed = sender(tier=Tier.CLAIMED)
    (stored,) = add(store, mail("t2", sender=claimed, fresh=False, fresh_reason="unproven", authentication=failed))
    (revised,) = store.revise([replace(mail("t2"), id=stored.id)])
    assert revised.counting.reason is SHARED
    assert reasons(store) == [DKIM, SHARED]


def test_a_second_organisation_stops_the_mails_whose_address_is_still_known(store: Store) -> None:
    """Earlier ones of the same address have lost it: they keep counting, and don't stand in the way."""
    add(store, mail("t1"), mail("t2", observed_at=NOON + 20 * DAY))
    assert counted(store) == 2
    store.purge(NOON + 32 * DAY, keep_days=90, folder=folder)
    add(store, mail("t3", "other.example", fresh_reason="dkim", observed_at=NOON + 32 * DAY))
    assert reasons(store) == [SPF, SHARED, DKIM]
    assert counted(store) == 1
