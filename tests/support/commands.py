"""A command run in this process, as its script runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SMALLEST = """\
[dns]
listen = ["127.0.0.1:5300"]
[smtp]
listen = ["127.0.0.1:2500"]
[catalogue]
files = ["catalogue.csv"]
"""
"""A configuration of the keys that have no default."""


@dataclass(frozen=True)
class Ended:
    """The exit status and the output of a command."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """stdout as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Catcher = Callable[..., Ended]
"""Runs ``catcher`` with the arguments given."""
