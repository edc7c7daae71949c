"""Each broken configuration of tests/cases/config gives exactly the message that stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.config import load
from catcher.model.errors import ConfigurationError

CASES = Path(__file__).parents[2] / "cases" / "config"
BROKEN = sorted(CASES.glob("*.toml"))


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_the_message_is_the_one_beside_it(file: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(file)
    told = str(error.value).replace(f"{CASES}/", "")
    assert told + "\n" == file.with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_cases_and_each_has_its_message() -> None:
    assert len(BROKEN) >= 20
    assert {file.stem for file in BROKEN} == {file.stem for file in CASES.glob("*.txt")}
