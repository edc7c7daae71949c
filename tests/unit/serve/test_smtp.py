"""An SMTP worker without mail forgets the keys of an ended month."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catcher.privacy import KeyRing
from catcher.serve import smtp
from tests.support.clocks import Clock


def test_an_idle_worker_forgets_the_keys_of_an_ended_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "FORGET_KEYS_SECONDS", 0.0)
    ring, clock = KeyRing(tmp_path), Clock(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    held = ring.tokens(clock.moment)
    holders = sys.getrefcount(held)

    async def turns() -> None:
        forgetting = asyncio.create_task(smtp.forget_ended_keys(ring, clock))
        for _ in range(10):
            await asyncio.sleep(0)
        assert sys.getrefcount(held) == holders
        clock.moment = datetime(2026, 12, 1, tzinfo=UTC)
        for _ in range(10):
            await asyncio.sleep(0)
        forgetting.cancel()

    asyncio.run(turns())
    assert sys.getrefcount(held) == holders - 1
