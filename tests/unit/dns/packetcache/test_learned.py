"""One query teaches the replies to others; memory stays bounded whatever is asked."""

from __future__ import annotations

from struct import pack

import pytest

from catcher.dns import Authority, Transport
from catcher.dns.counting.tally import NAMED, cell
from catcher.dns.packetcache.classify import Classifier, QueryKey
from tests.support.dnsserver.compiling import CLIENTS, authority, counted, fast, question, reply_to, with_cookie
from tests.support.dnsserver.serving import NOW


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("zones"))


def test_memory_is_bounded(truth: Authority) -> None:
    """Whatever varies: names, parents, types, heads, sizes that EDNS offers, cookies, clients."""
    cache = fast(truth, capacity=50)
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
                reply_to(cache, message, client)
                reply_to(cache, message, client)
        assert max(cache.counts().values()) <= 50, cache.counts()


def test_every_table_is_used_and_counted(truth: Authority) -> None:
    """Else the test above could not fail for it."""
    cache = fast(truth)
    for name in ("army.ml", "x.www.army.ml", "y.www.army.ml", "z.www.army.ml", "x.cname.zone.example"):
        for message in (question(name), with_cookie(name), question(name, 43), question(name, 251)):
            for client in CLIENTS:
                reply_to(cache, message, client)
                reply_to(cache, message, client)
    reply_to(cache, with_cookie("x.cname.zone.example"))
    assert {table for table, entries in cache.counts().items() if not entries} == set()


def test_the_cells_of_a_name_are_bounded(truth: Authority) -> None:
    """A name keeps a cell for each type that is counted apart, and one for all the others."""
    cache = fast(truth)
    for qtype in range(0, 65_536, 7):
        reply_to(cache, question("army.ml", qtype))
    assert 2 < cache.counts()["cells of a name"] <= len(NAMED) + 1


def test_a_name_that_comes_for_the_first_time_takes_no_memory(truth: Authority) -> None:
    """Names that never return fill no table, so their cost doesn't grow with their number."""
    cache = fast(truth)

    def ask(numbers: range) -> None:
        for number in numbers:
            for name in (f"a{number}.b.army.ml", f"a{number}.b.c._dmarc.army.ml", f"A{number}.B.OTHER.ml"):
                assert reply_to(cache, question(name))
                assert reply_to(cache, with_cookie(name))

    ask(range(10_000, 10_010))
    before = cache.counts()
    ask(range(20_000, 21_000))
    mistaken = 4  # the filter takes one of 65,536 new names for one seen before
    assert sum(cache.counts().values()) <= sum(before.values()) + mistaken


def test_a_name_like_one_that_exists_is_not_classified_anew(truth: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the names that exist beside the wildcard are; one as long as they is below it as any other."""
    classified: list[bytes] = []
    classify = Classifier.classify

    def note(self: Classifier, message: bytes) -> QueryKey | None:
        classified.append(message)
        return classify(self, message)

    monkeypatch.setattr(Classifier, "classify", note)
    cache = fast(truth)
    for name in ("plain.army.zone.example", "_dmarc.army.zone.example"):
        reply_to(cache, question(name))
    assert len(classified) == 2
    reply_to(cache, question("sixoct.army.zone.example"))
    assert len(classified) == 3  # a name of this length is asked for the first time
    for number in range(100):
        reply_to(cache, question(f"sixo{number:02}.army.zone.example"))
    assert len(classified) == 3


def test_a_name_that_returns_is_kept(truth: Authority) -> None:
    cache = fast(truth)
    message = question("www.b.army.ml")
    for _ in range(2):
        assert message[2:] not in cache.exact
        reply_to(cache, message)
    assert message[2:] in cache.exact


def test_case_is_the_clients_own(truth: Authority) -> None:
    """A client that mixes case at random (draft-vixie-dnsext-dns0x20) gets replies learned from others."""
    cache, asked = counted(truth)
    for name in ("army.ml", "Army.ml", "aRMY.mL", "x.www.army.ml", "X.wWw.ARMY.ml", "x.WWW.army.ML"):
        found = reply_to(cache, question(name))
        wanted = truth.answer(question(name), transport=Transport.UDP, now=NOW)
        assert wanted is not None and found is not None and found[0] == wanted.wire
    assert len(asked) == 2


def test_a_refusal_that_is_not_counted_leaves_the_counted_one_alone(truth: Authority) -> None:
    """Class CH and a released name get the same rcode; only the second is about the catalogued domain."""
    cache = fast(truth)
    chaos = question("gone.ml")[:-1] + b"\3"
    for message in (chaos, question("gone.ml"), chaos, question("gone.ml")):
        wanted = truth.answer(message, transport=Transport.UDP, now=NOW, client="192.0.2.1")
        assert wanted is not None and reply_to(cache, message) == (wanted.wire, cell(wanted))
