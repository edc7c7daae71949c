"""Whether names are still delegated to us: asked in rounds, and again before it is said."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from catcher.catalogue import Catalogue
from catcher.desk.delegation import A_ROUND, CONFIRMED_AFTER, Delegations, is_lost
from catcher.model.mail.lookup import LookupResult, LookupResults, Question, Status
from catcher.model.mail.policy import Policy
from tests.support.catalogues import row

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
OURS = frozenset({"ns1.sink.example", "ns2.sink.example"})
HELD = LookupResult(Status.FOUND, ("ns1.sink.example", "ns9.elsewhere.example"))
TAKEN = LookupResult(Status.FOUND, ("ns.elsewhere.example",))


class Table:
    """A resolver that answers from a table; what isn't in it is held."""

    def __init__(self, **answers: LookupResult) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str) -> LookupResults:
        self.asked += [question.name for question in questions]
        return {question: self.answers.get(question.name.partition(".")[0], HELD) for question in questions}


def rounds(delegations: Delegations, *minutes: int) -> list[list[str]]:
    async def all_() -> list[list[str]]:
        return [list((await delegations.look(NOW + timedelta(minutes=m))).lost) for m in minutes]

    return asyncio.run(all_())


def around(table: Table, *names: str, policy: Policy = Policy.ACCEPT) -> Delegations:
    return Delegations(Catalogue.of([row(name, policy) for name in names]), table, OURS)


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        (HELD, False),
        (LookupResult(Status.FOUND, ("NS2.Sink.Example",)), False),
        (TAKEN, True),
        (LookupResult(Status.NXDOMAIN), True),
        (LookupResult(Status.NODATA), True),
        (LookupResult(Status.FAILED), False),
    ],
)
def test_one_of_our_name_servers_is_enough_and_no_answer_is_no_loss(answer: LookupResult, lost: bool) -> None:
    assert is_lost(answer, OURS) is lost


def test_a_lost_name_is_said_when_it_still_is_half_an_hour_later() -> None:
    table = Table(army=TAKEN)
    assert rounds(around(table, "army.ml", "navy.ml"), 0, 5, 25, 30) == [[], [], [], ["army.ml"]]
    assert table.asked.count("army.ml") == 2
    assert table.asked.count("navy.ml") == 1


def test_one_that_came_back_is_not_said() -> None:
    table = Table(army=TAKEN)
    delegations = around(table, "army.ml")
    assert rounds(delegations, 0) == [[]]
    table.answers.clear()
    assert rounds(delegations, 30, 60) == [[], []]


def test_names_that_answer_with_our_servers_are_ours_and_a_failed_look_up_says_nothing() -> None:
    table = Table(army=TAKEN, navy=LookupResult(Status.FAILED))
    found = asyncio.run(around(table, "army.ml", "navy.ml", "state.ml").look(NOW))
    assert (found.ours, found.lost) == (("state.ml",), ())


def test_domains_with_incidents_are_asked_each_day_before_the_others() -> None:
    table = Table()
    names = [f"name{n}.ml" for n in range(4 * A_ROUND)]
    delegations = around(table, *names)
    asyncio.run(delegations.look(NOW, ["name399.ml", "elsewhere.ml"]))
    assert (table.asked[0], len(table.asked)) == ("name399.ml", A_ROUND)
    asyncio.run(delegations.look(NOW + timedelta(minutes=5), ["name399.ml"]))
    assert table.asked.count("name399.ml") == 1
    asyncio.run(delegations.look(NOW + timedelta(days=1), ["name399.ml"]))
    assert table.asked.count("name399.ml") == 2


def test_every_name_is_asked_once_a_day() -> None:
    table = Table()
    names = [f"name{n}.ml" for n in range(A_ROUND + 1)]
    rounds(around(table, *names), 0, 5, 10, 24 * 60 - 1)
    assert sorted(table.asked) == sorted(names)
    table.asked.clear()
    delegations = around(table, *names)
    rounds(delegations, 0, 5, 24 * 60 + 5)
    assert len(table.asked) == len(names) + A_ROUND


def test_a_released_name_may_be_anybodys() -> None:
    table = Table(army=TAKEN)
    rounds(around(table, "army.ml", policy=Policy.RELEASE), 0)
    assert table.asked == []


def test_the_delay_before_saying_so_is_half_an_hour() -> None:
    assert timedelta(minutes=30) == CONFIRMED_AFTER
