"""Statuses of servers, made up for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from catcher.model.errors import Fault
from catcher.model.serverstatus import (
    GuardRunStatus,
    LoadedState,
    ProcessState,
    ProcessStatus,
    SecondaryStatus,
    ServerStatus,
    ZoneState,
    ZoneStatus,
)
from catcher.model.serving import KeptPart, ServedPart

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
KEPT = KeptPart(
    ServedPart.ZONE,
    "sink.example",
    Fault("sink.zone:3", "it is wrong", "mend it"),
    NOW - timedelta(hours=1),
    NOW - timedelta(days=1),
)
UNSEEN = Fault("sink.zone", "it changed", "raise the serial")


def status(
    *,
    roles: tuple[str, ...] = ("dns", "smtp"),
    kept: tuple[KeptPart, ...] = (),
    unseen: Fault | None = None,
    counters: Mapping[str, Mapping[str, int]] | None = None,
    waiting: bool = False,
    error: str = "",
    restart_needed: tuple[str, ...] = (),
    lapsed: bool = False,
    loading: bool = False,
) -> ServerStatus:
    """The status of a server in which all is well but what the arguments say."""
    state = ProcessState.WAITING if waiting else ProcessState.SERVING
    until = NOW - timedelta(minutes=1) if lapsed else NOW + timedelta(hours=20)
    zones = [ZoneStatus(f"zone{n}.example", n, ZoneState.CURRENT) for n in range(30)]
    zones += [ZoneStatus(part.name, 7, ZoneState.KEPT) for part in kept]
    zones += [ZoneStatus("unseen.example", 8, ZoneState.CURRENT, fault) for fault in (unseen,) if fault is not None]
    return ServerStatus(
        node="sink-1",
        roles=roles,
        version="1.0",
        pid=10,
        started=NOW - timedelta(days=2),
        generation=3,
        since=NOW - timedelta(hours=2),
        loading=loading,
        processes=(ProcessStatus("dns-0", None if waiting else 11, state, NOW, 1),),
        loaded=LoadedState(
            domains=5,
            zones=tuple(zones),
            guard_required=True,
            guard=(GuardRunStatus("ml", 42, NOW - timedelta(hours=4), until, 2),),
            secondaries=(SecondaryStatus("192.0.2.53:53", "k.example"), SecondaryStatus("192.0.2.54:53", None)),
            kept=kept,
        ),
        reloads=2,
        failed_reloads=1,
        error=error,
        restart_needed=restart_needed,
        counters=counters or {},
    )
