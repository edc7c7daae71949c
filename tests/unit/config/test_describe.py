"""The commented file that init writes is the schema's, and loads back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from catcher.config import Config, load_config
from catcher.config.describe import describe, sentences


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "zonefiles").mkdir()
    (tmp_path / "tls").mkdir()
    (tmp_path / "explanations").mkdir()
    for name in ("catalogue.csv", "template.zone", "sink.example.zone"):
        (tmp_path / "zonefiles" / name).write_text("")
    for name in (
        *("watchlist.csv", "markings.csv", "asn.mmdb", "cookie-secrets.txt", "transfer.keys"),
        *("tls/chain.pem", "tls/key.pem"),
        *("tls/authorities.pem", "smarthost.password", "dkim.pem", "webhook.secret"),
    ):
        (tmp_path / name).write_text("")
    return tmp_path


def test_it_loads_back_and_holds_the_defaults(folder: Path) -> None:
    (folder / "catcher.toml").write_text(describe(), encoding="utf-8")
    config = load_config(folder / "catcher.toml")
    for name, field in Config.model_fields.items():
        section = getattr(config, name)
        for key, about in field.annotation.model_fields.items():  # type: ignore[union-attr]
            if not about.is_required() and not isinstance(about.default, Path) and key != "url":
                assert getattr(section, key) == about.default, f"{name}.{key}"


def test_a_given_value_takes_the_place_of_the_default(folder: Path) -> None:
    text = describe({"catalogue.template": "zonefiles/template.zone", "dns.workers": 2, "node.name": 'a "b" \\ ü'})
    (folder / "catcher.toml").write_text(text, encoding="utf-8")
    config = load_config(folder / "catcher.toml")
    assert config.catalogue.template == folder / "zonefiles" / "template.zone"
    assert config.dns.workers == 2
    assert config.node.name == 'a "b" \\ ü'


def test_every_key_stands_below_its_sentence() -> None:
    lines = describe().splitlines()
    for name, field in Config.model_fields.items():
        assert f"[{name}]" in lines
        for key in field.annotation.model_fields:  # type: ignore[union-attr]
            if key not in ("zone", "secondary", "lenient"):
                at = next(i for i, line in enumerate(lines) if line.lstrip("# ").startswith(f"{key} = "))
                assert lines[at - 1].startswith("# ") and sentences(field.annotation)[key], f"{name}.{key}"  # type: ignore[arg-type]


def test_what_is_commented_out_is_right_as_well(folder: Path) -> None:
    """With the mark taken from every key and section, the file is still one that loads."""
    known = {key for field in Config.model_fields.values() for key in field.annotation.model_fields}  # type: ignore[union-attr]
    lines = []
    for line in describe().splitlines():
        bare = line.removeprefix("# ")
        switched = bare.startswith("[[") or bare.partition(" = ")[0] in known | {
            "name",
            "file",
            "address",
            "key",
            "networks",
        }
        lines.append(bare if switched else line)
    (folder / "catcher.toml").write_text("\n".join(lines), encoding="utf-8")
    config = load_config(folder / "catcher.toml")
    assert config.dns.zone[0].name == "sink.example"
    assert str(config.dns.secondary[0].address) == "192.0.2.53:53"
    assert config.notify.domain == "notices.sink.example"
    assert config.notify.smarthost_user == "catcher"
    assert tomllib.loads(describe()).keys() == Config.model_fields.keys()
