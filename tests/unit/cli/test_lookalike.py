"""``catcher lookalike``: names in, probabilities out, whatever is typed."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.cli.lookalike import typed_name
from catcher.model.domain import to_alabel
from tests.support.commands import Catcher


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A watch-list, in a folder without a configuration."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "watch.csv"
    file.write_text("domain,organisation\narmy.mil,U.S. Army\nnavy.mil,U.S. Navy\n", encoding="utf-8")
    return str(file)


def stdin(monkeypatch: pytest.MonkeyPatch, octets: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets), encoding="utf-8"))


def test_match_prints_the_outer_surface(catcher: Catcher, watch: str) -> None:
    ended = catcher("lookalike", "match", "army.ml", "army.mil", "--watch", watch, "--json")
    assert ended.status == 0
    typo, watched = ended.rows
    assert list(typo) == ["typed", "candidates", "abstained"]
    assert list(typo["candidates"][0]) == ["domain", "score", "edit"]
    assert (typo["candidates"][0]["domain"], typo["abstained"]) == ("army.mil", False)
    assert watched == {"typed": "army.mil", "candidates": [], "abstained": True}


def test_a_dash_reads_names_from_stdin(catcher: Catcher, watch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that aren't UTF-8, empty lines and lines without an end are no reason to stop."""
    stdin(monkeypatch, b"army.ml\n\n\xff\xfe.mil\n" + b"a" * 1_000_000 + b"\nNVAY.mil")
    ended = catcher("lookalike", "match", "-", "--watch", watch, "--json")
    assert [row["typed"][:10] for row in ended.rows] == ["army.ml", "mil", "a" * 10, "nvay.mil"]
    assert ended.rows[-1]["candidates"][0]["domain"] == "navy.mil"


def test_match_for_people_names_the_answer(catcher: Catcher, watch: str) -> None:
    ended = catcher("lookalike", "match", "army.ml", "nothing.example", "--watch", watch)
    first, second = ended.out.splitlines()
    assert first.startswith("army.ml → army.mil")
    assert second == "nothing.example → not known for whom"


def test_the_configurations_watch_list_stands_in(catcher: Catcher, sink: Path) -> None:
    (sink / "watch.csv").write_text("domain,organisation\narmy.mil,U.S. Army\n", encoding="utf-8")
    settings = sink / "catcher.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[fingerprint]", '[fingerprint]\nwatchlist = "watch.csv"', 1), encoding="utf-8")
    ended = catcher("lookalike", "match", "army.ml", "--json")
    assert ended.rows[0]["candidates"][0]["domain"] == "army.mil"


@pytest.mark.parametrize("typed", ["xn--i-7iq.ws", "xn--53hy7af013i.ws", "xn--i-7iq.army.ml", "mail.xn--i-7iq.ws"])
def test_an_a_label_outside_idna_is_a_name(typed: str) -> None:
    """Emoji: .ml and .ws register such names."""
    assert typed_name(typed) == typed


def test_without_protected_names_it_says_what_to_give(
    catcher: Catcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = catcher("lookalike", "match", "army.ml")
    assert ended.status == 2
    assert "--watch" in ended.err


def test_generate_lists_names_worth_holding(catcher: Catcher, watch: str) -> None:
    ended = catcher("lookalike", "generate", "--watch", watch, "--tld", "ml", "--limit", "3", "--json")
    assert ended.status == 0
    assert len(ended.rows) == 6
    assert ended.rows[0] | {"score": 0} == {"protected": "army.mil", "domain": "army.ml", "score": 0, "edit": "tld"}


def test_generate_refuses_what_is_no_tld(catcher: Catcher, watch: str) -> None:
    assert catcher("lookalike", "generate", "--watch", watch, "--tld", "m l").status == 2


@pytest.mark.parametrize(
    ("text", "name"), [("army,mil", "army.mil"), ("army..mil", "army.mil"), ("army mil", "army.mil"), ("☃☃", "")]
)
def test_a_slip_that_is_no_domain_name_is_read_as_one(text: str, name: str) -> None:
    assert typed_name(text) == name


@given(st.text(max_size=400))
def test_a_typed_name_is_a_domain_name_or_empty(text: str) -> None:
    name = typed_name(text)
    assert not name or to_alabel(name) == name


def test_a_watched_name_outside_idna_2008_is_matched_and_generated(catcher: Catcher, tmp_path: Path) -> None:
    """Some registries sell emoji; the row refuses no other row of the list."""
    file = tmp_path / "emoji.csv"
    file.write_text("domain,organisation\nxn--i-7iq.ws,A shop\narmy.mil,U.S. Army\n", encoding="utf-8")
    ended = catcher("lookalike", "match", "xn--i-7iq.wss", "army.ml", "--watch", str(file), "--json")
    assert [row["candidates"][0]["domain"] for row in ended.rows] == ["xn--i-7iq.ws", "army.mil"]
    ended = catcher("lookalike", "generate", "--tld", "ml", "--limit", "1", "--watch", str(file), "--json")
    assert [row["domain"] for row in ended.rows] == ["xn--i-7iq.ml", "army.ml"]
