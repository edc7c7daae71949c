"""The rows of a day are shared fairly: whoever floods takes no row that others would have had."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.fingerprint import Evidence, EvidenceKind, Sender, Tier
from catcher.model.mail.observation import Observation
from catcher.store.codec import OBSERVATION_COLUMNS, to_row
from catcher.store.remote import quota
from catcher.store.remote.quota import (
    FIRST_ROWS,
    RECIPIENTS_A_ROW,
    UNPROVEN,
    ClientPlace,
    DayQuota,
    SenderShare,
    client_place,
    sender_share,
)
from tests.support.observations import observation, sender

ROWS = 2_000
LAST_MINUTE = 24 * 60 - 1
SHARED = [client_place(f"203.0.113.{n}") for n in range(50)]
"""Fifty addresses of one platform, in one network."""


def tenant(n: int, *, verified: bool = True) -> SenderShare:
    return SenderShare(f"tenant{n}.onmicrosoft.com", verified)


def network(n: int) -> ClientPlace:
    """One of 65,536 IPv4 networks in 256 regions."""
    return client_place(f"{1 + n // 256 % 200}.{n // 51200}.{n % 256}.9")


Mail = tuple[ClientPlace, SenderShare]


def stored(day: DayQuota, mails: Iterable[Mail], *, minute: int = 0) -> Counter[SenderShare]:
    """How many mails of each sender were stored."""
    found: Counter[SenderShare] = Counter()
    for place, share in mails:
        found[share] += day.takes(place, share, 1, minute) > 0
    return found


def shuffled(seed: int, mails: list[Mail]) -> list[Mail]:
    Random(seed).shuffle(mails)
    return mails


@given(
    st.integers(1, 3),
    st.lists(st.integers(1, ROWS // 100), max_size=8),
    st.sampled_from([1, 4, 50]),
    st.booleans(),
    st.integers(),
)
def test_floods_of_some_tenants_cost_no_other_tenant_a_row(
    floods: int, others: list[int], places: int, verified: bool, seed: int
) -> None:
    """From the same addresses, in any order; unverified tenants are those that have no first rows."""
    places_ = SHARED[:places]
    flood = [(places_[n % places], tenant(-1 - n % floods)) for n in range(2 * ROWS)]
    honest = [
        (places_[n % places], tenant(number, verified=verified))
        for number, mails in enumerate(others)
        for n in range(mails)
    ]
    found = stored(DayQuota(ROWS), shuffled(seed, flood + honest))
    assert [found[tenant(number, verified=verified)] for number in range(len(others))] == others
    for n in range(floods):
        assert found[tenant(-1 - n)] <= ROWS / 4


@given(st.lists(st.integers(1, ROWS // 100), max_size=8), st.booleans(), st.integers())
def test_unproven_mail_from_everywhere_costs_no_proven_sender_a_row(
    others: list[int], verified: bool, seed: int
) -> None:
    flood = [(network(n), UNPROVEN) for n in range(2 * ROWS)]
    honest = [
        (SHARED[0], tenant(number, verified=verified)) for number, mails in enumerate(others) for n in range(mails)
    ]
    found = stored(DayQuota(ROWS), shuffled(seed, flood + honest))
    assert [found[tenant(number, verified=verified)] for number in range(len(others))] == others
    assert found[UNPROVEN] <= ROWS / 4


@given(st.integers(1, 3), st.lists(st.integers(1, ROWS // 200), max_size=5), st.integers())
def test_one_unproven_network_costs_no_other_network_a_row(floods: int, others: list[int], seed: int) -> None:
    mails = [(network(256 * (n % floods)), UNPROVEN) for n in range(2 * ROWS)]
    mails += [(network(256 * (100 + number)), UNPROVEN) for number, sent in enumerate(others) for _ in range(sent)]
    day, kept = DayQuota(ROWS), Counter[ClientPlace]()
    for place, share in shuffled(seed, mails):
        kept[place] += day.takes(place, share, 1, 0) > 0
    assert [kept[network(256 * (100 + number))] for number in range(len(others))] == others


def test_all_networks_of_one_holder_have_one_share() -> None:
    """A /32 of IPv6 has 65,536 networks, a /16 of IPv4 has 256; each gets no share of its own beside the others."""
    for client in (lambda n: f"2001:db8:{n:x}::1", lambda n: f"198.51.{n % 256}.1"):
        day = DayQuota(ROWS)
        flood = stored(day, [(client_place(client(n)), UNPROVEN) for n in range(3 * ROWS)])
        assert flood[UNPROVEN] <= ROWS / 8
        elsewhere = [(client_place(f"203.0.{n % 10}.7"), UNPROVEN) for n in range(ROWS // 20)]
        assert stored(day, elsewhere)[UNPROVEN] == len(elsewhere)


@given(st.integers(0, 60), st.integers(0, 40))
def test_a_verified_sender_has_its_first_rows_on_a_day_that_is_full(before: int, after: int) -> None:
    day = DayQuota(1_000)
    flood = [(network(n), tenant(n, verified=False)) for n in range(3_000)]
    late = SenderShare("late.example", True)
    found = stored(day, [(SHARED[0], late)] * before + flood + [(SHARED[0], late)] * after)
    assert found[late] >= min(before + after, FIRST_ROWS)


def test_a_copy_that_is_sent_again_from_elsewhere_leaves_its_sender_room() -> None:
    """Somebody who has one signed mail sends it from ten networks: it is verified as its sender's."""
    day, victim = DayQuota(100_000), tenant(1, verified=False)
    stored(day, [(network(256 * (n % 10)), victim) for n in range(200_000)])
    assert stored(day, [(SHARED[0], victim)] * 400)[victim] == 400


