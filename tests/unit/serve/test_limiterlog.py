"""The line about the rate limit: at once when it begins, then once a minute while it lasts."""

from __future__ import annotations

import pytest

from catcher.dns.counting.counters import DnsCount
from catcher.serve.limiterlog import LimiterLog


def test_one_line_a_minute_while_it_holds_back(caplog: pytest.LogCaptureFixture) -> None:
    limiter = LimiterLog()

    def look(dropped: int, slipped: int, now: float) -> list[str]:
        caplog.clear()
        counters = {"dns-0": {DnsCount.DROPPED.value: dropped}, "dns-1": {DnsCount.SLIPPED.value: slipped}, "store": {}}
        limiter.look(lambda: counters, now)
        return [record.getMessage().partition(": ")[2] for record in caplog.records]

    assert look(0, 0, 100.0) == []
    assert look(5, 1, 101.0) == ["5 dropped, 1 truncated in the last minute"]
    assert look(900, 9, 160.0) == []
    assert look(905, 10, 161.0) == ["900 dropped, 9 truncated in the last minute"]
    assert look(905, 10, 500.0) == []
    assert look(906, 10, 501.0) == ["1 dropped, 0 truncated in the last minute"]
