"""``catcher status``: what the running server does and serves, by its processes, files, zones and counters."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click
from tabulate import tabulate

from catcher import wiring
from catcher.cli.options import config_option, json_option, print_json
from catcher.config import DEFAULT_STATE, load_config, state_folder
from catcher.desk.openmetrics import openmetrics
from catcher.desk.serverrequest import server_statuses
from catcher.desk.storestatus import StoreStatus, store_status, unreadable
from catcher.model.errors import ConfigurationError, EnvironmentFailure
from catcher.model.moments import second
from catcher.model.serverstatus import ProcessState, ServerStatus, ZoneState
from catcher.wiring import SystemClock

_SHOWN = 20
"""Most kept parts and faulty zones in the text of one server."""
_COUNTERS = (
    ("udp", ("num.udp", "num.udp6")),
    ("tcp", ("num.tcp", "num.tcp6")),
    ("dropped", ("num.dropped",)),
    ("slipped", ("num.slipped",)),
    ("truncated", ("num.truncated",)),
    ("unsent", ("num.txerr",)),
    ("failures", ("num.failures",)),
    ("tcp open", ("tcp.open",)),
    ("evicted", ("num.tcp.evicted",)),
    ("transfers", ("num.raxfr", "num.rixfr")),
    ("notify", ("num.notify.sent",)),
)
"""The columns of the table of counters, each the sum of some counters; --json and --metrics have every counter."""


@click.command("status")
@click.option("--metrics", is_flag=True, help="Print the numbers as OpenMetrics text, for a monitoring system.")
@config_option
@json_option
def command(metrics: bool, config_file: Path, as_json: bool) -> None:
    """Say what the running server does and serves.

    Shows processes, generation, kept parts, catalogue, zones with faults, guard, secondaries, upkeep, clock, disk,
    counters since the start.

    Exit status: 0 all is served as the files say; 1 something is not: a kept part, a change that secondaries miss, a
    process that waits for its next start, a failed reload, a key that needs a restart, a lapsed guard, upkeep that is
    late, a clock that isn't sure, a disk that is nearly full; 3 no server runs.
    """
    state = state_folder(config_file) or config_file.absolute().parent / DEFAULT_STATE
    statuses = server_statuses(state)
    if not statuses:
        load_config(config_file)  # a wrong file may name another state folder than was asked
        raise EnvironmentFailure(f"no server runs with the state folder {state}; start one with 'catcher serve'")
    now = SystemClock().now()
    if metrics:
        click.echo(openmetrics(statuses, now), nl=False)
        return
    store = _store(config_file, now)
    if as_json:
        print_json({**status.to_json(), "store": None if store is None else store.to_json()} for status in statuses)
    else:
        sections = ["\n".join(_sections(status, now)) for status in statuses]
        click.echo("\n\n".join([*sections, *(["\n".join(store.lines())] if store is not None else [])]))
    well = all(is_well(status, now) for status in statuses) and (store is None or store.is_well(now))
    sys.exit(0 if well else 1)


def _store(config_file: Path, now: datetime) -> StoreStatus | None:
    """The state of the configured store; None where there is none, or the file has a fault, which the server tells."""
    from catcher.store import store_exists

    try:
        config = load_config(config_file)
    except ConfigurationError:
        return None
    if not store_exists(config.store.url):
        return None
    room = wiring.room_for_store(config)
    try:
        store = wiring.open_store_to_read(config)
    except EnvironmentFailure as error:
        return unreadable(error, room)
    try:
        return store_status(store, wiring.key_ring(config), room, now)
    finally:
        store.close()


def is_well(status: ServerStatus, now: datetime) -> bool:
    """Whether a server serves everything as its files say."""
    loaded = status.loaded
    lapsed = loaded.guard_required and any(run.until <= now for run in loaded.guard)
    waiting = any(process.state is ProcessState.WAITING for process in status.processes)
    unseen = any(zone.unseen is not None for zone in loaded.zones)
    return not (loaded.kept or status.restart_needed or status.error or lapsed or waiting or unseen)


def _sections(status: ServerStatus, now: datetime) -> Iterator[str]:
    yield from _server(status)
    yield ""
    yield from _processes(status)
    yield ""
    yield from _served(status, now)
    if "dns" in status.roles and status.counters:
        yield ""
        yield from _counters(status)


def _server(status: ServerStatus) -> Iterator[str]:
    roles = " and ".join(status.roles)
    yield f"{status.node}: {roles}, catcher {status.version}, pid {status.pid}, since {second(status.started)}"
    loading = "; it loads now" if status.loading else ""
    yield (
        f"generation {status.generation}, since {second(status.since)}; "
        f"{status.reloads} reloads adopted, {status.failed_reloads} failed{loading}"
    )
    if status.error:
        yield f"the latest reload failed: {status.error}"
    for key in status.restart_needed:
        yield f"needs a restart: {key}"


def _processes(status: ServerStatus) -> Iterator[str]:
    rows = [(p.name, "-" if p.pid is None else p.pid, p.state, second(p.since), p.restarts) for p in status.processes]
    yield _table(("process", "pid", "state", "since", "restarts"), rows)


def _served(status: ServerStatus, now: datetime) -> Iterator[str]:
    loaded = status.loaded
    yield f"catalogue: {loaded.domains} names"
    faulty = [zone for zone in loaded.zones if zone.state is not ZoneState.CURRENT]
    yield f"zones: {len(loaded.zones)} beside the catalogue, {len(faulty)} of them not as their files say"
    for zone in faulty[:_SHOWN]:
        serial = "queries get SERVFAIL" if zone.serial is None else f"serial {zone.serial} is served"
        yield f"  {zone.name}: {zone.state}, {serial}"
    yield from _more(len(faulty))
    unseen = [zone for zone in loaded.zones if zone.unseen is not None]
    for zone in unseen[:_SHOWN]:
        yield f"  secondaries miss a change: {zone.unseen}"
    yield from _more(len(unseen))
    yield f"kept as they were: {len(loaded.kept)}"
    for part in loaded.kept[:_SHOWN]:
        yield f"  {part}"
    yield from _more(len(loaded.kept))
    yield f"guard: {'required' if loaded.guard_required else 'not required'}, {len(loaded.guard)} zones compared"
    for run in loaded.guard:
        lapses = f"lapses in {_span(run.until - now)}" if run.until > now else f"lapsed {_span(now - run.until)} ago"
        yield f"  {run.origin}: serial {run.serial}, {_span(now - run.at)} old, {lapses}, {run.refused} names refused"
    yield f"secondaries: {len(loaded.secondaries)}"
    for secondary in loaded.secondaries:
        yield f"  {secondary.address}: {f'key {secondary.key}' if secondary.key else 'by address alone'}"


def _counters(status: ServerStatus) -> Iterator[str]:
    named = {name: numbers for name, numbers in status.counters.items() if any(numbers.values())}
    if not named:
        yield "DNS: no message yet"
        return
    rows = [
        (name, *(sum(numbers.get(each, 0) for each in names) for _, names in _COUNTERS))
        for name, numbers in [*named.items(), ("together", status.total())]
    ]
    yield _table(("DNS since the start", *(title for title, _ in _COUNTERS)), rows)


def _table(headers: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)


def _more(number: int) -> Iterator[str]:
    if number > _SHOWN:
        yield f"  … and {number - _SHOWN} more; --json lists them all"


def _span(span: timedelta) -> str:
    """A span of time in its two largest units."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"
