"""The configurations of docs/running/secondaries.md, with loopback addresses in place of the page's."""

from __future__ import annotations

import re

from tests.support.tree import ROOT

PAGE = ROOT / "docs/running/secondaries.md"
_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def block(heading: str, begins: str, primary: int) -> str:
    """The block below ``heading`` whose text begins with ``begins``; catcher listens on the port ``primary``."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (text,) = (found for found in _BLOCK.findall(section) if found.startswith(begins))
    for written, here in (
        ("192.0.2.10@53", f"127.0.0.1@{primary}"),
        ("192.0.2.10:53", f"127.0.0.1:{primary}"),
        ("192.0.2.10 port 53", f"127.0.0.1 port {primary}"),
        ("192.0.2.10", "127.0.0.1"),
    ):
        text = text.replace(written, here)
    return str(text)
