"""A sender behind a proxy: HAProxy passes the connection on and says by the PROXY protocol whose it is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catcher.supervise.ports import own_port
from tests.support.peers import peer
from tests.support.senders.commands import send
from tests.support.senders.letter import Deliver, Letter

BEHIND = "127.0.0.9"
"""The address of a client of the proxy."""

_CONF = """\
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen one
  bind 127.0.0.1:{first}
  server sink {host}:{port} send-proxy source 127.0.0.3
listen two
  bind 127.0.0.1:{second}
  server sink {host}:{port} send-proxy-v2 source 127.0.0.3
"""
PROXY = "127.0.0.3"
"""The address that the proxy connects from."""


@contextmanager
def haproxy(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    """Letters go through version 1 of the protocol and through version 2 in turn."""
    ports = [own_port(), own_port()]
    conf = folder / "haproxy.conf"
    conf.write_text(_CONF.format(host=smtp[0], port=smtp[1], first=ports[0], second=ports[1]))
    # -W with a socket for its word 'ready' needs systemd; with -D it returns once it listens.
    pid = folder / "pid"
    subprocess.run(
        [str(peer("haproxy")), "-D", "-q", "-p", str(pid), "-f", str(conf)],
        check=True,
        timeout=30,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        sent = 0

        def deliver(letter: Letter) -> str:
            nonlocal sent
            sent += 1
            return send(letter, ("127.0.0.1", ports[sent % 2]), source=BEHIND)

        yield deliver
    finally:
        subprocess.run(["kill", pid.read_text().split()[0]], check=True)
