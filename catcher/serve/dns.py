"""A DNS worker: answers queries on its UDP and TCP sockets."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from catcher import dns
from catcher.config import Config
from catcher.model.clock import Clock
from catcher.supervise import Station
from catcher.supervise.descriptors import connections_within

_SPARE_DESCRIPTORS = 64
"""Descriptors not used for TCP connections: for sockets, pipes and the processes of transfers."""


async def run(
    config: Config,
    clock: Clock,
    authority: dns.Authority,
    sockets: Sequence[socket.socket],
    demand: socket.socket,
    connections: dns.ConnectionPipe,
    station: Station,
) -> None:
    """Answers queries until the parent stops the process; writes demand counts to the socket ``demand``.

    ``connections`` passes its TCP connections on to the worker that takes its place.
    """
    limits = dns.RateLimits(config.dns.rate_limit, config.dns.slip, config.dns.rate_limit_exempt).shared(
        config.dns.workers
    )
    await dns.serve(
        sockets,
        authority,
        clock,
        limits,
        demand,
        connections=connections,
        lifeline_fd=station.lifeline_fd,
        publish=station.publish,
        most_connections=connections_within(dns.MAX_CONNECTIONS, _SPARE_DESCRIPTORS),
        dnstap=config.dns.dnstap,
        identity=config.node.name,
        ready=station.ready,
        stopping=station.stopping,
        is_replaced=lambda: station.is_replaced,
        draining=station.draining,
    )
