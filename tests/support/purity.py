"""A world without an outside: while it holds, sockets, files, environment and clock raise. For a process of its own.

Audit hooks can't be taken away again (PEP 578), so this is never set up in the process that runs the tests.
"""

from __future__ import annotations

import datetime as datetime_module
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date as real_date
from datetime import datetime as real_datetime
from pathlib import PurePath
from typing import Any

CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime")
_EVENTS = ("socket.", "subprocess.", "sqlite3.", "os.exec", "os.system", "os.posix_spawn", "os.fork", "os.putenv")
_CODE = {".py", ".pyc", ".so", ".pth"}


class Impure(BaseException):
    """The outside was touched. A BaseException: no ``except Exception`` swallows it."""


class Guard:
    """Off when made; ``closed()`` shuts the outside out, ``lifted()`` lets it in for a while."""

    def __init__(self) -> None:
        self._on = False
        sys.addaudithook(self._audit)
        self._patch_clocks()
        self._patch_environment()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Inside, touching the outside raises Impure."""
        self._on = True
        try:
            yield
        finally:
            self._on = False

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Inside, the outside is there again."""
        before, self._on = self._on, False
        try:
            yield
        finally:
            self._on = before

    def _raise(self, what: str) -> None:
        if self._on:
            raise Impure(what)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path = arguments[0]
            if not isinstance(path, str | bytes) or PurePath(os.fsdecode(path)).suffix not in _CODE:
                self._raise(f"open {path!r}")
        elif event.startswith(_EVENTS):
            self._raise(event)

    def _patch_clocks(self) -> None:
        for name in CLOCKS:
            setattr(time, name, self._clock(getattr(time, name), f"time.{name}"))
        guard = self

        class Instances(type):
            def __instancecheck__(cls, value: object) -> bool:
                return isinstance(value, real_datetime if issubclass(cls, real_datetime) else real_date)

        class Datetime(real_datetime, metaclass=Instances):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                guard._raise("datetime.now")
                return real_datetime.now(tz)

            @classmethod
            def utcnow(cls) -> Any:
                guard._raise("datetime.utcnow")
                return real_datetime.now(datetime_module.UTC).replace(tzinfo=None)

            @classmethod
            def today(cls) -> Any:
                guard._raise("datetime.today")
                return real_datetime.now()

        class Date(real_date, metaclass=Instances):
            @classmethod
            def today(cls) -> Any:
                guard._raise("date.today")
                return real_date.today()

        datetime_module.datetime = Datetime  # type: ignore[misc]
        datetime_module.date = Date  # type: ignore[misc]

    def _clock(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def read(*arguments: Any) -> Any:
            if not arguments:  # gmtime(seconds) only converts
                self._raise(name)
            return real(*arguments)

        return read

    def _patch_environment(self) -> None:
        guard, real = self, os.environ

        class Environment(type(real)):  # type: ignore[misc]
            def __getitem__(self, key: str) -> str:
                guard._raise(f"environment {key}")
                return real[key]

            def __iter__(self) -> Iterator[str]:
                guard._raise("environment")
                return iter(real)

            def __setitem__(self, key: str, value: str) -> None:
                guard._raise(f"environment {key}")
                real[key] = value

        environment = Environment(
            real._data,  # type: ignore[attr-defined]
            real.encodekey,
            real.decodekey,
            real.encodevalue,
            real.decodevalue,
        )
        setattr(os, "environ", environment)  # noqa: B010 - a plain assignment looks like a mistake to the linter
