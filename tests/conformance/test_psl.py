"""The public suffix list's own test cases (publicsuffix.org, test_psl.txt): all of them."""

from __future__ import annotations

import re

import pytest

from catcher.directory import Suffixes
from tests.support.shared import data

_CASE = re.compile(r"checkPublicSuffix\((null|'[^']*'), (null|'[^']*')\);")
_TEXT = data("auth/test_psl.txt").read_text(encoding="utf-8")
_CASES = [(m[1], m[2]) for m in _CASE.finditer(re.sub(r"^//.*$", "", _TEXT, flags=re.MULTILINE))]
_SUFFIXES = Suffixes()


def _value(token: str) -> str | None:
    return None if token == "null" else token.strip("'")


@pytest.mark.parametrize(("name", "expected"), _CASES)
def test_the_list_expects_this_registrable_domain(name: str, expected: str) -> None:
    assert _SUFFIXES.registrable(_value(name) or "") == _value(expected)


def test_every_case_of_the_list_is_here() -> None:
    assert len(_CASES) == 78
