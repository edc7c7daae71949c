"""The one import of sqlite-utils in the house, made without numpy.

sqlite-utils imports numpy where it is installed (the charts bring it), only to know numpy's types as column types.
Each process that opens the store would pay for it with 50 ms, 20 MB, and OpenBLAS, whose call of mbind the service's
system call filter kills. ``None`` in ``sys.modules`` is Python's own way to say that a module can't be imported;
sqlite-utils expects that case. The entry is gone again before anything else is imported.
"""

from __future__ import annotations

import sys

_hidden = "numpy" not in sys.modules
if _hidden:
    sys.modules["numpy"] = None  # type: ignore[assignment]
try:
    from sqlite_utils import Database, Migrations
finally:
    if _hidden:
        del sys.modules["numpy"]

__all__ = ["Database", "Migrations"]
