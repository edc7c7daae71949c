"""Replies of the packet cache equal the Authority's, octet for octet, whatever was asked before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from struct import pack

import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.bench.shapes import SHAPES
from catcher.catalogue import Catalogue, Guard
from catcher.catalogue.guard import Run
from catcher.catalogue.names import SortedNames
from catcher.dns import Authority, Transport
from catcher.dns.counting.tally import cell
from catcher.dns.packetcache.cache import PacketCache
from catcher.dns.packetcache.entry import entry_cell, octets_of, proves_address
from catcher.dns.wire import RRType
from catcher.dns.zones.serials import GivenSerial, Serials
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.compiling import (
    CLIENTS,
    authority,
    counted,
    entry_for,
    fast,
    question,
    reply_to,
    with_cookie,
)
from tests.support.dnsserver.querying import messages, names, opts, types
from tests.support.dnsserver.serving import NOW, entry


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("zones"))


@pytest.fixture(scope="module")
def without_cache(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("zones"), packet_cache=False)


@pytest.fixture(scope="module")
def demanding(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("zones"), demand_cookies=True)


@given(
    sent=st.lists(st.tuples(messages(), st.sampled_from(CLIENTS)), min_size=1, max_size=40),
    times=st.integers(1, 3),
    demand=st.booleans(),
)
def test_equal_octet_for_octet(
    truth: Authority, demanding: Authority, sent: list[tuple[bytes, str]], times: int, demand: bool
) -> None:
    """Also the second and third time, when the reply comes from what was kept, and whether or not the client's cookie
    was good, for the rate limit."""
    right = demanding if demand else truth
    cache = fast(right)
    for message, client in sent * times:
        wanted = right.answer(message, transport=Transport.UDP, now=NOW, client=client)
        found = entry_for(cache, message, client)
        if wanted is None:
            assert found is None
        else:
            assert found is not None
            assert (octets_of(found, message), entry_cell(found)) == (wanted.wire, cell(wanted))
            assert proves_address(found) is wanted.proven


@given(sent=st.lists(messages(), min_size=1, max_size=20), twice=st.booleans())
def test_switched_off_it_gives_the_same_octets(
    truth: Authority, without_cache: Authority, sent: list[bytes], twice: bool
) -> None:
    """``[dns] packet_cache = false``: nothing is kept, every query is the Authority's."""
    on, off = fast(truth), fast(without_cache)
    for message in sent * (1 + twice):
        assert reply_to(on, message) == reply_to(off, message)
    assert not any(off.counts().values())


def test_switched_off_every_query_is_asked_for(without_cache: Authority) -> None:
    cache, asked = counted(without_cache)
    for _ in range(5):
        assert reply_to(cache, question("army.ml"))
    assert len(asked) == 5


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
    """A reply learned from one of them, however far below the name, is right for all the others."""
    cache = fast(truth)
    for prefix, swap in zip(prefixes, swapped, strict=False):
        labels = [label.encode() for label in prefix] + [label.swapcase() if swap else label for label in name]
        text = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
        message = b"ID\0\0\0\1\0\0\0\0" + pack("!H", bool(opt)) + text + pack("!HH", qtype, 1) + opt
        wanted = truth.answer(message, transport=Transport.UDP, now=NOW, client="192.0.2.1")
        assert wanted is not None and reply_to(cache, message) == (wanted.wire, cell(wanted))


def test_one_query_of_a_key_is_asked_for_the_others(truth: Authority) -> None:
    cache, asked = counted(truth)
    for number in range(100, 1000):
        for apex in ("army.ml", "navy.ml", "other.ml", "a.zone.example"):
            assert reply_to(cache, question(f"r{number}.{apex}"))
    assert len(asked) == 4


def test_a_cookie_is_for_its_client_alone(truth: Authority) -> None:
    cache = fast(truth)
    message = with_cookie("army.ml")
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::1"):
        wanted = truth.answer(message, transport=Transport.UDP, now=NOW, client=client)
        found = reply_to(cache, message, client)
        assert wanted is not None and found is not None and found[0] == wanted.wire


