"""The live resolver on servers without a network: who is charged, what is remembered, and what is asked at all.

Longer than others: each attack is a scenario of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import dns.name
import pytest

from catcher.config import ListenAddress
from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from catcher.resolve import LiveResolver
from catcher.resolve.budget import PER_HOUR
from catcher.resolve.message import DnsReply, FailedReply
from catcher.resolve.silence import RESTS_AFTER, SILENT_SECONDS
from tests.support.fakedns import FOUND, SERVER, FakeDns, LoopTime
from tests.support.smtpwire import run

GENUINE = "198.51.100.0/24"
FORGER = "203.0.113.0/24"
DEAD = ListenAddress("192.0.2.1", 53)
NXDOMAIN = DnsReply(LookupResult(Status.NXDOMAIN), 60)


def txt(name: str) -> Question:
    return Question(name, LookupType.TXT)


async def status(asked: LiveResolver, name: str, network: str = GENUINE) -> Status:
    return (await asked.ask([txt(name)], on_behalf_of=network))[txt(name)].status


async def seconds_of(work: Awaitable[object]) -> float:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await work
    return loop.time() - begun


def only(*names: str) -> Callable[[str], DnsReply]:
    """Just these names exist."""
    return lambda name: DnsReply(FOUND, 1) if name in names else NXDOMAIN


def test_a_dead_resolver_costs_a_second_a_few_times_and_is_asked_last_then() -> None:
    async def main() -> None:
        names = FakeDns(dead_servers=(DEAD,))
        asked = LiveResolver([DEAD, SERVER], clock=LoopTime(), exchange=names)
        for number in range(RESTS_AFTER):
            assert await seconds_of(asked.ask([txt(f"n{number}.example")], on_behalf_of=GENUINE)) == pytest.approx(1.1)
        assert await seconds_of(asked.ask([txt("later.example")], on_behalf_of=GENUINE)) == pytest.approx(0.1)
        assert names.by_server[DEAD.host] == RESTS_AFTER
        await asyncio.sleep(SILENT_SECONDS)
        names.dead_servers = ()
        assert await status(asked, "latest.example") is Status.FOUND
        assert names.by_server[DEAD.host] == RESTS_AFTER + 1

    run(main())


def test_when_every_resolver_is_silent_they_are_asked_in_their_order() -> None:
    async def main() -> None:
        names = FakeDns()
        asked = LiveResolver([DEAD, SERVER], clock=LoopTime(), exchange=names)
        for number in range(2 * RESTS_AFTER):
            assert await status(asked, f"silent{number}.example") is Status.FAILED
        before = names.by_server[DEAD.host]
        assert await seconds_of(asked.ask([txt("honest.example")], on_behalf_of=GENUINE)) == pytest.approx(0.1)
        assert names.by_server[DEAD.host] == before + 1

    run(main())


def test_silence_is_remembered_by_organisation_and_one_query_finds_out_whether_it_is_over() -> None:
    async def main() -> None:
        names = FakeDns()
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        assert await seconds_of(asked.ask([txt("a.silent.example")], on_behalf_of=GENUINE)) == pytest.approx(3)
        others = [txt(f"b{n}.silent.example") for n in range(20)]
        assert await seconds_of(asked.ask(others, on_behalf_of=GENUINE)) == pytest.approx(1)
        assert len(names.asked) == 2, "one query for all twenty"
        names.answer = only("c1.silent.example", "c2.silent.example")
        names.silent = "nothing"
        both = await asked.ask([txt("c1.silent.example"), txt("c2.silent.example")], on_behalf_of=GENUINE)
        assert {each.status for each in both.values()} == {Status.FOUND}

    run(main())


def test_one_dead_name_of_an_organisation_keeps_none_of_its_others_back() -> None:
    """A mail that names ``silent.contractor.example`` every half minute blinds nobody to contractor.example."""

    async def main() -> None:
        names = FakeDns(answer=only("s1._domainkey.contractor.example", "_dmarc.contractor.example"))
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        for _ in range(10):
            for network in (FORGER, GENUINE):
                await status(asked, "silent.contractor.example", network)
            wanted = [txt("s1._domainkey.contractor.example"), txt("_dmarc.contractor.example")]
            found = await asked.ask(wanted, on_behalf_of=GENUINE)
            assert {answer.status for answer in found.values()} == {Status.FOUND}
            await asyncio.sleep(SILENT_SECONDS)

    run(main())


def test_forged_mails_use_up_nothing_of_what_the_organisation_itself_needs() -> None:
    """Seventy an hour, each with eight made-up selectors; the records of the organisation expire in a second."""
    own = ("contractor.example", "_dmarc.contractor.example", "s1._domainkey.contractor.example")

    async def main() -> None:
        names = FakeDns(answer=only(*own))
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        for number in range(70):
            made_up = [txt(f"x{number}y{n}._domainkey.contractor.example") for n in range(8)]
            await asked.ask([*made_up, txt(own[0]), txt(own[1])], on_behalf_of=FORGER)
            await asyncio.sleep(50)
            if number % 10 == 9:
                found = await asked.ask([txt(name) for name in own], on_behalf_of=GENUINE)
                assert {answer.status for answer in found.values()} == {Status.FOUND}
                # From the forger's own network as well, since these names are known to exist.
                await asyncio.sleep(40)
                found = await asked.ask([txt(name) for name in own], on_behalf_of=FORGER)
                assert {answer.status for answer in found.values()} == {Status.FOUND}
        made_up_asked = sum("x" in name.split(".")[0] for name in names.asked)
        assert made_up_asked <= 2 * PER_HOUR + 8, "in an hour and three minutes"

    run(main())


@pytest.mark.parametrize(
    ("mails", "networks", "most"), [(100, 1, PER_HOUR), (2000, 100, 10 * PER_HOUR + 90 * PER_HOUR // 3)]
)
def test_mails_of_made_up_senders_send_few_queries_below_a_third_party(mails: int, networks: int, most: int) -> None:
    """Eight signatures each, ``d=victim.example``: 800 queries of a hundred mails if nothing bounded them."""

    async def main() -> None:
        names = FakeDns(answer=only(), seconds=0.0)
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        for number in range(mails):
            network = f"10.{number % networks}.0.0/24"
            questions = [txt(f"x{number}y{n}._domainkey.victim.example") for n in range(8)]
            await asked.ask([*questions, txt(f"sender{number}.example")], on_behalf_of=network)
        below = [name for name in names.asked if name.endswith("victim.example")]
        assert len(below) <= most + networks
        assert sum(name.startswith("sender") for name in names.asked) == mails

    run(main())


def test_an_organisation_whose_every_name_exists_is_asked_no_more_than_ten_times_that() -> None:
    async def main() -> None:
        names = FakeDns(answer=lambda _: DnsReply(FOUND, 1))
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        for number in range(1000):
            await status(asked, f"x{number}._domainkey.victim.example", FORGER)
        # What was charged first is gone meanwhile; the last ones are charged in full until their answers come.
        assert 10 * PER_HOUR * 0.95 <= len(names.asked) <= 10 * PER_HOUR * 1.05

    run(main())


def test_the_names_that_no_mail_can_vary_are_asked_even_if_the_budget_is_used_up() -> None:
    async def main() -> None:
        names = FakeDns(answer=only("contractor.example", "_dmarc.contractor.example"))
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        for number in range(2 * PER_HOUR):
            await status(asked, f"x{number}._domainkey.contractor.example", FORGER)
        assert await status(asked, "contractor.example", FORGER) is Status.FOUND
        assert await status(asked, "_dmarc.contractor.example", FORGER) is Status.FOUND
        assert await status(asked, "s1._domainkey.contractor.example", FORGER) is Status.FAILED

    run(main())


def test_aliases_are_charged_to_where_they_lead_even_if_the_server_follows_them() -> None:
    """A new domain for each mail, whose selectors lead below somebody else: each new domain has one round at most."""
    target = dns.name.from_text("x.victim.example")

    async def main() -> None:
        names = FakeDns(answer=lambda _: DnsReply(LookupResult(Status.NXDOMAIN), 60, (target,)))
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        for number in range(20):
            for each in range(8):
                await status(asked, f"x{each}._domainkey.attacker{number}.example", FORGER)
        assert len(names.asked) <= PER_HOUR + 20
        before = len(names.asked)
        await status(asked, "x._domainkey.victim.example", FORGER)
        assert len(names.asked) == before
        await status(asked, "x._domainkey.victim.example", GENUINE)
        assert len(names.asked) == before + 1

    run(main())


def test_an_alias_that_is_followed_here_is_charged_to_where_it_leads() -> None:
    async def main() -> None:
        def lazy(name: str) -> DnsReply:
            if name.endswith("victim.example"):
                return NXDOMAIN
            return DnsReply(LookupResult(Status.NODATA), 60, alias=dns.name.from_text(f"{name}.victim.example"))

        names = FakeDns(answer=lazy)
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        for number in range(100):
            await status(asked, f"x.attacker{number}.example", FORGER)
        assert sum(name.endswith("victim.example") for name in names.asked) == PER_HOUR

    run(main())


@pytest.mark.parametrize("length", [1, 2, 7])
def test_a_loop_of_aliases_ends_when_it_closes(length: int) -> None:
    async def main() -> None:
        def loop(name: str) -> DnsReply:
            number = int(name.split(".")[0]) + 1
            target = dns.name.from_text(f"{number % length}.loop.example")
            return DnsReply(LookupResult(Status.NODATA), 60, alias=target)

        names = FakeDns(answer=loop)
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        assert await status(asked, "0.loop.example") is Status.FAILED
        assert len(names.asked) == length

    run(main())


def test_a_long_chain_of_aliases_ends() -> None:
    async def main() -> None:
        def longer(name: str) -> DnsReply:
            return DnsReply(LookupResult(Status.NODATA), 60, alias=dns.name.from_text(f"x.{name}"))

        names = FakeDns(answer=longer)
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        assert await status(asked, "chain.example") is Status.FAILED
        assert len(names.asked) == 8

    run(main())


def test_a_question_that_nobody_waits_for_any_more_is_not_sent() -> None:
    async def main() -> None:
        names = FakeDns()
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        questions = [txt(f"s{n}.silent.example") for n in range(30)]
        waiting = asyncio.create_task(asked.ask(questions, on_behalf_of=FORGER))
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.sleep(60)
        assert len(names.asked) == 8
        prompt = asyncio.create_task(asked.ask([txt(f"s{n}.honest.example") for n in range(30)], on_behalf_of=GENUINE))
        await asyncio.sleep(0.01)
        prompt.cancel()
        await asyncio.sleep(60)
        assert len(names.asked) == 16

    run(main())


def test_a_question_that_waits_in_an_attackers_turn_is_asked_in_ones_own() -> None:
    async def main() -> None:
        names = FakeDns()
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        clogged = [txt(f"silent{n}.contractor.example") for n in range(30)] + [txt("s1._domainkey.contractor.example")]
        attacking = asyncio.create_task(asked.ask(clogged, on_behalf_of=FORGER))
        await asyncio.sleep(0.1)
        assert "s1._domainkey.contractor.example" not in names.asked
        assert await seconds_of(status(asked, "s1._domainkey.contractor.example")) == pytest.approx(0.1)
        attacking.cancel()

    run(main())


def test_askers_of_one_question_share_the_query_and_none_cancels_it_for_the_others() -> None:
    async def main() -> None:
        names = FakeDns()
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        one, other = (asyncio.create_task(status(asked, "honest.example", each)) for each in (FORGER, GENUINE))
        await asyncio.sleep(0.05)
        one.cancel()
        assert await other is Status.FOUND
        assert names.asked == ["honest.example"]
        assert await status(asked, "honest.example", FORGER) is Status.FOUND
        assert names.asked == ["honest.example"]

    run(main())


def test_a_fault_of_ours_is_a_failed_look_up_and_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    def broken(name: str) -> DnsReply:
        raise ValueError("canary")

    async def main() -> None:
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=FakeDns(answer=broken))
        assert await status(asked, "honest.example") is Status.FAILED
        assert not asked._state.running and not asked._state.prompt_shares.holders

    run(main())
    assert "a look-up could not be made: ValueError" in caplog.text
    assert "canary" not in caplog.text


def test_a_servers_failure_is_no_silence_and_is_kept_for_half_a_minute() -> None:
    async def main() -> None:
        names = FakeDns(answer=lambda _: FailedReply())
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        for _ in range(3):
            assert await status(asked, "broken.example") is Status.FAILED
        assert len(names.asked) == 1
        names.answer = lambda _: DnsReply(FOUND, 60)
        assert await status(asked, "s1.broken.example") is Status.FOUND
        await asyncio.sleep(30)
        assert await status(asked, "broken.example") is Status.FOUND

    run(main())


def test_tenants_of_one_platform_have_budgets_of_their_own() -> None:
    async def main() -> None:
        names = FakeDns(answer=only())
        asked = LiveResolver([SERVER], clock=LoopTime(), exchange=names)
        for number in range(100):
            await status(asked, f"selector1._domainkey.tenant{number}.onmicrosoft.com", GENUINE)
        assert len(names.asked) == 100

    run(main())
