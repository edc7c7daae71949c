"""sqlite-utils is used without numpy, also where numpy is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.tree import ROOT

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from catcher.store import SqliteStore
from tests.support.observations import observation
store = SqliteStore(Path(sys.argv[1]) / "catcher.db")
store.add([[observation()]])
store.close()
print("numpy" in sys.modules)
import numpy
print(numpy.here)
"""


def test_the_store_imports_no_numpy_and_leaves_it_to_others(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("here = 'it can be imported afterwards'")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert done.stdout.splitlines() == ["False", "it can be imported afterwards"], done.stderr
