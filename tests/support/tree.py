"""The files of this checkout, for tests about the house itself."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def kept_files() -> tuple[Path, ...]:
    """Every file that git keeps or would keep (not ignored), relative to the root; where git is absent, all."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        hidden = {".git", ".venv", ".peers", "__pycache__"}
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not hidden & set(path.parts)]
    return tuple(sorted(Path(name) for name in listed if name and (ROOT / name).is_file()))


def sources(*tops: str) -> list[Path]:
    """The Python files under the top folders ``tops``, relative to the root."""
    return [path for path in kept_files() if path.suffix == ".py" and path.parts[0] in tops]


def text_of(path: Path) -> str:
    """The text of a kept file; bytes that aren't UTF-8 are replaced."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")
