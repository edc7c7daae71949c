"""sd_notify(3): systemd's side of the socket reads what the server tells."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from catcher.supervise.control.servicestate import ServiceState


@pytest.mark.parametrize("abstract", [False, True])
def test_the_states_of_a_server(tmp_path: Path, abstract: bool) -> None:
    path = f"@{tmp_path}/notify" if abstract else f"{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + path[1:] if abstract else path)
        systemd.setblocking(False)
        service = ServiceState({"NOTIFY_SOCKET": path})
        service.ready("two\nlines")
        assert systemd.recv(4096) == b"READY=1\nSTATUS=two lines"
        service.reloading()
        assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+\nSTATUS=loading", systemd.recv(4096))
        service.status("1 part is kept")
        assert systemd.recv(4096) == b"STATUS=1 part is kept"
        service.stopping()
        assert systemd.recv(4096) == b"STOPPING=1\nSTATUS=draining"


def test_outside_systemd_nothing_is_sent_and_a_missing_or_full_one_harms_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ServiceState({}).ready("serving")
    assert not caplog.records
    ServiceState({"NOTIFY_SOCKET": f"{tmp_path}/absent"}).ready("serving")
    assert "isn't told READY=1" in caplog.text
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"{tmp_path}/full")
        service = ServiceState({"NOTIFY_SOCKET": f"{tmp_path}/full"})
        for _ in range(10_000):
            if len(caplog.records) > 1:
                break
            service.status("x" * 1000)
        assert "isn't told STATUS=" in caplog.text
