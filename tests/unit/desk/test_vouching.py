"""Names whose comparison grows old keep their policy only while their TLD's servers name nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rrset
import pytest

from catcher.catalogue.guard import Run
from catcher.catalogue.guardrecord import load_guard, record
from catcher.catalogue.names import SortedNames
from catcher.desk.alerts import of_guard
from catcher.desk.vouching import Voucher
from catcher.model.telling.alert import AlertKind
from catcher.resolve.parent import ParentServers, delegated_to

RAN_AT = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OURS = frozenset({"ns1.sink.example"})
NOBODY: frozenset[str] = frozenset()


class Servers:
    """Servers of a TLD that answer from a table; a name without an entry gets no answer."""

    def __init__(self, **hosts: frozenset[str]) -> None:
        self.hosts = hosts
        self.asked: list[str] = []

    async def name_servers(self, origin: str, names: Sequence[str]) -> Mapping[str, frozenset[str]]:
        self.asked += names
        return {name: self.hosts[name.partition(".")[0]] for name in names if name.partition(".")[0] in self.hosts}


def voucher(state: Path, servers: Servers, reloads: list[None]) -> Voucher:
    names = SortedNames.of([b"army.ml", b"navy.ml", b"marine.ml"])
    record(state, [Run("ml", RAN_AT, "ml.zone", 7, frozenset(), names)])
    return Voucher(state, 24, servers, OURS, lambda: reloads.append(None))


def allowed(state: Path, at: datetime) -> list[str]:
    guard = load_guard(state, required=True)
    return [name for name in ("army.ml", "navy.ml", "marine.ml") if guard.allows(name, at)]


def test_clean_names_are_vouched_for_and_a_foreign_one_is_refused_at_once(tmp_path: Path) -> None:
    reloads: list[None] = []
    servers = Servers(army=OURS, navy=frozenset({"ns.other.example"}))
    asking = voucher(tmp_path, servers, reloads)
    asyncio.run(asking.look(RAN_AT + 13 * HOUR))
    assert sorted(servers.asked) == ["army.ml", "marine.ml", "navy.ml"]
    assert len(reloads) == 1
    assert allowed(tmp_path, RAN_AT + 13 * HOUR) == ["army.ml", "marine.ml"], "refused, though the run still holds"
    assert allowed(tmp_path, RAN_AT + 25 * HOUR) == ["army.ml"], "no answer is no vouch"
    assert load_guard(tmp_path, required=False).refuses("navy.ml")


def test_nobody_is_asked_while_the_run_is_young_nor_after_a_week(tmp_path: Path) -> None:
    servers = Servers(army=NOBODY)
    asking = voucher(tmp_path, servers, [])
    for at in (RAN_AT + 11 * HOUR, RAN_AT + timedelta(days=7, hours=1)):
        asyncio.run(asking.look(at))
    assert servers.asked == []


def test_a_name_is_asked_about_again_when_half_its_vouch_is_over(tmp_path: Path) -> None:
    reloads: list[None] = []
    servers = Servers(army=NOBODY, navy=NOBODY, marine=NOBODY)
    asking = voucher(tmp_path, servers, reloads)
    for hours in (13, 14, 15):
        asyncio.run(asking.look(RAN_AT + hours * HOUR))
    assert len(servers.asked) == 3 and len(reloads) == 1
    for hours in range(26, 200, 6):
        asyncio.run(asking.look(RAN_AT + hours * HOUR))
    assert len(allowed(tmp_path, RAN_AT + timedelta(days=7))) == 3
    assert allowed(tmp_path, RAN_AT + timedelta(days=7, seconds=1)) == [], "a week is the end, whatever is answered"


def test_a_new_run_voids_the_vouches(tmp_path: Path) -> None:
    asking = voucher(tmp_path, Servers(army=NOBODY), [])
    asyncio.run(asking.look(RAN_AT + 13 * HOUR))
    later = RAN_AT + 14 * HOUR
    record(tmp_path, [Run("ml", later, "ml.zone", 8, frozenset({"army.ml"}), SortedNames.of([b"navy.ml"]))])
    assert allowed(tmp_path, later) == ["navy.ml"]


def test_damaged_vouches_vouch_for_nothing_and_harm_no_run(tmp_path: Path) -> None:
    asking = voucher(tmp_path, Servers(army=NOBODY), [])
    asyncio.run(asking.look(RAN_AT + 13 * HOUR))
    (tmp_path / "guard-vouched.json").write_text('{"runs": [[]]}')
    assert len(allowed(tmp_path, RAN_AT + HOUR)) == 3
    assert allowed(tmp_path, RAN_AT + 25 * HOUR) == []


def test_time_alone_turns_the_verdict_at_the_lapse_or_at_the_end_of_a_vouch(tmp_path: Path) -> None:
    asking = voucher(tmp_path, Servers(army=NOBODY), [])
    asyncio.run(asking.look(RAN_AT + 13 * HOUR))
    guard = load_guard(tmp_path, required=True)
    moment = timedelta(microseconds=1)
    assert guard.turn_before("navy.ml", RAN_AT + 24 * HOUR) == RAN_AT - timedelta(minutes=5)
    assert guard.turn_before("navy.ml", RAN_AT + 90 * HOUR) == RAN_AT + 24 * HOUR + moment
    assert guard.turn_before("army.ml", RAN_AT + 30 * HOUR) == RAN_AT - timedelta(minutes=5)
    assert guard.turn_before("army.ml", RAN_AT + 90 * HOUR) == RAN_AT + 37 * HOUR + moment


def test_an_alert_at_half_the_week(tmp_path: Path) -> None:
    voucher(tmp_path, Servers(), [])
    guard = load_guard(tmp_path, required=True)
    half = timedelta(days=3.5)
    assert list(of_guard(guard, RAN_AT + half - HOUR)) == []
    (alert,) = of_guard(guard, RAN_AT + half)
    assert (alert.kind, alert.counts) == (AlertKind.GUARD_AGES, {"domains": 3, "days": 3})
    assert list(of_guard(load_guard(tmp_path, required=False), RAN_AT + half)) == []


REPLIES = {
    "a referral to us": ("", "army.ml. 60 IN NS ns1.sink.example.", 0, {"ns1.sink.example"}),
    "a referral to others": ("", "army.ml. 60 IN NS ns.other.example.", 0, {"ns.other.example"}),
    "a referral above the name": ("", "ml. 60 IN NS a.nic.ml.", 0, None),
    "NXDOMAIN": ("", "ml. 60 IN SOA a. b. 1 2 3 4 5", 0x0403, set()),
    "NODATA": ("", "ml. 60 IN SOA a. b. 1 2 3 4 5", 0x0400, set()),
    "NXDOMAIN of somebody who doesn't serve the zone": ("", "", 0x0003, None),
    "REFUSED": ("", "", 0x0405, None),
    "an alias": ("army.ml. 60 IN CNAME www.other.example.", "", 0x0400, {"www.other.example"}),
    "a DNAME of the TLD": ("ml. 60 IN DNAME other.example.", "", 0x0400, {"other.example"}),
}


@pytest.mark.parametrize("case", REPLIES)
def test_a_direct_reply(case: str) -> None:
    answer, authority, flags, hosts = REPLIES[case]
    reply = dns.message.make_query("army.ml.", "NS")
    reply.flags = dns.flags.Flag(0x8000 | flags)
    for section, text in ((reply.answer, answer), (reply.authority, authority)):
        if text:
            owner, ttl, kind, rrtype, rdata = text.split(maxsplit=4)
            section.append(dns.rrset.from_text(owner, int(ttl), kind, rrtype, rdata))
    found = delegated_to(reply, dns.name.from_text("army.ml."), dns.name.from_text("ml."))
    assert found == (None if hosts is None else frozenset(hosts))


def test_a_zone_whose_servers_are_not_found_answers_nothing() -> None:
    from catcher.model.mail.lookup import LookupResult, Status

    class Silent:
        async def ask(self, questions, *, on_behalf_of):  # type: ignore[no-untyped-def]
            return {question: LookupResult(Status.FAILED) for question in questions}

    assert asyncio.run(ParentServers(Silent()).name_servers("ml", ["army.ml"])) == {}
