"""Each broken configuration of tests/cases/config gives exactly the message that stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from catcher.config import load_config
from catcher.model.errors import ConfigurationError
from catcher.model.telling.alert import AlertKind

CASES = Path(__file__).parents[2] / "cases" / "config"
_CHOSEN = [kind for kind in AlertKind if kind is not AlertKind.TEST]
"""Kinds that an operator chooses from; a test alert comes when it is asked for."""
BROKEN = sorted(CASES.glob("*.toml"))


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_the_message_is_the_one_beside_it(file: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_config(file)
    told = str(error.value).replace(f"{CASES}/", "")
    expected = file.with_suffix(".txt").read_text(encoding="utf-8").replace("{alert kinds}", quoted(_CHOSEN))
    assert told + "\n" == expected


def quoted(words: Iterable[str]) -> str:
    """A closed list as messages write it: ``"a", "b" or "c"``."""
    *others, last = (f'"{word}"' for word in words)
    return f"{', '.join(others)} or {last}"


def test_there_are_cases_and_each_has_its_message() -> None:
    assert len(BROKEN) >= 20
    assert {file.stem for file in BROKEN} == {file.stem for file in CASES.glob("*.txt")}
