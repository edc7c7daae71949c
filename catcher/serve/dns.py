"""A DNS worker: UDP and TCP on the sockets given to it."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from catcher import dns
from catcher.config import Config
from catcher.model.clock import Clock
from catcher.supervise import Station


async def run(
    config: Config,
    clock: Clock,
    authority: dns.Authority,
    sockets: Sequence[socket.socket],
    demand: socket.socket,
    station: Station,
) -> None:
    """Answers until the parent stops it; queries are counted into ``demand``."""
    limits = dns.RateLimits(config.dns.rate_limit, config.dns.slip, config.dns.rate_limit_exempt)
    await dns.serve(
        sockets,
        authority,
        clock,
        limits,
        demand,
        ready=station.ready,
        stopping=station.stopping,
        draining=station.draining,
    )
