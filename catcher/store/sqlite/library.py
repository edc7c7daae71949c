"""Imports sqlite-utils without numpy; no other module imports it.

sqlite-utils imports numpy where it is installed (the charts need it), only to know numpy's types as column types.
In each process that opens the store the import would take 50 ms and 20 MB, and start OpenBLAS; the service's system
call filter kills a process for OpenBLAS's call of mbind. ``None`` in ``sys.modules`` is Python's own way to state that
a module can't be imported; sqlite-utils expects that case. The entry is removed before any other import.
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
