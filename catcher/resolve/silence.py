"""Remembers for half a minute which organisations' and which resolvers' answers did not come."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

from catcher.config import ListenAddress
from catcher.resolve.budget import Charged

SILENT_SECONDS = 30
"""Seconds for which a failure is remembered; a resolver caches a server's failure as long or longer (RFC 2308 §7)."""
MAX_SILENT = 10_000
"""Most organisations that are remembered; the failure longest ago is dropped."""
RESTS_AFTER = 3
"""Time-outs in a row after which a resolver is asked last: one slow name is no dead resolver."""


class SilentOrganisations:
    """The organisations about which a query got no answer, and who asked."""

    def __init__(self) -> None:
        self._until: OrderedDict[str | Charged, datetime] = OrderedDict()

    def __len__(self) -> int:
        return len(self._until)

    def failed(self, asked: Charged, now: datetime) -> None:
        """No answer came to a query. What is over is forgotten."""
        for key in (asked, asked.organisation):
            self._until[key] = now + timedelta(seconds=SILENT_SECONDS)
            self._until.move_to_end(key)
        while len(self._until) > 2 * MAX_SILENT or next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)

    def answered(self, asked: Charged) -> None:
        """An answer came."""
        for key in (asked, asked.organisation):
            self._until.pop(key, None)

    def is_silent(self, asked: Charged | str, now: datetime) -> bool:
        """Whether a query of this holder, or about this organisation whoever asked, got no answer lately."""
        until = self._until.get(asked)
        return until is not None and now < until


class ServerOrder:
    """Resolvers in the order in which to ask them: as configured, those that don't answer last."""

    def __init__(self, servers: Sequence[ListenAddress]) -> None:
        self._servers = tuple(servers)
        self._failures = dict.fromkeys(self._servers, 0)
        self._rests_until: dict[ListenAddress, datetime] = {}

    def __call__(self, now: datetime) -> list[ListenAddress]:
        """All resolvers, each once."""
        return sorted(self._servers, key=lambda server: server in self._rests_until and now < self._rests_until[server])

    def answered(self, server: ListenAddress) -> None:
        """A reply came, whatever it says."""
        self._failures[server] = 0
        self._rests_until.pop(server, None)

    def failed(self, server: ListenAddress, now: datetime) -> None:
        """No reply came. A name whose servers are silent looks the same, so only several failures in a row count."""
        self._failures[server] += 1
        if self._failures[server] >= RESTS_AFTER:
            self._rests_until[server] = now + timedelta(seconds=SILENT_SECONDS)
