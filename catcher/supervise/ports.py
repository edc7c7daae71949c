"""Reserves ports for servers that bind them later, in demos, benchmarks and tests.

::

    own_port ─▶ next number of a block that this process claimed ─▶ a server binds it, now or after a restart
                claim: a socket bound to the block's first number on CLAIMS, held until the process ends

A port that was free a moment ago may be in use when its server binds it. The ports here lie below the range from which
the kernel chooses ports (ip_local_port_range), and every process claims a block of ports before it uses one.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from functools import cache

from catcher.model.errors import EnvironmentFailure

_CLAIMS = "127.255.255.254"
"""The loopback address on which blocks are claimed. No server listens there, so a claim blocks no server."""
_BLOCKS = range(10_000, 32_768, 64)
"""First ports of the blocks of 64 ports each; Linux chooses ports from 32,768 upward."""


def own_port(host: str = "127.0.0.1") -> int:
    """A port of ``host`` that is unused for TCP and UDP. While this process runs, no other process gets it from here.

    Raises EnvironmentFailure when every block is claimed.
    """
    return next(port for port in claimed(os.getpid()) if _is_unused(host, port))


@cache
def claimed(pid: int) -> Iterator[int]:
    """The claimed ports of the process ``pid``; a forked child claims its own ports."""
    return _claim(pid % len(_BLOCKS))


def _claim(start: int) -> Iterator[int]:
    for first in (*_BLOCKS[start:], *_BLOCKS[:start]):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as claim:
            try:
                claim.bind((_CLAIMS, first))
            except OSError:
                continue
            yield from range(first, first + _BLOCKS.step)
            claim.detach()  # keeps the block claimed until the process ends
    raise EnvironmentFailure(f"{_CLAIMS}: every block of ports is claimed; end some of the demos and tests that run")


def _is_unused(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tcp, socket.socket(family, socket.SOCK_DGRAM) as udp:
        try:
            tcp.bind((host, port))
            udp.bind((host, port))
        except OSError:
            return False
        return True
