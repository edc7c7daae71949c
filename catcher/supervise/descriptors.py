"""Raises the limit on open files and sockets."""

from __future__ import annotations

import resource

_MOST = 1 << 20
_LEAST_SHARE = 4
"""With a limit of some dozens of descriptors, the part of them that connections get is one in this number."""


def descriptors() -> int:
    """Raises this process's limit on descriptors as far as permitted; returns the new limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return most if soft == resource.RLIM_INFINITY else soft


def connections_within(most: int, spare: int) -> int:
    """The number of connections that a worker may hold at a time: ``most``, or as many as the limit on descriptors
    permits beside ``spare`` others; of a small limit a quarter, so that the worker serves at all."""
    limit = descriptors()
    return max(1, min(most, max(limit - spare, limit // _LEAST_SHARE)))
