"""The slots: whatever happens, each turn has one end, and no more queries are in flight than there are slots."""

from __future__ import annotations

import asyncio
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from catcher.resolve.budget import Charged
from catcher.resolve.shares import HOLDER_SLOTS, JOSTLE_SECONDS, Shares
from catcher.resolve.turns import Turn
from tests.support.smtpwire import run

ONE, OTHER = Charged("192.0.2.0/24", "one.example"), Charged("198.51.100.0/24", "other.example")


class Owner:
    """Notes what becomes of its turn; waits again when it is evicted, as a question does."""

    def __init__(self, shares: Shares, holder: Charged, *, may_begin: bool = True, waits_again: bool = False) -> None:
        self.shares = shares
        self.holder = holder
        self.may_begin = may_begin
        self.waits_again = waits_again
        self.events: list[str] = []
        self.turn: Turn | None = None

    def submit(self, *, is_silent: bool = False) -> Owner:
        self.events.append("submitted")
        turn = self.shares.submit(self.holder, self, is_silent=is_silent)
        if self.events[-1] == "submitted":
            self.turn = turn
        return self

    def begin(self, turn: Turn) -> bool:
        self.turn = turn
        self.events.append("begun" if self.may_begin else "forbidden")
        return self.may_begin

    def evicted(self, turn: Turn) -> None:
        assert turn is self.turn
        self.events.append("evicted")
        if self.waits_again:
            self.waits_again = False
            self.submit()

    def refused(self, turn: Turn) -> None:
        self.events.append("refused")

    def release(self, *, is_answered: bool = True) -> None:
        assert self.turn is not None
        self.events.append("released")
        self.shares.release(self.turn, is_answered=is_answered)

    @property
    def is_in_flight(self) -> bool:
        return self.events[-1] == "begun"

    @property
    def is_waiting(self) -> bool:
        return self.events[-1] == "submitted"


def test_a_holder_that_was_silent_has_one_query_until_it_is_answered() -> None:
    async def main() -> None:
        shares = Shares(20)
        owners = [Owner(shares, ONE).submit(is_silent=True) for _ in range(12)]
        assert [owner.is_in_flight for owner in owners] == [True] + [False] * 11
        owners[0].release()
        assert sum(owner.is_in_flight for owner in owners) == HOLDER_SLOTS

    run(main())


def test_when_a_silent_holder_stays_silent_all_that_waits_for_it_fails() -> None:
    async def main() -> None:
        shares = Shares(20)
        owners = [Owner(shares, ONE).submit(is_silent=True) for _ in range(12)]
        owners[0].release(is_answered=False)
        assert [owner.events[-1] for owner in owners] == ["released"] + ["refused"] * 11
        assert (shares.waiting, shares.holders) == (0, 0)

    run(main())


def test_what_may_not_be_sent_takes_no_slot() -> None:
    async def main() -> None:
        shares = Shares(1)
        forbidden = [Owner(shares, ONE, may_begin=False).submit() for _ in range(5)]
        assert Owner(shares, OTHER).submit().is_in_flight
        assert {owner.events[-1] for owner in forbidden} == {"forbidden"}

    run(main())


def test_a_fresh_holder_evicts_after_the_jostle_time_and_an_evicted_one_nobody() -> None:
    async def main() -> None:
        shares = Shares(1)
        first = Owner(shares, ONE, waits_again=True).submit()
        fresh = Owner(shares, OTHER).submit()
        await asyncio.sleep(JOSTLE_SECONDS - 0.01)
        assert first.is_in_flight and fresh.is_waiting
        await asyncio.sleep(0.02)
        assert first.is_waiting and fresh.is_in_flight
        await asyncio.sleep(60)
        assert first.is_waiting and fresh.is_in_flight
        fresh.release()
        assert first.is_in_flight

    run(main())


def test_the_one_that_comes_last_is_refused_where_too_many_wait() -> None:
    async def main() -> None:
        shares = Shares(1, most_waiting=4)
        running = Owner(shares, ONE).submit()
        waiting = [Owner(shares, ONE).submit() for _ in range(4)]
        other = Owner(shares, OTHER).submit()
        assert [owner.events[-1] for owner in waiting] == ["submitted"] * 3 + ["refused"]
        assert running.is_in_flight and other.is_waiting and shares.waiting == 4

    run(main())


def order_of(shares: Shares, owners: list[Owner]) -> list[Charged]:
    """The holders in the order in which they get the one slot."""
    found: list[Charged] = []
    while in_flight := [owner for owner in owners if owner.is_in_flight]:
        found.append(in_flight[0].holder)
        in_flight[0].release()
    return found


def test_holders_that_had_their_share_take_turns() -> None:
    """First the latest fresh organisation has its eight slots, then the other; then they alternate."""

    async def main() -> None:
        shares = Shares(1)
        busy = Owner(shares, Charged("busy", "busy")).submit()
        holders = [Charged("n", "one"), Charged("n", "two")]
        owners = [Owner(shares, holder).submit() for holder in holders for _ in range(12)]
        busy.release()
        found = [holder.organisation for holder in order_of(shares, owners)]
        assert found == ["two"] * 8 + ["one"] * 8 + ["two", "one"] * 4

    run(main())


