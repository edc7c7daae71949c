"""The generated pages of docs/ are what the code says, and nothing of the code is missing in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from catcher.cli.reference import PAGES, commands, markdown
from catcher.config import reference
from catcher.config.schema import RESTART_KEYS, Config
from tests.support.tree import ROOT


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    kept = (ROOT / name).read_text(encoding="utf-8")
    assert kept == PAGES[name](), "make docs"


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_a_command_has_a_chapter(name: str) -> None:
    assert f"# catcher {name}\n" in markdown()


def keys(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        section = reference.section_of(field)
        if section is None:
            yield above + name
        else:
            yield from keys(section, f"{above}{name}.")


KEYS = frozenset(keys(Config))


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_key_has_a_row(key: str) -> None:
    section, _, name = key.rpartition(".")
    chapters = reference.markdown().split("\n## ")
    chapter = next(each for each in chapters if each.lstrip("[").startswith(f"{section}]"))
    assert f"\n| `{name}` | " in chapter


def test_the_keys_with_an_effect_of_their_own_exist() -> None:
    assert reference.COMMANDS_ONLY | reference.WATCHED | frozenset(RESTART_KEYS) <= KEYS


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("dns.workers", "restart"),
        ("dns.keys", "reload"),
        ("smtp.key", "reload; content: at once"),
        ("notify.days", "next command"),
    ],
)
def test_when_a_change_takes_effect(key: str, effect: str) -> None:
    assert reference.takes_effect(key) == effect
