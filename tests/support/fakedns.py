"""DNS servers without a network, in a loop with its own time: prompt, silent and slow organisations, and a record of
what they are asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import dns.name

from catcher.config import ListenAddress
from catcher.model.mail.lookup import LookupResult, LookupType, Status
from catcher.resolve.message import DnsReply, FailedReply
from tests.support.fingerprints import NOW

SERVER = ListenAddress("192.0.2.53", 53)
FOUND = LookupResult(Status.FOUND, (b"v=spf1 -all",))


class LoopTime:
    """The time of day, moved with the loop's."""

    def now(self) -> datetime:
        return NOW + timedelta(seconds=asyncio.get_running_loop().time())


class FakeDns:
    """Asks no network: names that hold the text ``silent`` get no reply; ``answer`` says what the others get, after
    ``seconds``, or after 2.5 seconds where they hold ``slow``."""

    def __init__(
        self,
        *,
        seconds: float = 0.1,
        answer: Callable[[str], DnsReply | FailedReply] = lambda _: DnsReply(FOUND, 60),
        dead_servers: tuple[ListenAddress, ...] = (),
        silent: str = "silent",
    ) -> None:
        self.seconds = seconds
        self.answer = answer
        self.dead_servers = dead_servers
        self.silent = silent
        self.asked: list[str] = []
        self.by_server: Counter[str] = Counter()
        self.in_flight: Counter[str] = Counter()
        self.most_in_flight: Counter[str] = Counter()

    async def __call__(
        self, name: dns.name.Name, rrtype: LookupType, host: str, port: int, *, seconds: float
    ) -> DnsReply | FailedReply | None:
        text = name.to_text(omit_final_dot=True)
        organisation = ".".join(text.split(".")[-2:])
        self.asked.append(text)
        self.by_server[host] += 1
        for key in ("all", organisation):
            self.in_flight[key] += 1
            self.most_in_flight[key] = max(self.most_in_flight[key], self.in_flight[key])
        try:
            if self.silent in text or ListenAddress(host, port) in self.dead_servers:
                await asyncio.sleep(seconds)
                return None
            wanted = 2.5 if "slow" in text else self.seconds
            await asyncio.sleep(min(wanted, seconds))
            return None if wanted > seconds else self.answer(text)
        finally:
            for key in ("all", organisation):
                self.in_flight[key] -= 1