def test_networks_that_had_their_share_take_turns_and_a_fresh_one_goes_before_them() -> None:
    async def main() -> None:
        shares = Shares(1)
        busy = Owner(shares, Charged("busy", "busy")).submit()
        owners = [Owner(shares, Charged(n, f"o{i}")).submit() for n in ("one", "two") for i in range(40)]
        busy.release()
        found = [owner.holder.network for owner in owners if owner.is_in_flight]
        for _ in range(64):
            (running,) = [owner for owner in owners if owner.is_in_flight]
            found.append(running.holder.network)
            running.release()
        assert found[1:] == ["two"] * 32 + ["one"] * 32
        fresh = Owner(shares, Charged("fresh", "x")).submit()
        owners += [fresh, *(Owner(shares, Charged("two", f"later{i}")).submit() for i in range(4))]
        rest = [holder.network for holder in order_of(shares, owners)]
        assert rest[1] == "fresh", "although the others have newer questions"
        rest.remove("fresh")
        assert rest[:16] == ["two", "one"] * 8

    run(main())


def test_the_oldest_query_of_the_network_with_most_is_evicted() -> None:
    async def main() -> None:
        shares = Shares(4)
        light = Owner(shares, ONE).submit()
        await asyncio.sleep(0.1)
        heavy = [Owner(shares, Charged("heavy", f"o{number}")).submit() for number in range(3)]
        await asyncio.sleep(JOSTLE_SECONDS + 0.1)
        assert Owner(shares, OTHER).submit().is_in_flight
        assert light.is_in_flight
        assert [owner.events[-1] for owner in heavy] == ["evicted", "begun", "begun"]

    run(main())


def test_a_network_that_had_its_share_takes_slots_of_others_after_a_second_and_of_its_own_at_once() -> None:
    """Within a network only the organisations contend: a forger of its names doesn't blind it to its own mail."""

    async def main() -> None:
        shares = Shares(33)
        of_it = [Owner(shares, Charged("old", f"o{number % 4}")).submit() for number in range(33)]
        for owner in of_it[:32]:
            owner.release()
        kept = Owner(shares, Charged("old", "kept")).submit()
        of_it[32].release()
        others = [Owner(shares, Charged("other", f"o{number % 4}")).submit() for number in range(32)]
        assert all(owner.is_in_flight for owner in (kept, *others))
        await asyncio.sleep(JOSTLE_SECONDS + 0.05)
        first = Owner(shares, Charged("old", "first")).submit()
        assert first.is_in_flight and kept.events[-1] == "evicted"
        second = Owner(shares, Charged("old", "second")).submit()
        await asyncio.sleep(JOSTLE_SECONDS / 2)
        assert second.is_waiting and all(owner.is_in_flight for owner in (first, *others))
        await asyncio.sleep(5 * JOSTLE_SECONDS)
        assert second.is_in_flight

    run(main())


def test_a_failure_now_and_then_is_no_silence_but_two_in_a_row_are() -> None:
    async def main() -> None:
        shares = Shares(1)
        owners = [Owner(shares, ONE).submit() for _ in range(8)]
        for owner, is_answered in zip(owners[:6], (False, True, False, True, False, False), strict=True):
            assert owner.is_in_flight
            owner.release(is_answered=is_answered)
        assert [owner.events[-1] for owner in owners] == ["released"] * 6 + ["refused"] * 2

    run(main())


@settings(max_examples=200)
@given(st.integers(0, 2**32))
def test_each_turn_has_one_end_whatever_happens(seed: int) -> None:
    async def main() -> None:
        random_of = random.Random(seed)
        slots = random_of.randrange(1, 12)
        shares = Shares(slots, most_waiting=random_of.choice([3, 20, 1000]))
        networks, organisations = random_of.randrange(1, 5), random_of.randrange(1, 5)
        owners: list[Owner] = []
        for _ in range(random_of.randrange(150)):
            match random_of.randrange(6):
                case 0 | 1 | 2:
                    holder = Charged(f"n{random_of.randrange(networks)}", f"o{random_of.randrange(organisations)}")
                    again, may = random_of.random() < 0.5, random_of.random() < 0.9
                    owner = Owner(shares, holder, may_begin=may, waits_again=again)
                    owners.append(owner.submit(is_silent=random_of.random() < 0.1))
                case 3:
                    in_flight = [owner for owner in owners if owner.is_in_flight]
                    if in_flight:
                        random_of.choice(in_flight).release(is_answered=random_of.random() < 0.6)
                case 4:
                    waiting = [owner for owner in owners if owner.is_waiting]
                    if waiting:
                        owner = random_of.choice(waiting)
                        assert owner.turn is not None
                        owner.events.append("withdrawn")
                        shares.withdraw(owner.turn)
                case 5:
                    await asyncio.sleep(random_of.choice([0.01, 0.25, 2]))
            in_flight = [owner for owner in owners if owner.is_in_flight]
            assert len(in_flight) <= slots
            assert shares.waiting == sum(owner.is_waiting for owner in owners)
            by_holder = [owner.holder for owner in in_flight]
            assert all(by_holder.count(holder) <= HOLDER_SLOTS for holder in by_holder)
            if not in_flight:
                assert not shares.waiting, "nothing waits for a slot that is free"
        while in_flight := [owner for owner in owners if owner.is_in_flight]:
            in_flight[0].release()
        assert (shares.waiting, shares.holders) == (0, 0)
        assert {owner.events[-1] for owner in owners} <= {"released", "refused", "withdrawn", "forbidden", "evicted"}

    run(main())
