"""Attacks on the look-ups, in a loop with its own time: an honest mail beside them waits about as long as alone.

The honest mail asks as a real one does: five questions, then two, then one, each of which the DNS answers in 0.1 s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from catcher.model.mail.lookup import LookupType, Question, Status
from catcher.resolve import LiveResolver
from catcher.resolve.shares import HOLDER_SLOTS, JOSTLE_SECONDS
from tests.support.fakedns import SERVER, FakeDns, LoopTime
from tests.support.smtpwire import run

ROUNDS = (5, 2, 1)
HONEST = "198.51.100.0/24"
ATTACKER = "203.0.113.0/24"


def resolver(names: FakeDns, **options: int) -> LiveResolver:
    return LiveResolver([SERVER], clock=LoopTime(), exchange=names, **options)


async def honest_mail(asked: LiveResolver, network: str = HONEST, *, late: bool = False, number: int = 0) -> float:
    """Seconds that the mail's look-ups take; all of them are answered."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for index, questions in enumerate(ROUNDS):
        names = [f"r{index}q{each}.honest{number}.example" for each in range(questions)]
        found = await asked.ask([Question(n, LookupType.TXT) for n in names], on_behalf_of=network, late=late)
        assert {answer.status for answer in found.values()} == {Status.FOUND}
    return loop.time() - begun


async def hostile_mail(
    asked: LiveResolver, number: int, network: str, *, late: bool = False, servers: str = "silent"
) -> None:
    """Eight questions about an organisation whose servers are silent or slow, asked for as long as a reply waits."""
    questions = [Question(f"s{n}._domainkey.{servers}{number}.example", LookupType.TXT) for n in range(8)]
    try:
        async with asyncio.timeout(20 if late else 2):
            await asked.ask(questions, on_behalf_of=network, late=late)
    except TimeoutError:
        pass


def one_network(number: int) -> str:
    return ATTACKER


def many_networks(number: int) -> str:
    return f"10.{number >> 8}.{number & 255}.0/24"


def honest_network(number: int) -> str:
    return HONEST


Networks = Callable[[int], str]
SOURCES = pytest.mark.parametrize("networks", [one_network, many_networks, honest_network])
"""The attack comes from one other network, from a network for each mail, or from the honest mail's own network."""


async def alone() -> float:
    return await honest_mail(resolver(FakeDns()))


async def beside(attack: Callable[[LiveResolver], Awaitable[None]], *, after: float, late: bool = False) -> float:
    names = FakeDns()
    asked = resolver(names)
    attacking = asyncio.ensure_future(attack(asked))
    await asyncio.sleep(after)
    seconds = await honest_mail(asked, late=late)
    attacking.cancel()
    return seconds


@SOURCES
@pytest.mark.parametrize("servers", ["silent", "slow"])
@pytest.mark.parametrize("mails", [120, 1200])
@pytest.mark.parametrize("after", [0.01, 0.5])
def test_mails_from_silent_and_slow_domains_at_once_hold_nobody_up(
    networks: Networks, servers: str, mails: int, after: float
) -> None:
    async def main() -> None:
        async def attack(asked: LiveResolver) -> None:
            await asyncio.gather(*(hostile_mail(asked, n, networks(n), servers=servers) for n in range(mails)))

        undisturbed, disturbed = await alone(), await beside(attack, after=after)
        evictions = sum(ROUNDS) * JOSTLE_SECONDS / 192  # they come evenly
        assert disturbed <= undisturbed + JOSTLE_SECONDS + evictions + 0.001 <= 2 * undisturbed

    run(main())


@SOURCES
@pytest.mark.parametrize("a_second", [10, 50])
def test_mails_from_silent_domains_for_minutes_hold_nobody_up(networks: Networks, a_second: int) -> None:
    async def main() -> None:
        async def attack(asked: LiveResolver) -> None:
            async with asyncio.TaskGroup() as group:
                for number in range(20 * a_second):
                    group.create_task(hostile_mail(asked, number, networks(number)))
                    await asyncio.sleep(1 / a_second)

        undisturbed, disturbed = await alone(), await beside(attack, after=15)
        assert disturbed <= 2 * undisturbed

    run(main())


@SOURCES
def test_late_questions_have_slots_of_their_own_and_shares_in_them(networks: Networks) -> None:
    """An attack on the replies takes nothing of the late questions; one by late questions delays others a little."""

    async def main() -> None:
        async def prompt_attack(asked: LiveResolver) -> None:
            await asyncio.gather(*(hostile_mail(asked, n, networks(n)) for n in range(1200)))

        async def late_attack(asked: LiveResolver) -> None:
            await asyncio.gather(*(hostile_mail(asked, n, networks(n), late=True) for n in range(1200)))

        undisturbed = await alone()
        assert await beside(prompt_attack, after=0.5, late=True) == pytest.approx(undisturbed)
        assert await beside(late_attack, after=0.5) == pytest.approx(undisturbed)
        assert await beside(late_attack, after=0.5, late=True) <= undisturbed + 5 * JOSTLE_SECONDS * (
            1 + sum(ROUNDS) / 64
        )

    run(main())


def test_a_holder_has_eight_queries_in_flight_at_most() -> None:
    async def main() -> None:
        names = FakeDns()
        asked = resolver(names)
        questions = [Question(f"q{n}.honest.example", LookupType.TXT) for n in range(50)]
        await asked.ask(questions, on_behalf_of=HONEST)
        assert names.most_in_flight["honest.example"] == HOLDER_SLOTS
        assert len(names.asked) == 50

    run(main())


def test_no_more_queries_are_in_flight_than_there_are_slots() -> None:
    async def main() -> None:
        names = FakeDns()
        asked = resolver(names, at_once=40)
        await asyncio.gather(
            *(hostile_mail(asked, n, many_networks(n), late=bool(n % 2)) for n in range(100)),
            *(honest_mail(asked, f"192.0.{n}.0/24", number=n) for n in range(5)),
        )
        assert names.most_in_flight["all"] <= 40

    run(main())


def test_honest_mails_at_once_share_the_slots_and_all_are_answered() -> None:
    """A thousand mails of a hundred networks: none is evicted for another, since each query is answered in time."""

    async def main() -> None:
        names = FakeDns()
        asked = resolver(names)
        await asyncio.gather(*(honest_mail(asked, f"192.0.{n % 100}.0/24", number=n) for n in range(1000)))
        assert len(names.asked) == 1000 * sum(ROUNDS)

    run(main())


def test_nothing_is_kept_of_those_that_ask_nothing() -> None:
    async def main() -> None:
        names = FakeDns()
        asked = resolver(names)
        await asyncio.gather(*(hostile_mail(asked, n, many_networks(n)) for n in range(300)))
        await asyncio.sleep(30)
        state = asked._state
        assert not state.running and not state.tasks
        for shares in (state.prompt_shares, state.late_shares):
            assert (shares.waiting, shares.holders) == (0, 0)

    run(main())
