"""What one query teaches about others, and that memory stays bounded whatever is asked."""

from __future__ import annotations

from struct import pack

import pytest

from catcher.dns import Authority, Reply, Transport, compiled, kinds, places
from catcher.dns.compiled import Answers
from catcher.dns.tally import NAMED
from tests.support.dnsserver.compiling import CLIENTS, authority, fast, question, reply_to, with_cookie
from tests.support.dnsserver.serving import NOW


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("zones"))


def sizes(answers: Answers) -> dict[str, int]:
    """Entries of every table behind the answers, by its name."""
    places = answers._places
    assert places is not None
    tables = {**vars(answers), **vars(places), **vars(places._kinds)}
    return {name: len(table) for name, table in tables.items() if isinstance(table, dict)}


def test_memory_is_bounded(truth: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever varies: names, parents, types, heads, sizes that EDNS offers, cookies, clients."""
    for module, bounds in ((compiled, ("_MOST_EXACT", "_MOST_OF_CLIENTS")), (places, ("_MOST",)), (kinds, ("_MOST",))):
        for bound in bounds:
            monkeypatch.setattr(module, bound, 50)
    answers = fast(truth)
    for number in range(1500):
        for message in (
            question(f"a{number}.b.army.ml", number % 600),
            question("army.ml", number),
            question(f"x.b{number}.c.army.ml"),
            question(f"b{number}.other.ml"),
            question(f"b{number}.elsewhere.test"),
            with_cookie(f"a{number}.b.army.ml"),
            with_cookie("army.ml", b"client%02d" % (number % 70)),
            with_cookie("www.army.ml", b"%08d" % number),
            question("army.ml")[:2] + pack("!H", number % 0x200) + question("army.ml")[4:],
            question("a.b.army.ml")[:10] + b"\0\1" + question("a.b.army.ml")[12:] + pack("!BHHIH", 0, 41, number, 0, 0),
        ):
            for client in CLIENTS:
                reply_to(answers, message, client)
                reply_to(answers, message, client)
        assert max(sizes(answers).values()) <= 50
        assert sum(len(said) for _, said in answers._cookies.values()) <= 50
        names = answers._places
        assert names is not None
        assert sum(len(of_end) for shapes in names._alike.values() for of_end in shapes.values()) <= 50


def test_what_is_counted_by_a_place_is_bounded(truth: Authority) -> None:
    """A place keeps what its replies are counted as: for each type that is told apart, and no more for the others."""
    answers = fast(truth)
    for qtype in range(0, 65_536, 7):
        reply_to(answers, question("army.ml", qtype))
    known = answers._places
    assert known is not None
    assert max(len(place._cells) for place in known._names.values()) <= len(NAMED) + 1


def test_a_name_that_comes_for_the_first_time_takes_no_memory(truth: Authority) -> None:
    """Names that never return fill no table, so their cost doesn't grow with their number."""
    answers = fast(truth)

    def ask(numbers: range) -> None:
        for number in numbers:
            for name in (f"a{number}.b.army.ml", f"a{number}.b.c._dmarc.army.ml", f"A{number}.B.OTHER.ml"):
                assert reply_to(answers, question(name))
                assert reply_to(answers, with_cookie(name))

    ask(range(10_000, 10_010))
    before = sizes(answers)
    ask(range(20_000, 21_000))
    mistaken = 4  # a mark is 16 bits of a hash: one of 65,536 names is taken for one that came before
    assert sum(sizes(answers).values()) <= sum(before.values()) + mistaken


def test_a_name_that_returns_is_kept(truth: Authority) -> None:
    answers = fast(truth)
    message = question("www.b.army.ml")
    for _ in range(2):
        assert message[2:] not in answers.exact
        reply_to(answers, message)
    assert message[2:] in answers.exact


def test_case_is_the_clients_own(truth: Authority) -> None:
    """Who mixes case at random (draft-vixie-dnsext-dns0x20) is answered by what was learned from others."""
    asked = []

    def answer(message: bytes, client: str) -> Reply | None:
        asked.append(message)
        return truth.answer(message, transport=Transport.UDP, now=NOW, client=client)

    answers = Answers(truth, answer, lambda octets: 0, lambda slot: b"")
    answers.at(NOW)
    for name in ("army.ml", "Army.ml", "aRMY.mL", "x.www.army.ml", "X.wWw.ARMY.ml", "x.WWW.army.ML"):
        found = reply_to(answers, question(name))
        wanted = truth.answer(question(name), transport=Transport.UDP, now=NOW)
        assert wanted is not None and found is not None and found[0] == wanted.wire
    assert len(asked) == 2
