"""The exporter's text: each counter of a DNS worker is in it, and it keeps OpenMetrics' grammar."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from catcher.desk.openmetrics import openmetrics
from catcher.dns.counting.counters import NAMES, DnsCount
from catcher.model.serverstatus import ServerStatus
from tests.support.statuses import KEPT, NOW, status

NUMBERS = {name: place for place, name in enumerate(NAMES, 1000)}
"""A number of its own for each counter."""
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABELS = rf'\{{{_NAME}="(?:[^"\\\n]|\\[n"\\])*"(?:,{_NAME}="(?:[^"\\\n]|\\[n"\\])*")*\}}'
_SAMPLE = re.compile(rf"({_NAME})({_LABELS})? (-?\d+(?:\.\d+)?)")


def samples(text: str) -> dict[str, float]:
    """Name and labels → value; raises for a text that OpenMetrics doesn't allow."""
    *lines, end, empty = text.split("\n")
    assert (end, empty) == ("# EOF", "")
    found: dict[str, float] = {}
    kinds: dict[str, str] = {}
    family = ""
    for line in lines:
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert family not in kinds and kind in ("counter", "gauge") and not family.endswith("_total")
            kinds[family] = kind
        elif line.startswith("# HELP "):
            assert line.startswith(f"# HELP {family} ") and line.endswith(".")
        else:
            match = _SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] == family + ("_total" if kinds[family] == "counter" else ""), (
                "samples of a family in one run"
            )
            key = match[1] + (match[2] or "")
            assert key not in found
            found[key] = float(match[3])
    return found


def test_every_counter_of_a_worker_is_told() -> None:
    told = samples(openmetrics([status(counters={"dns-0": NUMBERS})], NOW))
    missing = {name for name, number in NUMBERS.items() if number not in told.values()}
    assert not missing


def test_nsds_names_with_our_prefix() -> None:
    told = samples(openmetrics([status(counters={"dns-0": NUMBERS})], NOW))
    received = sum(NUMBERS[each] for each in (DnsCount.UDP, DnsCount.UDP6, DnsCount.TCP, DnsCount.TCP6))
    assert told['catcher_queries_total{server="dns-0"}'] == received
    assert told['catcher_queries_by_transport_total{transport="udp6"}'] == NUMBERS[DnsCount.UDP6]
    assert told['catcher_queries_by_type_total{type="MX"}'] == NUMBERS["num.type.MX"]
    assert told['catcher_queries_by_rcode_total{rcode="NXDOMAIN"}'] == NUMBERS["num.rcode.NXDOMAIN"]
    assert told["catcher_queries_dropped_total"] == NUMBERS[DnsCount.DROPPED]
    assert told["catcher_answers_tx_failed_total"] == NUMBERS[DnsCount.UNSENT]
    assert told["catcher_answers_truncated_total"] == NUMBERS[DnsCount.TRUNCATED]
    assert told['catcher_xfr_requests_served_total{xfrtype="AXFR"}'] == NUMBERS[DnsCount.AXFR]
    assert told["catcher_connections_open"] == NUMBERS[DnsCount.TCP_OPEN]


def test_two_workers_are_added_and_told_apart() -> None:
    told = samples(openmetrics([status(counters={"dns-0": NUMBERS, "dns-1": NUMBERS})], NOW))
    assert told["catcher_queries_dropped_total"] == 2 * NUMBERS[DnsCount.DROPPED]
    assert told['catcher_queries_total{server="dns-0"}'] == told['catcher_queries_total{server="dns-1"}']


@pytest.mark.parametrize(
    "servers", [[status(kept=(KEPT,))], [status(roles=("dns",), kept=(KEPT,)), status(roles=("smtp",))]]
)
def test_what_is_served_is_told_once_for_dns_and_smtp(servers: list[ServerStatus]) -> None:
    told = samples(openmetrics(servers, NOW))
    assert told["catcher_domains"] == 5
    assert (told['catcher_zones{state="current"}'], told['catcher_zones{state="kept"}']) == (30, 1)
    assert (told['catcher_kept_parts{part="zone"}'], told['catcher_kept_parts{part="row"}']) == (1, 0)
    assert told['catcher_guard_age_seconds{origin="ml"}'] == timedelta(hours=4).total_seconds()
    assert told['catcher_guard_left_seconds{origin="ml"}'] == timedelta(hours=20).total_seconds()


def test_servers_are_told_apart_by_their_roles() -> None:
    told = samples(openmetrics([status(roles=("dns",)), status(roles=("smtp",), loading=True)], NOW))
    assert told['catcher_reloads_total{roles="dns",result="adopted"}'] == 2
    assert told['catcher_reloads_total{roles="smtp",result="failed"}'] == 1
    assert (told['catcher_loading{roles="dns"}'], told['catcher_loading{roles="smtp"}']) == (0, 1)
    assert told['catcher_process_restarts_total{process="dns-0"}'] == 2


def test_a_value_of_any_text_is_escaped() -> None:
    told = samples(openmetrics([status(counters={'a"b\\c\nd': NUMBERS})], NOW))
    assert 'catcher_queries_total{server="a\\"b\\\\c\\nd"}' in told
