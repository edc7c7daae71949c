"""Shows on a terminal that a server still loads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_FROM_SECONDS = 2.0
"""Seconds of waiting from which the progress is shown."""


@contextmanager
def loading_progress() -> Iterator[Callable[[float], None]]:
    """A function that gets the seconds waited so far and shows them on stderr, where stderr is a terminal."""
    shown = False

    def show(seconds: float) -> None:
        nonlocal shown
        if seconds >= _FROM_SECONDS and sys.stderr.isatty():
            shown = True
            sys.stderr.write(f"\r\x1b[Kthe server loads, {seconds:.0f} s; it goes on if you end this command")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
