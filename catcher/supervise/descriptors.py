"""Raises the limit on open files and sockets."""

from __future__ import annotations

import resource

_MOST = 1 << 20


def descriptors() -> int:
    """Raises this process's limit on descriptors as far as permitted; returns the new limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return most if soft == resource.RLIM_INFINITY else soft