def test_a_flood_in_the_morning_leaves_room_for_the_evening() -> None:
    day = DayQuota(ROWS)
    stored(day, [(network(n), UNPROVEN) for n in range(5 * ROWS)], minute=60)
    evening = [(client_place("198.51.100.7"), UNPROVEN)] * (ROWS // 40)
    assert stored(day, evening, minute=18 * 60)[UNPROVEN] == len(evening)


def test_recipients_take_their_part_of_a_share() -> None:
    one, many = DayQuota(ROWS), DayQuota(ROWS)
    place = SHARED[0]
    single = sum(one.takes(place, UNPROVEN, 1, 0) > 0 for _ in range(ROWS))
    several = sum(many.takes(place, UNPROVEN, 10 * RECIPIENTS_A_ROW, 0) > 0 for _ in range(ROWS))
    assert several == pytest.approx(single / 11, abs=1)


@pytest.mark.parametrize("share", [UNPROVEN, tenant(1), tenant(1, verified=False)])
@pytest.mark.parametrize("recipients", [1, 25])
def test_rows_that_are_read_again_use_up_what_they_did_before(share: SenderShare, recipients: int) -> None:
    one, again = DayQuota(ROWS), DayQuota(ROWS)
    rows = sum(one.takes(SHARED[0], share, recipients, LAST_MINUTE) > 0 for _ in range(ROWS // 12))
    again.count(SHARED[0], share, recipients, rows)
    left, left_again = (
        [
            sum(day.takes(SHARED[0], other, 1, LAST_MINUTE) > 0 for _ in range(ROWS))
            for other in (share, tenant(2), UNPROVEN)
        ]
        for day in (one, again)
    )
    assert left == left_again


def test_rows_that_could_not_be_stored_use_up_nothing() -> None:
    one, other = DayQuota(ROWS), DayQuota(ROWS)
    for share in (UNPROVEN, tenant(1)):
        for _ in range(100):
            one.give_back(SHARED[0], share, one.takes(SHARED[0], share, 1, 0))
    for share in (UNPROVEN, tenant(1), tenant(2)):
        taken = [sum(day.takes(SHARED[0], share, 1, 1) > 0 for _ in range(ROWS)) for day in (one, other)]
        assert taken[0] == taken[1]


def test_counts_are_bounded_and_nobody_gets_more_than_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "MOST_KEYS", 1_000)
    day = DayQuota(1_000_000)
    for n in range(80_000):
        day.takes(network(n), tenant(n), 1, LAST_MINUTE)
    assert len(day) <= 1_000 + 65_536
    flood = stored(day, [(SHARED[0], tenant(-1))] * 300_000, minute=LAST_MINUTE)
    assert flood[tenant(-1)] <= 250_000


def test_a_million_mails_of_one_tenant_from_fifty_shared_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    """Beside a thousand tenants with fifty mails each, from the same addresses, over the day; the time is printed."""
    day = DayQuota(250_000)
    flood, others = tenant(-1), [tenant(n, verified=False) for n in range(1_000)]
    lost = kept = 0
    begun = time.process_time()
    for n in range(1_000_000):
        minute = n * 24 * 60 // 1_000_000
        kept += day.takes(SHARED[n % 50], flood, 1, minute) > 0
        if not n % 20:
            lost += not day.takes(SHARED[n // 20 % 50], others[n // 20 % 1_000], 1, minute)
    seconds = time.process_time() - begun
    with capsys.disabled():
        print(f"\n{seconds / 1.05:.2f} µs a mail; of the flood {kept} rows")
    assert lost == 0
    assert kept <= 250_000 / 4


class TestWhoseShare:
    def of(self, seen: Observation) -> SenderShare:
        return sender_share(str(to_row(seen)[OBSERVATION_COLUMNS.index("sender")]))

    def test_a_proven_sender_is_its_organization_and_a_tenant_its_own(self) -> None:
        for domain, organization in (
            ("mail.contractor.example", "contractor.example"),
            ("one.onmicrosoft.com", "one.onmicrosoft.com"),
            ("x.two.onmicrosoft.com", "two.onmicrosoft.com"),
        ):
            assert self.of(observation(sender=sender(domain))) == SenderShare(organization, True)
            authenticated = observation(sender=sender(domain, Tier.AUTHENTICATED))
            assert self.of(authenticated) == SenderShare(organization, False)

    @pytest.mark.parametrize("tier", [Tier.CLAIMED, Tier.NETWORK])
    def test_what_is_only_claimed_is_nobodys(self, tier: Tier) -> None:
        assert self.of(observation(sender=sender("contractor.example", tier, kind=EvidenceKind.FROM))) == UNPROVEN

    @pytest.mark.parametrize(
        "column", ["", "{", "[]", "null", '{"domain":1}', '{"domain":"a.example","tier":"verified"}']
    )
    def test_a_column_that_cannot_be_read_is_nobodys(self, column: str) -> None:
        assert sender_share(column) == UNPROVEN

    @pytest.mark.parametrize(
        ("client", "region", "network"),
        [
            ("192.0.2.25", "c000", "192.0.2.0/24"),
            ("192.0.2.0/24", "c000", "192.0.2.0/24"),
            ("::ffff:192.0.2.25", "c000", "192.0.2.0/24"),
            ("2001:db8:7:1::1", "20010db8", "2001:db8:7::/48"),
            ("2001:db8:7::/48", "20010db8", "2001:db8:7::/48"),
            ("no address", "0000", "0.0.0.0/0"),
            ("no/network", "", ""),
        ],
    )
    def test_a_client_is_in_its_network_and_its_region(self, client: str, region: str, network: str) -> None:
        assert client_place(client) == ClientPlace(region, network)


def test_a_conflict_does_not_change_whose_share_it_is() -> None:
    other = Evidence(Tier.CLAIMED, EvidenceKind.FROM, "other.example", sender().evidence[0].result)
    own = sender()
    with_conflict = Sender(own.domain, own.organisation, own.tier, (*own.evidence, other), (other,))
    assert TestWhoseShare().of(observation(sender=with_conflict)).organization == "contractor.example"
