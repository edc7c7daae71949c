"""The pages for operators and engineers, and the command lines that they show.

::

    page ─▶ its ```console blocks ─▶ the lines after the prompt "$ " ─▶ house tests (does it exist), e2e (does it work)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.tree import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "deploy" / "README.md", *(ROOT / "docs").rglob("*.md")])

_BLOCK = re.compile(r"^( *)```console\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One command of a page, without the prompt and without a remark at its end."""

    page: str
    """Path relative to the root."""
    number: int
    """The line's number in the page, from 1."""
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.number}: {self.text}"


def command_lines(page: Path) -> list[CommandLine]:
    """The command lines of ``page`` in order."""
    return list(_lines(str(page.relative_to(ROOT)), page.read_text(encoding="utf-8")))


def _lines(page: str, text: str) -> Iterator[CommandLine]:
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(2)) + 1
        for number, line in enumerate(block[2].splitlines(), first):
            if line.strip().startswith("$ "):
                yield CommandLine(page, number, re.sub(r"\s+# .*", "", line.strip()[2:]))
