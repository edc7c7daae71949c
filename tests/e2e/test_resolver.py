"""The live resolver against real servers on loopback: honest, silent, lying, broken and huge ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import dns.message
import dns.rcode
import pytest

from catcher.config import ListenAddress
from catcher.model.mail.lookup import LookupRecord, LookupResult, LookupType, Question, Status
from catcher.resolve import LiveResolver
from tests.support.clocks import Clock
from tests.support.fingerprints import NOW
from tests.support.nameserver import Behaviour, NameServer, name_server, reply

NAME = "contractor.example"
TXT = Question(NAME, LookupType.TXT)
FAILED = LookupResult(Status.FAILED)
SOA = "contractor.example. 60 IN SOA ns. hostmaster. 1 1 1 1 30"


def honest(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    return [reply(query, f'{NAME}. 60 IN TXT "v=spf1 " "-all"')]


def silent(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    return []


def wrong_id(query: dns.message.Message) -> bytes:
    octets = bytearray(reply(query, f'{NAME}. 60 IN TXT "a lie"'))
    octets[0] ^= 0xFF
    return bytes(octets)


def with_rcode(rcode: int) -> Behaviour:
    return lambda query, transport: [reply(query, rcode=rcode)]


Scenario = Callable[[LiveResolver, NameServer], Awaitable[None]]


def run(behaviour: Behaviour, scenario: Scenario, *, patience: float = 5, **options: int) -> None:
    async def inside() -> None:
        async with name_server(behaviour) as server:
            resolver = LiveResolver([server.address], clock=Clock(NOW), question_seconds=patience, **options)
            await scenario(resolver, server)

    asyncio.run(inside())


def answers(behaviour: Behaviour, question: Question = TXT, *, patience: float = 5) -> LookupResult:
    found: list[LookupResult] = []

    async def scenario(resolver: LiveResolver, server: NameServer) -> None:
        found.append((await resolver.ask([question], on_behalf_of=NAME))[question])

    run(behaviour, scenario, patience=patience)
    return found[0]


@pytest.mark.parametrize(
    ("question", "records", "expected"),
    [
        (TXT, [f'{NAME}. 60 IN TXT "v=spf1 " "-all"'], (b"v=spf1 -all",)),
        (Question(NAME, LookupType.A), [f"{NAME}. 60 IN A 192.0.2.1"], ("192.0.2.1",)),
        (Question(NAME, LookupType.MX), [f"{NAME}. 60 IN MX 10 Mx.{NAME}."], ((10, f"mx.{NAME}"),)),
        (
            Question(NAME, LookupType.A),
            [f"{NAME}. 60 IN CNAME a.hosting.example.", "a.hosting.example. 60 IN A 192.0.2.80"],
            ("192.0.2.80",),
        ),
    ],
)
def test_an_honest_answer_is_taken(question: Question, records: list[str], expected: tuple[LookupRecord, ...]) -> None:
    assert answers(lambda query, _: [reply(query, *records)], question) == LookupResult(Status.FOUND, expected)


def test_an_alias_is_followed_when_the_server_does_not() -> None:
    def lazy(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        if query.question[0].name.to_text(True) == NAME:
            return [reply(query, f"{NAME}. 60 IN CNAME a.hosting.example.")]
        return [reply(query, "a.hosting.example. 60 IN A 192.0.2.80")]

    assert answers(lazy, Question(NAME, LookupType.A)).records == ("192.0.2.80",)


def test_a_loop_of_aliases_ends() -> None:
    def loop(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        name = query.question[0].name.to_text()
        return [reply(query, f"{name} 60 IN CNAME x.{name}")]

    assert answers(loop, Question(NAME, LookupType.A)) == FAILED


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (with_rcode(dns.rcode.NXDOMAIN), LookupResult(Status.NXDOMAIN)),
        (with_rcode(dns.rcode.NOERROR), LookupResult(Status.NODATA)),
        (with_rcode(dns.rcode.SERVFAIL), FAILED),
        (with_rcode(dns.rcode.REFUSED), FAILED),
        (silent, FAILED),
        (lambda query, _: [b"\x00" * 5], FAILED),
        (lambda query, _: [wrong_id(query)], FAILED),
        (
            lambda query, _: [wrong_id(query), reply(query, f'{NAME}. 60 IN TXT "true"')],
            LookupResult(Status.FOUND, (b"true",)),
        ),
        (lambda query, _: [reply(query, 'other.example. 60 IN TXT "a lie"')], LookupResult(Status.NODATA)),
    ],
    ids=["nxdomain", "nodata", "servfail", "refused", "silent", "garbage", "lie", "lie-then-truth", "other-name"],
)
def test_whatever_a_server_does_there_is_an_answer(behaviour: Behaviour, expected: LookupResult) -> None:
    assert answers(behaviour, patience=0.2 if expected is FAILED else 5) == expected


@pytest.mark.parametrize(("strings", "octets"), [(60, 15_000), (250, None)])
def test_a_truncated_answer_is_fetched_over_tcp_and_is_a_failure_over_16_kilobytes(
    strings: int, octets: int | None
) -> None:
    def huge(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        text = " ".join(f'"{"x" * 250}"' for _ in range(strings))
        return [reply(query, f"{NAME}. 60 IN TXT {text}", truncated=transport == "udp")]

    found = answers(huge)
    assert (found == FAILED) if octets is None else [len(r) for r in found.records] == [octets]


def test_another_server_is_asked_when_one_fails() -> None:
    async def scenario() -> None:
        async with name_server(with_rcode(dns.rcode.SERVFAIL)) as broken, name_server(honest) as good:
            resolver = LiveResolver([broken.address, good.address], clock=Clock(NOW))
            found = await resolver.ask([TXT], on_behalf_of=NAME)
            assert found[TXT].status is Status.FOUND
            assert (len(broken.asked), len(good.asked)) == (1, 1)

    asyncio.run(scenario())


def test_no_server_at_all_is_a_failure() -> None:
    async def scenario() -> None:
        async with name_server(honest) as server:
            closed = ListenAddress("127.0.0.1", server.address.port)
        resolver = LiveResolver([closed], clock=Clock(NOW))
        assert await resolver.ask([TXT], on_behalf_of=NAME) == {TXT: FAILED}

    asyncio.run(scenario())


def test_an_answer_is_kept_until_its_time_is_over() -> None:
    async def scenario() -> None:
        clock = Clock(NOW)
        async with name_server(honest) as server:
            resolver = LiveResolver([server.address], clock=clock)
            for seconds, asked in ((0, 1), (59, 1), (1, 2)):
                clock.moment += timedelta(seconds=seconds)
                await resolver.ask([TXT], on_behalf_of=NAME)
                assert len(server.asked) == asked

    asyncio.run(scenario())


def test_the_same_question_on_its_way_is_not_asked_twice() -> None:
    async def scenario(resolver: LiveResolver, server: NameServer) -> None:
        found = await asyncio.gather(*(resolver.ask([TXT], on_behalf_of=f"{n}.example") for n in range(20)))
        assert {f[TXT].status for f in found} == {Status.FOUND}
        assert len(server.asked) == 1

    run(honest, scenario)


def test_a_budget_that_is_spent_fails_without_asking_and_leaves_others_alone() -> None:
    async def scenario(resolver: LiveResolver, server: NameServer) -> None:
        questions = [Question(f"n{i}.{NAME}", LookupType.A) for i in range(5)]
        found = await resolver.ask(questions, on_behalf_of="spender.example")
        assert [a.status for a in found.values()].count(Status.FAILED) == 2
        assert len(server.asked) == 3
        other = await resolver.ask([TXT], on_behalf_of="other.example")
        assert other[TXT].status is Status.NXDOMAIN

    run(with_rcode(dns.rcode.NXDOMAIN), scenario, per_hour=3)


def test_a_silent_server_stalls_nobody_else() -> None:
    """An answer comes while another question waits for its time-out: the event loop is never blocked."""

    def half_silent(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        return [] if query.question[0].name.to_text().startswith("slow.") else honest(query, transport)

    async def scenario(resolver: LiveResolver, server: NameServer) -> None:
        slow = asyncio.create_task(resolver.ask([Question(f"slow.{NAME}", LookupType.TXT)], on_behalf_of=NAME))
        found = await resolver.ask([TXT], on_behalf_of=NAME)
        assert found[TXT].status is Status.FOUND
        assert not slow.done()
        assert list((await slow).values()) == [FAILED]

    run(half_silent, scenario, patience=1)


def test_one_ask_never_takes_longer_than_it_may() -> None:
    async def scenario(resolver: LiveResolver, server: NameServer) -> None:
        questions = [Question(f"n{i}.{NAME}", LookupType.A) for i in range(50)]
        found = await asyncio.wait_for(resolver.ask(questions, on_behalf_of=NAME), 5)
        assert set(found.values()) == {FAILED}
        assert set(found) == set(questions)

    run(silent, scenario, patience=0.2, ask_seconds=1, at_once=2)


def test_an_alias_itself_is_an_answer_and_is_not_followed() -> None:
    target = "selector1-contractor-example._domainkey.contractor.onmicrosoft.com"

    def aliased(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        return [reply(query, f"{NAME}. 60 IN CNAME {target}.")]

    assert answers(aliased, Question(NAME, LookupType.CNAME)) == LookupResult(Status.FOUND, (target,))
    assert answers(with_rcode(dns.rcode.NXDOMAIN), Question(NAME, LookupType.CNAME)).status is Status.NXDOMAIN
