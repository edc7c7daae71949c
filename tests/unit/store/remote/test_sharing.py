"""What has no share of the day is counted in the write that stores the rest, and answered as if it were stored."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from catcher.model.errors import StoreUnavailable
from catcher.model.leak.unstored import ANY_DOMAIN, UnstoredKey, UnstoredKind, unstored_mails
from catcher.model.mail.fingerprint import EvidenceKind, Tier
from catcher.model.mail.observation import Observation, Stored
from catcher.model.ports import ObservationRow, StoredShare
from catcher.store import MemoryStore, SqliteStore
from catcher.store.codec import to_row
from catcher.store.remote import sharing
from catcher.store.remote.groupwriter import Commit, GroupWriter
from catcher.store.remote.sharing import ONLY_COUNTED, RowSharing
from tests.support.clocks import Seconds
from tests.support.observations import NOON, observation, sender

DAY = NOON.date()
ROWS = 1_000


def unproven(n: int, *, domain: str = "army.ml", client: str = "192.0.2.25", **changes: object) -> Observation:
    claimed = sender("contractor.example", Tier.CLAIMED, kind=EvidenceKind.FROM)
    return observation(transaction=f"u{n}", retry_tag=None, domain=domain, client=client, sender=claimed, **changes)


def rows(observations: Sequence[Observation]) -> list[ObservationRow]:
    return [to_row(each) for each in observations]


class Fails(MemoryStore):
    """A store that can be told to fail, and tells how it was written to."""

    failing = False

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[tuple[int, int]] = []
        """Of each write, the rows and the mails that were only counted."""

    def add_rows(
        self, batches: Sequence[Sequence[ObservationRow]], *, unstored: Mapping[UnstoredKey, int] | None = None
    ) -> list[tuple[Stored, ...]]:
        if self.failing:
            raise StoreUnavailable("the disk is full")
        self.writes.append((sum(map(len, batches)), sum((unstored or {}).values())))
        return super().add_rows(batches, unstored=unstored or {})


def flooded(store: MemoryStore, share: RowSharing, mails: int = ROWS) -> int:
    """Adds unproven mails of one network; returns how many were stored."""
    results = share.add_rows(store, [rows([unproven(n)]) for n in range(mails)])
    return sum(result != (ONLY_COUNTED,) for result in results)


def test_results_are_in_order_and_what_is_counted_has_no_id() -> None:
    store, share = Fails(), RowSharing(ROWS)
    kept = flooded(store, share)
    assert 0 < kept < ROWS / 2
    mixed = [
        rows([unproven(1), observation(transaction="p1", retry_tag=None)]),
        rows([unproven(2)]),
        rows([observation(transaction="p2", retry_tag=None), unproven(3)]),
    ]
    assert share.add_rows(store, mixed) == [
        (ONLY_COUNTED, Stored(kept + 1, None, False)),
        (ONLY_COUNTED,),
        (Stored(kept + 2, None, False), ONLY_COUNTED),
    ]
    assert store.writes == [(kept, ROWS - kept), (2, 3)]  # one durable write for both
    assert store.unstored() == {UnstoredKey(DAY, "army.ml", UnstoredKind.UNPROVEN): ROWS - kept + 3}
    assert len(list(store.observations())) == kept + 2


def test_of_a_mail_that_is_only_counted_nothing_is_kept_but_the_count(tmp_path: Path) -> None:
    store, share = SqliteStore(tmp_path / "catcher.db"), RowSharing(ROWS)
    share.add_rows(store, [rows([unproven(n)]) for n in range(ROWS)])
    token = "feedfacefeedface"
    hidden = unproven(1, ref="HIDDENREF", recipients=(token,), reverse_path_token=token, client="192.0.2.99")
    assert share.add_rows(store, [rows([hidden])]) == [(ONLY_COUNTED,)]
    store.close()
    octets = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for word in (b"HIDDENREF", token.encode(), b"192.0.2.99"):
        assert word not in octets


@pytest.mark.parametrize("proven", [False, True])
def test_a_restart_changes_no_share(tmp_path: Path, proven: bool) -> None:
    def mail(n: int) -> Observation:
        return observation(transaction=f"p{n}", retry_tag=None) if proven else unproven(n)

    store, share = SqliteStore(tmp_path / "catcher.db"), RowSharing(ROWS)
    share.read(store, DAY)
    results = share.add_rows(store, [rows([mail(n)]) for n in range(ROWS)])
    assert results[-1] == (ONLY_COUNTED,)
    store.close()
    again, later = SqliteStore(tmp_path / "catcher.db"), RowSharing(ROWS)
    later.read(again, DAY)
    assert later.add_rows(again, [rows([mail(n)]) for n in range(ROWS)]) == [(ONLY_COUNTED,)] * ROWS
    again.close()


def test_another_store_begins_with_its_own_shares() -> None:
    share, first, second = RowSharing(ROWS), MemoryStore(), MemoryStore()
    assert flooded(first, share) == flooded(second, share)


def test_each_day_has_its_own_shares_and_few_days_are_kept() -> None:
    store, share = MemoryStore(), RowSharing(ROWS)
    kept = flooded(store, share)
    for days in range(1, 2 * sharing.MOST_SHARED_DAYS):
        later = [rows([unproven(n, observed_at=NOON + timedelta(days=days))]) for n in range(ROWS)]
        assert sum(result != (ONLY_COUNTED,) for result in share.add_rows(store, later)) == kept
    assert {key.day for key in store.unstored()} == {
        DAY + timedelta(days=n) for n in range(2 * sharing.MOST_SHARED_DAYS)
    }


def test_a_write_that_fails_uses_up_no_share() -> None:
    store, share = Fails(), RowSharing(ROWS)
    kept = flooded(Fails(), RowSharing(ROWS))
    for _ in range(3):
        store.failing = True
        with pytest.raises(StoreUnavailable):
            flooded(store, share)
        store.failing = False
    assert store.unstored() == {}
    assert flooded(store, share) == kept


def test_a_group_whose_mails_are_all_counted_is_durable_and_succeeds() -> None:
    store, share = Fails(), RowSharing(ROWS)
    writer = GroupWriter(lambda: store, Seconds(), add_rows=share.add_rows)
    group = [Commit(rows([unproven(n)])) for n in range(ROWS)]
    first = writer.write(group)
    assert writer.write(group[:10]) == [(ONLY_COUNTED,)] * 10
    assert store.writes[-1] == (0, 10)
    assert sum(result == (ONLY_COUNTED,) for result in first) + 10 == unstored_mails(store.unstored(), "army.ml")


def test_a_flood_to_many_domains_does_not_fill_the_table_of_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST_DOMAINS", 3)
    store, share = MemoryStore(), RowSharing(ROWS)
    flooded(store, share)
    for again in (share, RowSharing(ROWS)):
        again.add_rows(store, [rows([unproven(n, domain=f"d{n}.example")]) for n in range(10)])
    assert {key.domain for key in store.unstored()} == {"army.ml", "d0.example", "d1.example", ANY_DOMAIN}
    assert unstored_mails(store.unstored(), "d9.example") == 16, "any domain's numbers are 'at least' now"


def test_mail_for_the_operator_takes_no_place_and_is_in_no_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sharing, "MOST_DOMAINS", 1)
    store = MemoryStore()
    store.add_rows([], unstored={UnstoredKey(DAY, f"d{n}.example", UnstoredKind.ABUSE): 100 for n in range(9)})
    with caplog.at_level(logging.WARNING):
        unstored = ROWS - flooded(store, RowSharing(ROWS))
    assert caplog.records[-1].getMessage().split()[0] == str(unstored)
    assert store.unstored()[UnstoredKey(DAY, "army.ml", UnstoredKind.UNPROVEN)] == unstored


def test_a_line_is_logged_whenever_the_number_gets_another_digit(caplog: pytest.LogCaptureFixture) -> None:
    store, share = MemoryStore(), RowSharing(ROWS)
    with caplog.at_level(logging.WARNING):
        unstored = ROWS - flooded(store, share)
    with caplog.at_level(logging.WARNING):
        for n in range(ROWS):
            share.add_rows(store, [rows([unproven(n)])])
    assert [record.getMessage().split()[0] for record in caplog.records] == [str(unstored), "1000"]


class Nothing(MemoryStore):
    """Stores nothing, so that only the sharing takes time."""

    def add_rows(
        self, batches: Sequence[Sequence[ObservationRow]], *, unstored: Mapping[UnstoredKey, int] | None = None
    ) -> list[tuple[Stored, ...]]:
        return [tuple([ONLY_COUNTED] * len(batch)) for batch in batches]


def test_a_million_admissions(capsys: pytest.CaptureFixture[str]) -> None:
    """Of one tenant from fifty addresses, a tenth of them of a thousand others; the time is printed."""
    flood = [
        to_row(observation(client=f"203.0.113.{n}", sender=sender("flood.onmicrosoft.com"), retry_tag=None))
        for n in range(50)
    ]
    others = [to_row(observation(sender=sender(f"t{n}.onmicrosoft.com"), retry_tag=None)) for n in range(1_000)]
    batches = [[others[n // 10 % 1_000]] if not n % 10 else [flood[n % 50]] for n in range(250)]
    share, store = RowSharing(250_000), Nothing()
    begun = time.process_time()
    for _ in range(4_000):
        share.add_rows(store, batches)
    seconds = time.process_time() - begun
    with capsys.disabled():
        print(f"\n{seconds:.2f} µs a mail, of which the rest is the group's")


@pytest.mark.long
def test_of_a_million_mails_of_one_tenant_no_other_tenant_loses_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From fifty shared addresses, in groups as a busy server writes them, beside a thousand other tenants, a forged
    copy of one of them, and unproven mail, all from the same addresses. With the store that a server has."""
    addresses = [f"203.0.113.{n}" for n in range(50)]

    def row(n: int, domain: str, tier: Tier, transaction: str) -> ObservationRow:
        by = sender(domain, tier, kind=EvidenceKind.FROM if tier is Tier.CLAIMED else EvidenceKind.DMARC)
        values = {"client": addresses[n % 50], "sender": by, "retry_tag": None, "signatures": ()}
        return to_row(observation(transaction=transaction, ref=transaction, **values))

    flood = [row(n, "flood.onmicrosoft.com", Tier.VERIFIED, "flood") for n in range(50)]
    claimed = [row(n, "flood.onmicrosoft.com", Tier.CLAIMED, "claimed") for n in range(50)]
    store, share = SqliteStore(tmp_path / "catcher.db"), RowSharing(250_000)
    writer = GroupWriter(lambda: store, Seconds(), add_rows=share.add_rows)
    begun, other = time.process_time(), 0
    for group in range(4_000):
        commits = [Commit([(claimed if n % 10 == 9 else flood)[(group + n) % 50]]) for n in range(250)]
        for place in range(0, 250, 50):
            tier = Tier.VERIFIED if other % 2 else Tier.AUTHENTICATED
            commits.insert(place, Commit([row(other, f"t{other % 1_000}.onmicrosoft.com", tier, f"other{other}")]))
            other += 1
        assert not any(isinstance(result, str) for result in writer.write(commits))
    seconds = time.process_time() - begun
    kept = {o.ref for o in store.observations() if o.ref.startswith("other")}
    unstored = store.unstored()
    with capsys.disabled():
        print(f"\n{seconds:.0f} s for {4_000 * 255} mails; only counted: {sum(unstored.values())}")
    assert kept == {f"other{n}" for n in range(other)}
    stored = sum(1 for _ in store.observations())
    assert stored + sum(unstored.values()) == 4_000 * 255
    store.close()


