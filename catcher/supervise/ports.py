"""Ports that nobody else is given, for servers that bind them later: the demo's, a benchmark's, a test's.

::

    own_port ─▶ next number of a block that this process claimed ─▶ a server binds it, now or after a restart
                claim: a socket bound to the block's first number on CLAIMS, held until the process ends

A number that was merely free a moment ago can be gone when its server binds it. These numbers lie below the ones that
the kernel deals out by itself (ip_local_port_range), and each process claims a block before it takes numbers of it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from functools import cache

from catcher.model.errors import EnvironmentFailure

_CLAIMS = "127.255.255.254"
"""The loopback address on which blocks are claimed. No server listens there, so a claim is in nobody's way."""
_BLOCKS = range(10_000, 32_768, 64)
"""First numbers of the blocks, of 64 numbers each; Linux deals out 32,768 and above."""


def own_port(host: str = "127.0.0.1") -> int:
    """A port of ``host`` that nobody uses for TCP or UDP; no other process gets it from here while this one lives.

    Raises EnvironmentFailure where every block is taken.
    """
    return next(port for port in claimed(os.getpid()) if _is_unused(host, port))


@cache
def claimed(pid: int) -> Iterator[int]:
    """The numbers that the process ``pid`` has to give away; a child that forks claims its own."""
    return _claim(pid % len(_BLOCKS))


def _claim(start: int) -> Iterator[int]:
    for first in (*_BLOCKS[start:], *_BLOCKS[:start]):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as claim:
            try:
                claim.bind((_CLAIMS, first))
            except OSError:
                continue
            yield from range(first, first + _BLOCKS.step)
            claim.detach()  # numbers given away stay claimed
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
