"""Names an error that nobody foresaw by its kind and place; its text may hold what a stranger wrote, so it is left
out."""

from __future__ import annotations

import errno

from catcher.model.errors import CatcherError


def kind_and_place(error: BaseException) -> str:
    """Like ``OSError ENOSPC at …/serial.py:40``: the kind of ``error`` and the line that raised it.

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
