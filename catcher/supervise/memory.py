"""Freed memory is overwritten in the processes that see mail: how CPython and glibc are brought to it.

::

    serve ─▶ restart_without_caches: exec once more, with glibc's per-thread cache of freed memory off
      └─ fork ─▶ SMTP worker ─▶ wipe_freed_memory: every new object comes from malloc, and free() overwrites
      └─ fork ─▶ DNS worker      untouched: it sees no mail and pays nothing

CPython gives small objects out of arenas of its own, which nobody overwrites, and glibc's free() overwrites what it
is given (M_PERTURB) unless it goes to the per-thread cache. That cache can only be turned off before a process
starts. The arenas are left by setting the interpreter's allocators: what they gave out before, they take back.
"""

from __future__ import annotations

import ctypes
import logging
import os
import platform
import resource
import sys

log = logging.getLogger("catcher.supervise")

TUNABLES = "GLIBC_TUNABLES"
NO_CACHE = "glibc.malloc.tcache_count=0"

_M_MXFAST = 1
_FAST_MOST = 160
"""Octets: what glibc allows at most. Freed pieces up to that are overwritten, but neither merged nor cut anew: most
objects are that small."""
_M_TRIM_THRESHOLD = -1
_TRIM_FROM = 4 << 20
"""Octets of unused memory that don't go back to the kernel: what one write needs the next needs again."""
_M_PERTURB = -6
_FILL = 0xA5
_PR_SET_DUMPABLE = 4
_RAW, _MEM, _OBJECT = range(3)
"""CPython's allocator domains (PyMemAllocatorDomain)."""


class _Allocator(ctypes.Structure):
    """PyMemAllocatorEx."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("ctx", "malloc", "calloc", "realloc", "free")]


def is_supported() -> bool:
    """Whether this is CPython with its small-object allocator, on glibc."""
    return (
        sys.implementation.name == "cpython"
        and platform.libc_ver()[0] == "glibc"
        and getattr(sys, "_is_gil_enabled", lambda: True)()
    )


def restart_without_caches() -> None:
    """Replaces this process by itself with glibc's cache off; does nothing where that is so, or can't be."""
    tunables = os.environ.get(TUNABLES, "")
    if not is_supported() or NO_CACHE in tunables:
        return
    more = [tunables] if tunables else []
    environment = {**os.environ, TUNABLES: ":".join([*more, NO_CACHE])}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def forbid_dumps() -> None:
    """Keeps this process's memory out of every core dump (prctl(2), PR_SET_DUMPABLE)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def wipe_freed_memory() -> bool:
    """From now on what this process frees is overwritten. Whether that is so: a warning is logged where it isn't.

    Objects come from malloc, and whatever is freed or resized still goes through the interpreter's own functions,
    which know their arenas from foreign memory and hand that on.
    """
    if not is_supported() or NO_CACHE not in os.environ.get(TUNABLES, ""):
        log.warning("freed memory is not overwritten here: that needs CPython on glibc, started by catcher serve")
        return False
    get, put = ctypes.pythonapi.PyMem_GetAllocator, ctypes.pythonapi.PyMem_SetAllocator
    get.restype = put.restype = None
    raw = _Allocator()
    get(_RAW, ctypes.byref(raw))
    for domain in (_MEM, _OBJECT):
        own = _Allocator()
        get(domain, ctypes.byref(own))
        mixed = _Allocator(raw.ctx, raw.malloc, raw.calloc, own.realloc, own.free)
        put(domain, ctypes.byref(mixed))
    libc = ctypes.CDLL(None)
    libc.mallopt(_M_MXFAST, _FAST_MOST)
    libc.mallopt(_M_TRIM_THRESHOLD, _TRIM_FROM)
    return bool(libc.mallopt(_M_PERTURB, _FILL))
