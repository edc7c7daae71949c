"""Makes CPython and glibc overwrite freed memory in the processes that see mail.

::

    serve ─▶ restart_without_caches: exec once more, with glibc's per-thread cache of freed memory off
      └─ fork ─▶ SMTP worker ─▶ wipe_freed_memory: every new object comes from malloc, and free() overwrites
      └─ fork ─▶ DNS worker      untouched: it sees no mail and pays nothing

CPython allocates small objects in its own arenas, whose memory is never overwritten. glibc's free() overwrites memory
(M_PERTURB), except memory that goes to the per-thread cache. This cache can only be turned off before a process starts.
To bypass the arenas, the interpreter's allocators are replaced; objects allocated in arenas before are freed there.
"""

from __future__ import annotations

import ctypes
import functools
import logging
import os
import platform
import resource
import sys
from contextlib import suppress
from pathlib import Path

from catcher.model.errors import EnvironmentFailure

log = logging.getLogger("catcher.supervise")

TUNABLES = "GLIBC_TUNABLES"
NO_CACHE = "glibc.malloc.tcache_count=0"
KEY_LOG = "SSLKEYLOGFILE"
"""The environment variable that makes TLS libraries write session keys to a file."""

_M_MXFAST = 1
_FAST_MOST = 160
"""Octets; the greatest value that glibc allows. Freed blocks up to this size are overwritten but neither merged nor
split, which is fast; most objects are that small."""
_M_TRIM_THRESHOLD = -1
_TRIM_FROM = 4 << 20
"""Octets of unused memory that are not returned to the kernel, because the next write needs as much memory again."""
_M_PERTURB = -6
_FILL = 0xA5
_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4
_OOM_SCORE = Path("/proc/self/oom_score_adj")
_OOM_FIRST = "500"
"""Half of all memory is added to what this process uses, when the kernel compares processes (proc(5))."""
_PLAIN_ALLOCATORS = (b"pymalloc", b"malloc")
"""Names of CPython's own allocators without hooks."""
_RAW, _MEM, _OBJECT = range(3)
"""CPython's allocator domains (PyMemAllocatorDomain)."""


class _Allocator(ctypes.Structure):
    """PyMemAllocatorEx."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("ctx", "malloc", "calloc", "realloc", "free")]


def is_supported() -> bool:
    """Whether this process runs CPython with its small-object allocator on glibc."""
    return (
        sys.implementation.name == "cpython"
        and platform.libc_ver()[0] == "glibc"
        and getattr(sys, "_is_gil_enabled", lambda: True)()
    )


def restart_without_caches() -> None:
    """Executes this program again with glibc's cache off; does nothing if the cache is off already or can't be."""
    tunables = os.environ.get(TUNABLES, "")
    if not is_supported() or NO_CACHE in tunables:
        return
    more = [tunables] if tunables else []
    environment = {**os.environ, TUNABLES: ":".join([*more, NO_CACHE])}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def refuse_key_log() -> None:
    """Raises EnvironmentFailure if an environment variable demands that TLS session keys are written to a file
    (promise 2)."""
    if os.environ.get(KEY_LOG):
        raise EnvironmentFailure(f"{KEY_LOG} is set, and catcher never lets TLS keys be written; unset it")


def forbid_dumps() -> None:
    """Keeps this process's memory out of every core dump (prctl(2), PR_SET_DUMPABLE)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def be_killed_first() -> None:
    """Has the kernel end this process before the others when memory runs out. It does nothing where that can't be.

    After a switch of the account the file belongs to root, unless the process may be dumped.
    """
    if sys.platform != "linux":
        return
    prctl = _libc().prctl
    before = prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0)
    prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    with suppress(OSError):
        _OOM_SCORE.write_text(_OOM_FIRST)
    if before != 1:
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


@functools.cache
def _libc() -> ctypes.CDLL:
    """The C library. Each ctypes.CDLL is a cycle of objects, and a collection of the parent never visits it."""
    return ctypes.CDLL(None)


def trim() -> None:
    """Returns freed memory to the kernel, where the C library can (malloc_trim(3))."""
    if platform.libc_ver()[0] == "glibc":
        _libc().malloc_trim(0)


def wipe_freed_memory() -> bool:
    """Makes this process overwrite all memory that it frees from now on. Returns False with a warning if it can't.

    New objects come from malloc. To free or resize an object, the interpreter's own functions are still used: they
    recognise memory outside their arenas and pass it to free() and realloc(). The functions of a debug allocator or of
    tracemalloc don't, so these stay as they are.

    glibc leaves the last 8 octets of a block whose request fills it to its end (24, 40, 56 octets and so on).
    """
    if not is_supported() or NO_CACHE not in os.environ.get(TUNABLES, ""):
        log.warning("freed memory is not overwritten here: that needs CPython on glibc, started by catcher serve")
        return False
    if (allocator := _allocator_name()) not in _PLAIN_ALLOCATORS:
        log.warning(
            "freed memory is not overwritten here: %s; start without -X dev, -X tracemalloc, PYTHONMALLOC and the like",
            "hooks of the allocator, as of tracemalloc" if allocator is None else f"the allocator {allocator.decode()}",
        )
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
    libc = _libc()
    libc.mallopt(_M_MXFAST, _FAST_MOST)
    libc.mallopt(_M_TRIM_THRESHOLD, _TRIM_FROM)
    return bool(libc.mallopt(_M_PERTURB, _FILL))


def _allocator_name() -> bytes | None:
    """CPython's name of the allocators in use; None for one with hooks, as those of tracemalloc."""
    try:
        name = ctypes.pythonapi._PyMem_GetCurrentAllocatorName
    except AttributeError:  # an interpreter that doesn't tell
        return None
    name.restype = ctypes.c_char_p
    return name()  # type: ignore[no-any-return]
