"""The numbers of running servers as OpenMetrics text, in the names of NSD's metrics with the prefix ``catcher_``.

NSD (4.12 and later) has ``nsd_queries_total``, ``nsd_queries_by_type_total{type="MX"}`` and so on; for what NSD doesn't
count there are names of our own. Pure: the statuses in, the text out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catcher.model.serverstatus import ProcessState, ServerStatus, ZoneState
from catcher.model.serving import ServedPart

PREFIX = "catcher_"
_END = "# EOF\n"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True)
class _Family:
    """A family of DNS counters: each counter with the value of the family's label."""

    name: str
    help: str
    counters: Mapping[str, str]
    """Name of a counter in the status → the label's value; empty in a family without a label."""
    label: str = ""
    kind: str = "counter"


_DNS = (
    _Family(
        "queries_by_transport",
        "Messages received, by transport and address family.",
        {"num.udp": "udp", "num.udp6": "udp6", "num.tcp": "tcp", "num.tcp6": "tcp6"},
        "transport",
    ),
    _Family("queries_dropped", "Replies that the rate limit dropped.", {"num.dropped": ""}),
    _Family("queries_slipped", "Replies that the rate limit sent empty, with TC.", {"num.slipped": ""}),
    _Family("queries_silent", "Messages that get no reply, like responses.", {"num.silent": ""}),
    _Family("answers_truncated", "Replies with TC because they did not fit.", {"num.truncated": ""}),
    _Family("answers_tx_failed", "Replies that the system did not take.", {"num.txerr": ""}),
    _Family("answers_failed", "Messages that got SERVFAIL because of a fault in catcher.", {"num.failures": ""}),
    _Family("tsig_refused", "Messages whose TSIG was answered without a check.", {"num.tsig.refused": ""}),
    _Family("connections", "TCP connections accepted.", {"num.tcp.opened": ""}),
    _Family("connections_refused", "TCP connections closed at once.", {"num.tcp.refused": ""}),
    _Family("connections_evicted", "TCP connections closed for a newer one.", {"num.tcp.evicted": ""}),
    _Family("connections_open", "TCP connections open now.", {"tcp.open": ""}, kind="gauge"),
    _Family(
        "xfr_requests_served", "Zone transfers begun.", {"num.raxfr": "AXFR", "num.rixfr": "IXFR"}, label="xfrtype"
    ),
    _Family("xfr_broken", "Zone transfers that ended before their last message.", {"num.transfer.broken": ""}),
    _Family("dnstap_dropped", "Messages that the dnstap collector missed.", {"num.dnstap.dropped": ""}),
    _Family("notify_sent", "NOTIFY messages sent.", {"num.notify.sent": ""}),
    _Family("notify_failed", "Zones for which a secondary took no NOTIFY.", {"num.notify.failed": ""}),
)
_BY_PREFIX = (
    ("num.type.", "queries_by_type", "Queries answered, by type.", "type"),
    ("num.rcode.", "queries_by_rcode", "Queries answered, by the rcode of the reply.", "rcode"),
)
"""(how the names of a family's counters begin, the family, its help, its label): the rest of a name is the value."""
_RECEIVED = ("num.udp", "num.udp6", "num.tcp", "num.tcp6")


def openmetrics(statuses: Sequence[ServerStatus], now: datetime) -> str:
    """The text for the servers of one state folder, ended by ``# EOF``."""
    return "".join(_lines(statuses, now)) + _END


def _lines(statuses: Sequence[ServerStatus], now: datetime) -> Iterator[str]:
    counters = {name: numbers for status in statuses for name, numbers in status.counters.items()}
    totals: Counter[str] = Counter()
    for status in statuses:
        totals.update(status.total())
    received = [
        ({"server": name}, sum(numbers[each] for each in _RECEIVED))
        for name, numbers in counters.items()
        if numbers.keys() >= {*_RECEIVED}
    ]
    yield from _family("queries", "counter", "Messages received, by process.", received)
    for prefix, family, text, label in _BY_PREFIX:
        samples = [({label: name[len(prefix) :]}, value) for name, value in totals.items() if name.startswith(prefix)]
        yield from _family(family, "counter", text, samples)
    for each in _DNS:
        samples = [
            ({each.label: value} if each.label else {}, totals[name])
            for name, value in each.counters.items()
            if name in totals
        ]
        yield from _family(each.name, each.kind, each.help, samples)
    yield from _served(statuses, now)
    yield from _servers(statuses, now)


def _served(statuses: Sequence[ServerStatus], now: datetime) -> Iterator[str]:
    """What is served: DNS and SMTP load the same files, so that the larger number stands for both."""
    loaded = [status.loaded for status in statuses]
    zones = Counter({zone.name: zone.state for each in loaded for zone in each.zones}.values())
    kept = Counter(part for part, _ in {(part.part, part.name) for each in loaded for part in each.kept})
    runs = {run.origin: run for each in loaded for run in each.guard}
    domains = max((each.domains for each in loaded), default=0)
    yield from _family("domains", "gauge", "Catalogued names.", [({}, domains)])
    yield from _family("zones", "gauge", "Whole zones, by state.", [({"state": s}, zones[s]) for s in ZoneState])
    parts = [({"part": part}, kept[part]) for part in ServedPart]
    yield from _family("kept_parts", "gauge", "Parts of which an older state is served, or none.", parts)
    ages = [({"origin": name}, (now - run.at).total_seconds()) for name, run in sorted(runs.items())]
    yield from _family("guard_age_seconds", "gauge", "Age of the last comparison with a TLD zone.", ages)
    left = [({"origin": name}, (run.until - now).total_seconds()) for name, run in sorted(runs.items())]
    yield from _family("guard_left_seconds", "gauge", "Time until this comparison lapses; negative: it did.", left)


def _servers(statuses: Sequence[ServerStatus], now: datetime) -> Iterator[str]:
    names = [({"roles": ",".join(status.roles)}, status) for status in statuses]
    up = [(label, (now - status.started).total_seconds()) for label, status in names]
    yield from _family("time_up_seconds", "counter", "Time since the server's start.", up)
    reloads = [
        ({**label, "result": result}, number)
        for label, status in names
        for result, number in (("adopted", status.reloads), ("failed", status.failed_reloads))
    ]
    yield from _family("reloads", "counter", "Reloads, by what came of them.", reloads)
    loading = [(label, int(status.loading)) for label, status in names]
    yield from _family("loading", "gauge", "1 while the server loads its files.", loading)
    processes = Counter(process.state for status in statuses for process in status.processes)
    states = [({"state": state}, processes[state]) for state in ProcessState]
    yield from _family("processes", "gauge", "Processes, by state.", states)
    restarts: Counter[str] = Counter()
    for status in statuses:
        for process in status.processes:
            restarts[process.name] += process.restarts
    again = [({"process": name}, number) for name, number in restarts.items()]
    yield from _family("process_restarts", "counter", "Processes started again because they ended.", again)


def _family(name: str, kind: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    lines = [*samples]
    if lines:
        yield f"# TYPE {PREFIX}{name} {kind}\n# HELP {PREFIX}{name} {text}\n"
    ending = "_total" if kind == "counter" else ""
    for labels, value in lines:
        pairs = ",".join(f'{label}="{_escaped(each)}"' for label, each in labels.items())
        yield f"{PREFIX}{name}{ending}{f'{{{pairs}}}' if pairs else ''} {_number(value)}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"
