"""catcher.toml at a reload: read again if it changed; running values where a restart is needed or a fault is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.config import load_config
from catcher.model.serving import ServedPart
from tests.support.loadingnode import LATER, LOADED_AT, NODE_TOML, LoadingNode


def in_a_century() -> datetime:
    """A time at which no file counts as changed of late."""
    return datetime.fromtimestamp(Path(__file__).stat().st_ctime, UTC) + timedelta(days=36500)


def test_catcher_toml_is_read_again_only_if_it_changed(node: LoadingNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time tells; a file that changed within the last seconds may change again under the same time."""
    late, read = in_a_century(), list[Path]()
    monkeypatch.setattr(
        "catcher.serve.loading.configpart.load_config",
        lambda path, **options: read.append(path) or load_config(path, **options),  # type: ignore[func-returns-value]
    )
    first = node.start()
    second = node.start(LOADED_AT, first)
    third = node.start(late, second)
    assert len(read) == 2, "a file of just now is read each time"
    fourth = node.start(late, third)
    assert len(read) == 2
    assert fourth.config is first.config and fourth.config_at == late
    (node.folder / "catcher.toml").write_text(NODE_TOML + '[node]\nname = "other"\n')
    assert node.start(late, fourth).config.node.name == "other"


def test_keys_that_need_a_restart_are_named_until_then(node: LoadingNode) -> None:
    late = in_a_century()
    first = node.start()
    (node.folder / "catcher.toml").write_text(NODE_TOML.replace("127.0.0.1:5300", "127.0.0.1:5301"))
    second = node.start(late, first)
    third = node.start(late, second)
    for loaded in (second, third):
        assert loaded.restart_needed == ("dns.listen",)
        assert loaded.config.dns.listen == first.config.dns.listen


def test_a_faulty_catcher_toml_leaves_the_running_one(node: LoadingNode) -> None:
    late = in_a_century()
    first = node.start()
    (node.folder / "catcher.toml").write_text(NODE_TOML + "[[dns.zone]]\n")
    for now in (LATER, late):
        loaded = node.start(now, first)
        assert loaded.config is first.config
        (part, *_) = (part for part in loaded.kept if part.part is ServedPart.CONFIG)
        assert (part.name, part.since, part.serves) == ("catcher.toml", LATER, LOADED_AT)
    (node.folder / "catcher.toml").write_text(NODE_TOML)
    assert not node.start(late, loaded).kept
