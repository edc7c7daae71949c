"""What a server loads before it answers."""

from __future__ import annotations

import subprocess
import sys

_AFTERWARDS = ("catcher.smtp", "catcher.fingerprint", "catcher.intake", "catcher.desk.watch", "catcher.report")
"""Rooms that no answer needs: they are imported while the first load runs."""


def test_the_first_load_waits_for_no_module_of_mail() -> None:
    code = f"import sys, catcher.serve\nprint(*[name for name in {_AFTERWARDS} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
