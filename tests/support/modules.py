"""The modules of catcher as syntax trees, for tests about the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from tests.support.tree import ROOT, sources


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def trees(*, but: str = "\0") -> Iterator[tuple[str, ast.Module]]:
    """Every module of catcher whose path doesn't begin with ``but``."""
    return ((str(path), tree_of(str(path))) for path in sources("catcher") if not str(path).startswith(but))
