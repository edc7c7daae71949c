"""Regular expressions mean the same on every Python that catcher runs on."""

from __future__ import annotations

import ast
import re

from tests.support.tree import sources, text_of

_POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)[*+]\+")


def is_possessive(text: str | bytes) -> bool:
    """Whether ``text``, a regular expression, repeats a group that it doesn't capture possessively."""
    words = text.decode("latin-1") if isinstance(text, bytes) else text
    return "(?:" in words and _POSSESSIVE_GROUP.search(words) is not None


def test_no_group_is_repeated_possessively() -> None:
    """Python 3.11.2, Debian 12's, loses what a failed repeat of ``(?:X)*+`` has read; ``(?>(?:X)*)`` means the same."""
    texts = [
        (path, node.value)
        for path in sources("catcher")
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    ]
    assert not [path for path, text in texts if is_possessive(text)]


def test_the_detector_fires() -> None:
    assert is_possessive(r"(?:a|b)*+") and is_possessive(rb"(?:a)++")
    assert not is_possessive(r"(?>(?:a|b)*)") and not is_possessive("/%:;,@!$&'()*+=~?-._")
