"""The root class of all errors that catcher raises on purpose, and the faults that a person must correct."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass


class CatcherError(Exception):
    """Root of all errors raised on purpose; the text names the fault, its place and the remedy."""

    exit_status = 3
    """The exit status of the command line: 2 usage or configuration, 3 environment."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault in a file that a person wrote."""

    where: str
    """The key (``catcher.toml: dns.listen``) or the row (``catalogue.csv:7``)."""
    what: str
    """The fault itself."""
    remedy: str
    """The remedy: a right value or an action."""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"


class ConfigurationError(CatcherError):
    """A file that a person wrote has faults. The error carries all faults, not only the first."""

    exit_status = 2

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class EnvironmentFailure(CatcherError):
    """The machine refuses: a port is taken, a folder can't be written, a database is damaged."""


class StoreUnavailable(EnvironmentFailure):
    """The store could not make a write durable (RFC 5321: the transaction gets 451 4.3.0)."""


def kind_and_place(error: BaseException) -> str:
    """An error that nobody foresaw, like ``OSError ENOSPC at …/serial.py:40``: its kind and the line that raised it.
    Its text may hold what a stranger wrote, so it is left out.

    A CatcherError is our own sentence: it is returned as it is, on one line.
    """
    if isinstance(error, CatcherError):
        return str(error).replace("\n", " | ")
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    number = f" {errno.errorcode.get(error.errno or 0, '')}".rstrip() if isinstance(error, OSError) else ""
    return f"{type(error).__name__}{number} at {place}"
