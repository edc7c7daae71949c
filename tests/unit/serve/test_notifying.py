"""The process that sends NOTIFY, and reloads that come while it begins."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from catcher.config import load_config
from catcher.dns import Announcer, Authority
from catcher.dns.notifying import notify
from catcher.serve import notifying
from catcher.supervise import Station
from tests.support.clocks import Clock
from tests.support.dnsserver.serving import AUTHORITY, NOW

TOML = """
[dns]
listen = ["127.0.0.1:5300"]
[smtp]
listen = ["127.0.0.1:2500"]
[catalogue]
files = ["catalogue.csv"]
"""


@pytest.mark.parametrize("answers", [True, False])
def test_a_reload_at_once_stops_no_first_announcement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    """Else no secondary would hear anything while reloads come in a row. A silent one has its time, too."""
    (tmp_path / "catcher.toml").write_text(TOML)
    (tmp_path / "catalogue.csv").write_text("domain\narmy.ml\n")
    told: list[Authority] = []

    async def announce(self: Announcer) -> bool:
        told.append(self._authority)
        if not answers:
            await asyncio.Event().wait()
        return True

    monkeypatch.setattr(Announcer, "announce", announce)
    monkeypatch.setattr(notify, "SETTLE_SECONDS", 0.01)
    monkeypatch.setattr(notifying, "FIRST_SECONDS", 60.0 if answers else 0.1)

    async def run(status_fd: int, lifeline_fd: int) -> None:
        station = Station(status_fd, lifeline_fd)
        station.stopping.set()
        await notifying.run(load_config(tmp_path / "catcher.toml"), Clock(NOW), AUTHORITY, station)

    reports, status = socket.socketpair()
    with reports, status:
        asyncio.run(run(status.fileno(), reports.fileno()))
        assert reports.recv(10) == b"RD"
    assert told == [AUTHORITY]
