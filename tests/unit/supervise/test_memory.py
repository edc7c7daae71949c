"""What the processes that see mail refuse."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.supervise.memory import NO_CACHE, TUNABLES, is_supported, refuse_key_log

_RESIZES = """
import ctypes, os, sys
from catcher.supervise.memory import wipe_freed_memory
assert wipe_freed_memory() or "unwiped" in sys.argv
api, size, address = ctypes.pythonapi, ctypes.c_size_t, ctypes.c_void_p
malloc, realloc, free = api.PyObject_Malloc, api.PyObject_Realloc, api.PyObject_Free
malloc.restype = realloc.restype = address
malloc.argtypes, realloc.argtypes, free.argtypes = [size], [address, size], [address]
memory = os.open("/proc/self/mem", os.O_RDONLY)
def left(at, octets):
    try:
        return b"A" * 16 in os.pread(memory, octets, at)
    except OSError:  # returned to the kernel
        return False
for old in (64, 400, 1000, 5000, 30000, 100000):
    for new in (16, 24, 100, 900, 4000, 20000, 90000, 400000):
        block, fence = malloc(old), malloc(32)
        ctypes.memset(block, 65, old)
        resized = realloc(block, new)
        if resized != block and left(block, old):
            print(old, new, "moved")
        elif resized == block and new < old and left(block + new, old - new):
            print(old, new, "shrunk")
        free(resized)
        if left(resized, min(old, new)):
            print(old, new, "freed")
        free(fence)
"""
"""Resizes blocks with the interpreter's own functions, and prints where 16 of the old octets are left."""


@pytest.mark.skipif(not is_supported(), reason="this interpreter or C library can't overwrite freed memory")
def test_blocks_that_move_shrink_or_are_freed_are_overwritten() -> None:
    def leavings(tunable: str, *arguments: str) -> str:
        command = (sys.executable, "-c", _RESIZES, *arguments)
        environment = {**os.environ, TUNABLES: tunable, "PYTHONMALLOC": "pymalloc"}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout

    assert leavings(NO_CACHE) == ""
    unwiped = leavings("", "unwiped")
    assert "freed" in unwiped and "moved" in unwiped


def test_no_server_starts_that_would_write_session_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "keys.txt")
    with pytest.raises(EnvironmentFailure, match="unset it"):
        refuse_key_log()
    monkeypatch.delenv("SSLKEYLOGFILE")
    refuse_key_log()
