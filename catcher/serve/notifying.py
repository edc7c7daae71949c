"""The process that sends NOTIFY for changed zones to the secondaries (RFC 1996)."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from catcher import dns
from catcher.config import Config
from catcher.model.clock import Clock
from catcher.supervise import Station

PUBLISH_SECONDS = 1.0
"""Seconds between two publications of the counters."""
FIRST_SECONDS = 5.0
"""Seconds that the first announcement gets at least, also if a reload comes meanwhile: else, with reloads in a row, no
process would tell anything."""


async def run(config: Config, clock: Clock, authority: dns.Authority, station: Station) -> None:
    """Sends NOTIFY for every zone with a serial that a secondary wasn't told, until the server's stop."""
    sources = tuple(address.host for address in config.dns.listen if address.host not in ("0.0.0.0", "::"))
    announcer = dns.Announcer(authority, clock, config.node.state, sources)
    announcing = asyncio.create_task(announcer.run())
    publishing = asyncio.create_task(_publish(announcer, station))
    station.ready()
    stopping = asyncio.create_task(station.stopping.wait())
    await asyncio.wait((announcing, stopping), return_when=asyncio.FIRST_COMPLETED)
    if announcing.done():
        announcing.result()
    station.draining()
    with suppress(TimeoutError):
        await asyncio.wait_for(announcer.has_announced.wait(), FIRST_SECONDS)
    announcing.cancel()
    publishing.cancel()
    station.publish(announcer.counters.numbers)


async def _publish(announcer: dns.Announcer, station: Station) -> None:
    while True:
        station.publish(announcer.counters.numbers)
        await asyncio.sleep(PUBLISH_SECONDS)
