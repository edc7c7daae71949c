"""Stdout carries results alone, whatever a library prints there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.tree import ROOT

_WITHOUT_PANGO = (
    "print('could not import some external libraries; please follow the installation steps')\nraise OSError\n"
)
_LETTER = """
from catcher.model.errors import EnvironmentFailure
from catcher.report.letter import _weasyprint
try:
    _weasyprint()
except EnvironmentFailure as error:
    print(error)
"""


def test_the_advice_of_weasyprint_without_pango_is_not_printed(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text(_WITHOUT_PANGO)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = subprocess.run([sys.executable, "-c", _LETTER], env=environment, capture_output=True, text=True, check=True)
    assert (
        done.stdout == "no letters: the system library Pango is not installed; Debian: apt install libpangoft2-1.0-0\n"
    )
