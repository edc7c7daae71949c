"""Runs chosen tests over a mutant, in a forked process.

::

    prepare_runs ─▶ TestRun: fork ─▶ the one module is loaded from the mutant's source ─▶ pytest -x ─▶ failed or passed

The parent imports what tests need of other people's packages and nothing of catcher, so a child has the mutant from
its first import on. A test that starts another process would not see the mutant there: unit tests don't.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.support.mutants import Mutant
from tests.support.tree import ROOT


class _OneModule(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Loads one module from a text, and no other."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        origin = str(ROOT / self._mutant.file)
        spec = importlib.util.spec_from_loader(fullname, self, origin=origin)
        if spec is not None and spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(str(Path(origin).parent))
        return spec

    def is_package(self, fullname: str) -> bool:
        return self._mutant.file.endswith("/__init__.py")

    def get_source(self, fullname: str) -> str:
        return self._mutant.source


_IN_MEMORY = "/dev/shm"
"""A file system that needn't wait for a disk: thousands of runs write and sync."""


class TestRun:
    """A forked process that runs tests over one mutant, or over the code as it is."""

    __test__ = False

    def __init__(self, mutant: Mutant | None, tests: Sequence[str], seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._folder = tempfile.mkdtemp(prefix="mutant.", dir=_IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None)
        self._pid = os.fork()
        if not self._pid:
            _run_tests(mutant, tests, self._folder)

    def result(self) -> str | None:
        """``passed``, ``failed``, or ``too long``, which ends it; None: it runs."""
        ended, status = os.waitpid(self._pid, os.WNOHANG)
        if ended:
            shutil.rmtree(self._folder, ignore_errors=True)
            return "passed" if status == 0 else "failed"
        if time.monotonic() < self._until:
            return None
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        shutil.rmtree(self._folder, ignore_errors=True)
        return "too long"


def prepare_runs() -> None:
    """Imports what most tests need of other people's packages, once for all forks."""
    import asyncio  # noqa: F401
    import ssl  # noqa: F401

    import _pytest.assertion.rewrite  # noqa: F401
    import cryptography.x509  # noqa: F401
    import dkim  # type: ignore[import-untyped] # noqa: F401
    import dns.message  # noqa: F401
    import msgpack  # type: ignore[import-untyped] # noqa: F401
    import publicsuffixlist  # noqa: F401
    import pytest  # noqa: F401
    import sqlite_utils  # noqa: F401

    assert not any(name == "catcher" or name.startswith("catcher.") for name in sys.modules), "a mutant needs a fork"


class _FewExamples:
    """A plug-in of pytest: property tests draw the same 100 examples in each run, and shrink none that fails."""

    def pytest_configure(self) -> None:
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", settings.default, phases=phases, derandomize=True, database=None)
        settings.load_profile("mutants")


def _run_tests(mutant: Mutant | None, tests: Sequence[str], folder: str) -> None:
    """Never returns."""
    status = 1
    try:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.chdir(ROOT)
        if mutant is not None:
            sys.meta_path.insert(0, _OneModule(mutant))
        import pytest

        options = ["-x", "-q", f"--basetemp={folder}/tests", "-p", "no:cacheprovider", "-p", "no:xdist"]
        status = int(pytest.main([*options, *tests], plugins=[_FewExamples()]))
    finally:
        os._exit(status)