@pytest.mark.parametrize("options", [b"", b"\0\3\0\0", b"\0\x0a\0\x08clientID", b"\0\x0a\0\x08clientID\0\3\0\0"])
@pytest.mark.parametrize("junk", [b"\0", b"\0\0\0\0", b"\0\x0a\0\x08clientID"])
def test_octets_too_many_are_seen_also_behind_what_is_known(truth: Authority, options: bytes, junk: bytes) -> None:
    cache = fast(truth)
    plain = question("www.army.ml")[:10] + b"\0\1" + question("www.army.ml")[12:]
    plain += b"\0" + pack("!HHIH", 41, 1232, 0, len(options)) + options
    for message in (plain, plain, plain + junk, plain, plain[:-1], plain + junk):
        wanted = truth.answer(message, transport=Transport.UDP, now=NOW, client="192.0.2.1")
        found = reply_to(cache, message)
        assert (None if found is None else found[0]) == (None if wanted is None else wanted.wire)


@pytest.mark.parametrize("name", ["dated.ml", "www.dated.ml"])
def test_a_policy_that_ends_at_midnight_ends_here(truth: Authority, name: str) -> None:
    time = [datetime(2026, 11, 3, 23, 59, 59, 999_999, tzinfo=UTC)]
    cache = PacketCache(
        truth,
        lambda message, client: truth.answer(message, transport=Transport.UDP, now=time[0]),
        lambda octets: 0,
    )
    rcodes = []
    for later in (0, 1):
        time[0] += timedelta(microseconds=later)
        for _ in range(20):
            cache.at(time[0])
            found = reply_to(cache, question(name))
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
    cache = PacketCache(
        guarded,
        lambda message, client: guarded.answer(message, transport=Transport.UDP, now=time),
        lambda octets: 0,
    )
    for time in (NOW, NOW + timedelta(hours=24), NOW + timedelta(hours=24, microseconds=1)):
        cache.at(time)
        wanted = guarded.answer(question("army.ml"), transport=Transport.UDP, now=time)
        found = reply_to(cache, question("army.ml"))
        assert wanted is not None and found is not None and found[0] == wanted.wire
    assert b"\0\0\0" in found[0][-16:] and b"mx" not in found[0]


def test_names_of_one_policy_keep_their_own_serials(truth: Authority) -> None:
    """The replies of two names differ in the serial alone, and each of them changes at a time of its own."""
    rows = [entry("army.ml"), entry("navy.ml"), entry("dated.ml", until=date(2026, 11, 4), then=Policy.NULL)]
    at = NOW.timestamp()
    serials = Serials(GivenSerial(1_000, at), {"navy.ml": GivenSerial(2_000, at)}, NOW)
    numbered = Authority(Catalogue.of(rows), truth.publications, {}, serials=serials)
    time = NOW
    cache = PacketCache(
        numbered,
        lambda message, client: numbered.answer(message, transport=Transport.UDP, now=time),
        lambda octets: 0,
    )
    midnight = datetime(2026, 11, 4, tzinfo=UTC)
    seen: dict[str, set[int]] = {row.domain: set() for row in rows}
    for time in (NOW, midnight - timedelta(microseconds=1), midnight, midnight + timedelta(hours=1)):
        cache.at(time)
        for _ in range(3):
            for domain in seen:
                for name, rrtype in ((domain, RRType.SOA), (domain, RRType.A), (f"www.{domain}", RRType.AAAA)):
                    asked = dns.message.make_query(name, rrtype).to_wire()
                    wanted = numbered.answer(asked, transport=Transport.UDP, now=time)
                    found = reply_to(cache, asked)
                    assert wanted is not None and found is not None and found[0] == wanted.wire
                    reply = dns.message.from_wire(found[0])
                    seen[domain] |= {soa[0].serial for soa in (*reply.answer, *reply.authority)}  # type: ignore[attr-defined]
    assert seen == {"army.ml": {1_000}, "navy.ml": {2_000}, "dated.ml": {1_000, int(midnight.timestamp())}}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("demand", [False, True])
def test_every_shape_of_the_benchmark_is_equal(
    truth: Authority, demanding: Authority, shape: str, demand: bool
) -> None:
    right = demanding if demand else truth
    cache = fast(right)
    for number in range(40):
        for domain in ("army.ml", "gone.ml", "army.zone.example", "x.bare.example", "catalog.example"):
            message = SHAPES[shape](100_000 + number, domain)
            wanted = right.answer(message, transport=Transport.UDP, now=NOW, client="192.0.2.1")
            found = reply_to(cache, message)
            assert found == (None if wanted is None else (wanted.wire, cell(wanted)))
