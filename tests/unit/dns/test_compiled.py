"""Compiled answers equal the Authority's, octet for octet, whatever was asked before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.catalogue import Catalogue, Guard
from catcher.catalogue.guard import Run
from catcher.catalogue.names import SortedNames
from catcher.dns import Authority, Reply, Transport, compiled, kinds, places
from catcher.dns.compiled import Answers, octets_of
from catcher.dns.cookies import Cookies, Fixed
from catcher.dns.options import Settings, packed
from catcher.dns.publication import Publications
from catcher.dns.tally import NAMED, cell
from catcher.dns.template import Ours, complete
from catcher.model.policy import Policy
from tests.unit.dns.querying import messages, names, opts, types
from tests.unit.dns.serving import NOW, zone
from tests.unit.dns.test_authority import entry

ZONE = """
ns A 192.0.2.1
mail MX 5 a.b
mail MX 10 mx.sink.example.
* MX 10 long.name.below
* TXT "wild"
*.cname CNAME www.zone.example.
*.chain CNAME army.ml.
chain2 CNAME x.army.ml.
a.b A 192.0.2.2
ent.below.deep TXT "x"
d DNAME army.ml.
cut NS ns.cut
cut NS a.b
ns.cut A 192.0.2.3
big TXT "{0}" "{0}" "{0}"
*.big2 TXT "{0}" "{0}" "{0}"
""".format("x" * 180)
NO_WILDCARD = """
@ MX 10 host
host A 192.0.2.1
sub.host A 192.0.2.1
"""


CLIENTS = ("192.0.2.1", "192.0.2.2", "2001:db8::1")


def authority(folder: Path) -> Authority:
    ours = Ours("mx.sink.example", ("ns1.sink.example", "ns2.zone.example"), ())
    catalogue = Catalogue.of(
        [
            entry("army.ml"),
            entry("hq.army.ml", Policy.NULL),
            entry("other.ml", Policy.OBSERVE),
            entry("gone.ml", Policy.RELEASE),
            entry("sink.example"),
            entry("typo.example"),
            entry("dated.ml", Policy.ACCEPT, date(2026, 11, 4), Policy.RELEASE),
            entry("turned.ml", Policy.ACCEPT, date(2026, 11, 3), Policy.NULL),
        ]
    )
    zones = {
        "zone.example": zone(folder, ZONE, "zone.example"),
        "bare.example": zone(folder, NO_WILDCARD, "bare.example"),
        "x.bare.example": zone(folder, ZONE, "x.bare.example"),
    }
    settings = Settings(nsid=b"sink-1", cookies=Cookies(Fixed((bytes(16),))))
    return Authority(
        catalogue, Publications(complete({}, ours), 1), zones, settings=settings, unloaded=["broken.example"]
    )


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("zones"))


def fast(truth: Authority, now: datetime = NOW) -> Answers:
    def answer(message: bytes, client: str) -> Reply | None:
        return truth.answer(message, transport=Transport.UDP, now=now, client=client)

    answers = Answers(truth, answer, lambda octets: 0, lambda slot: packed(CLIENTS[slot]))
    answers.at(now)
    return answers


def reply_to(answers: Answers, message: bytes, client: str = "192.0.2.1") -> tuple[bytes, object] | None:
    found = (
        answers.exact.get(message[2:])
        or answers.find(message[2:], 0, CLIENTS.index(client))
        or answers.ask(message, client)
    )
    return None if found is None else (octets_of(found, message), found[1])


@given(sent=st.lists(messages(), min_size=1, max_size=40), twice=st.booleans())
def test_equal_octet_for_octet(truth: Authority, sent: list[bytes], twice: bool) -> None:
    """Also the second time, when the reply comes from what was kept."""
    answers = fast(truth)
    for message in sent * (1 + twice):
        wanted = truth.answer(message, transport=Transport.UDP, now=NOW, client="192.0.2.1")
        found = reply_to(answers, message)
        if wanted is None:
            assert found is None
        else:
            assert found is not None and found == (wanted.wire, cell(wanted))


@given(
    prefixes=st.lists(
        st.lists(st.text("abcXYZ-_*\1.", min_size=1, max_size=8), min_size=1, max_size=3), min_size=2, max_size=8
    ),
    name=names,
    qtype=types,
    opt=opts,
    swapped=st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_names_that_never_came_before(
    truth: Authority, prefixes: list[list[str]], name: list[bytes], qtype: int, opt: bytes, swapped: list[bool]
) -> None:
    """What was learned from one of them, however far below the name it is, is right for all the others."""
    answers = fast(truth)
    for prefix, swap in zip(prefixes, swapped, strict=False):
        labels = [label.encode() for label in prefix] + [label.swapcase() if swap else label for label in name]
        text = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
        message = b"ID\0\0\0\1\0\0\0\0" + pack("!H", bool(opt)) + text + pack("!HH", qtype, 1) + opt
        wanted = truth.answer(message, transport=Transport.UDP, now=NOW, client="192.0.2.1")
        assert wanted is not None and reply_to(answers, message) == (wanted.wire, cell(wanted))


def question(name: str, qtype: int = 15) -> bytes:
    text = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    return b"ID\0\0\0\1\0\0\0\0\0\0" + text + b"\0" + pack("!HH", qtype, 1)


def test_one_of_a_kind_is_asked_for_the_others(truth: Authority) -> None:
    asked = []

    def answer(message: bytes, client: str) -> Reply | None:
        asked.append(message)
        return truth.answer(message, transport=Transport.UDP, now=NOW, client=client)

    answers = Answers(truth, answer, lambda octets: 0, lambda slot: b"")
    answers.at(NOW)
    for number in range(100, 1000):
        for apex in ("army.ml", "navy.ml", "other.ml", "a.zone.example"):
            assert reply_to(answers, question(f"r{number}.{apex}"))
    assert len(asked) == 4


COOKIE = b"\0" + pack("!HHIH", 41, 1232, 0, 12) + b"\0\x0a\0\x08"


def with_cookie(name: str, cookie: bytes = b"clientID", qtype: int = 15) -> bytes:
    message = question(name, qtype)
    return message[:10] + b"\0\1" + message[12:] + COOKIE + cookie


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
            question("a.b.army.ml")[:10]
            + b"\0\1"
            + question("a.b.army.ml")[12:]
            + COOKIE[:3]
            + pack("!HIH", number, 0, 0),
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


def test_a_cookie_is_for_its_client_alone(truth: Authority) -> None:
    answers = fast(truth)
    message = with_cookie("army.ml")
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::1"):
        wanted = truth.answer(message, transport=Transport.UDP, now=NOW, client=client)
        found = reply_to(answers, message, client)
        assert wanted is not None and found is not None and found[0] == wanted.wire


@pytest.mark.parametrize("options", [b"", b"\0\3\0\0", b"\0\x0a\0\x08clientID", b"\0\x0a\0\x08clientID\0\3\0\0"])
@pytest.mark.parametrize("junk", [b"\0", b"\0\0\0\0", b"\0\x0a\0\x08clientID"])
def test_octets_too_many_are_seen_also_behind_what_is_known(truth: Authority, options: bytes, junk: bytes) -> None:
    answers = fast(truth)
    plain = question("www.army.ml")[:10] + b"\0\1" + question("www.army.ml")[12:]
    plain += b"\0" + pack("!HHIH", 41, 1232, 0, len(options)) + options
    for message in (plain, plain, plain + junk, plain, plain[:-1], plain + junk):
        wanted = truth.answer(message, transport=Transport.UDP, now=NOW, client="192.0.2.1")
        found = reply_to(answers, message)
        assert (None if found is None else found[0]) == (None if wanted is None else wanted.wire)


@pytest.mark.parametrize("name", ["dated.ml", "www.dated.ml"])
def test_a_policy_that_ends_at_midnight_ends_here(truth: Authority, name: str) -> None:
    time = [datetime(2026, 11, 3, 23, 59, 59, 999_999, tzinfo=UTC)]
    answers = Answers(
        truth,
        lambda message, client: truth.answer(message, transport=Transport.UDP, now=time[0]),
        lambda octets: 0,
        lambda slot: b"",
    )
    rcodes = []
    for later in (0, 1):
        time[0] += timedelta(microseconds=later)
        for _ in range(20):
            answers.at(time[0])
            found = reply_to(answers, question(name))
            assert found is not None
            rcodes.append(found[0][3] & 15)
    assert rcodes == [0] * 20 + [5] * 20


def test_a_guard_that_grows_old_holds_here(truth: Authority) -> None:
    """Its run clears names for 24 hours, to the microsecond; from then on the MX is a null one."""
    run = Run("ml", NOW, "ml.zone", 1, frozenset(), SortedNames.of([b"army.ml"]))
    guarded = Authority(
        Catalogue.of([entry("army.ml")], guard=Guard(required=True, runs=[run])), truth.publications, {}
    )
    time = NOW
    answers = Answers(
        guarded,
        lambda message, client: guarded.answer(message, transport=Transport.UDP, now=time),
        lambda octets: 0,
        lambda slot: b"",
    )
    for time in (NOW, NOW + timedelta(hours=24), NOW + timedelta(hours=24, microseconds=1)):
        answers.at(time)
        wanted = guarded.answer(question("army.ml"), transport=Transport.UDP, now=time)
        found = reply_to(answers, question("army.ml"))
        assert wanted is not None and found is not None and found[0] == wanted.wire
    assert b"\0\0\0" in found[0][-16:] and b"mx" not in found[0]
