"""Ports that a process claims are its own: no other process gets them, and the kernel gives them to nobody."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from catcher.supervise import ports
from catcher.supervise.ports import own_port
from tests.support.nameserver import name_server

_MANY = "from catcher.supervise.ports import own_port\nfor _ in range({}): print(own_port())\ninput()"


def test_processes_that_live_at_once_get_different_ports() -> None:
    """More than a block each; every process claims while the ones before it still live."""
    running, found = [], [own_port() for _ in range(100)]
    try:
        for _ in range(3):
            process = subprocess.Popen(
                [sys.executable, "-c", _MANY.format(100)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            running.append(process)
            assert process.stdout is not None
            found += [int(process.stdout.readline()) for _ in range(100)]
    finally:
        for process in running:
            process.communicate("\n", timeout=30)
    assert len(set(found)) == 400


def lowest_dealt_out() -> int:
    """The first port that the kernel gives to whoever asks for any."""
    return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])


def test_the_kernel_does_not_deal_them_out() -> None:
    assert own_port() < lowest_dealt_out()


def test_a_name_server_of_tests_has_one_for_both_transports() -> None:
    """Of a port that the kernel chose for TCP, somebody else may have UDP."""

    async def scene() -> int:
        async with name_server(lambda query, transport: []) as server:
            return server.address.port

    assert asyncio.run(scene()) < lowest_dealt_out()


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM], ids=["tcp", "udp"])
def test_a_port_in_use_is_passed_over(kind: socket.SocketKind, monkeypatch: pytest.MonkeyPatch) -> None:
    free = own_port()
    numbers = iter((free, free + 1, free + 2, free + 3))
    monkeypatch.setattr(ports, "claimed", lambda pid: numbers)
    with socket.socket(socket.AF_INET, kind) as used:
        used.bind(("127.0.0.1", free))
        assert own_port() > free
