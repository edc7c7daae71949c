"""Every key of catcher.toml is explained where it is defined and in the file that ``catcher init`` writes."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from catcher.cli import notify
from catcher.config import Config, load
from catcher.config.describe import sentences
from tests.support.tree import ROOT


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The section that a field holds, alone or repeated; None for a plain key."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def keys(model: type[BaseModel] = Config, above: str = "") -> Iterator[tuple[str, str | None]]:
    """Every key with its doc sentence."""
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section is None:
            yield above + name, sentences(model).get(name)
        else:
            assert section.__doc__, above + name
            yield from keys(section, f"{above}{name}.")


KEYS = dict(keys())


def test_the_keys_of_the_design_are_there() -> None:
    assert {"node.state", "dns.zone.file", "smtp.hostname", "store.keep_days", "fingerprint.lookups"} <= KEYS.keys()


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_a_sentence(key: str) -> None:
    sentence = KEYS[key]
    assert sentence and sentence.rstrip().endswith("."), key


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``catcher init`` makes."""
    folder = tmp_path_factory.mktemp("init") / "sink"
    subprocess.run([sys.executable, "-m", "catcher", "init", str(folder)], check=True, capture_output=True, timeout=60)
    return folder


def test_what_init_writes_is_right(written: Path) -> None:
    assert load(written / "catcher.toml").dns.listen


@pytest.mark.parametrize("key", KEYS)
def test_init_shows_a_key(written: Path, key: str) -> None:
    text = (written / "catcher.toml").read_text(encoding="utf-8")
    name = key.rpartition(".")[2]
    assert any(line.lstrip("# ").startswith((f"{name} =", f"{name}=")) for line in text.splitlines())


def test_init_shows_only_keys_that_exist(written: Path) -> None:
    """With every example key switched on the file still has no key that the schema doesn't know."""
    shown = tomllib.loads((written / "catcher.toml").read_text(encoding="utf-8"))
    assert shown.keys() <= Config.model_fields.keys()


def test_the_unit_file_starts_what_exists() -> None:
    unit = (ROOT / "deploy" / "catcher.service").read_text(encoding="utf-8")
    assert "catcher serve -c" in unit
    assert "ExecReload=/bin/kill -HUP $MAINPID" in unit


def test_the_timers_unit_runs_what_exists() -> None:
    unit = (ROOT / "deploy" / "catcher-notify.service").read_text(encoding="utf-8")
    ran = re.findall(r"^ExecStart=\S+/catcher (\S+) (\S+) -c", unit, re.MULTILINE)
    assert ran == [("notify", "list"), ("notify", "send")]
    assert {command for _, command in ran} <= notify.command.commands.keys()