@pytest.mark.parametrize("store", [MemoryStore(), None])
def test_the_days_of_the_counts(store: MemoryStore | None, tmp_path: Path) -> None:
    kept = store or SqliteStore(tmp_path / "catcher.db")
    keys = [
        UnstoredKey(date(2026, 11, day), domain, kind)
        for day in (1, 2, 3)
        for domain in ("army.ml", "navy.ml")
        for kind in UnstoredKind
    ]
    for _ in range(2):
        assert kept.add_rows([], unstored=dict.fromkeys(keys, 2)) == []
    assert kept.unstored() == dict.fromkeys(keys, 4)
    assert kept.unstored(first=date(2026, 11, 2), last=date(2026, 11, 2)) == dict.fromkeys(sorted(keys[8:16]), 4)
    assert unstored_mails(kept.unstored(), "army.ml") == 24
    assert unstored_mails(kept.unstored(), "army.ml", kinds=frozenset({UnstoredKind.PROVEN})) == 12
    assert unstored_mails(kept.unstored()) == 48
    assert unstored_mails(kept.unstored(), "other.example") == 0
    kept.close()


def test_a_day_before_those_whose_shares_are_kept_is_read_once() -> None:
    """After a clock ran ahead and was set back, each mail is of such a day."""

    class Tells(MemoryStore):
        def __init__(self) -> None:
            super().__init__()
            self.read: list[date] = []

        def stored_shares(self, day: date) -> Sequence[StoredShare]:
            self.read.append(day)
            return super().stored_shares(day)

    store, share = Tells(), RowSharing(ROWS)
    for ahead in range(1, sharing.MOST_SHARED_DAYS + 1):
        share.add_rows(store, [rows([unproven(ahead, observed_at=NOON + timedelta(days=ahead))])])
    for n in range(3):
        share.add_rows(store, [rows([unproven(100 + n)])])
    assert store.read.count(DAY) == 1
