"""The list of peers is the one list: each is used; a test that lacks one is skipped in words that CI looks for."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.support.peercalls import asked
from tests.support.peers import Peer, need_root, peer, peers
from tests.support.tree import ROOT, sources, text_of


@cache
def all_asked() -> frozenset[str]:
    """The names that tests and benchmarks ask for."""
    paths = [path for path in sources("tests", "catcher") if path != Path("tests/house/test_peers.py")]
    return frozenset().union(*(asked(ast.parse(text_of(path))) for path in paths))


@pytest.mark.parametrize("name", peers())
def test_a_listed_peer_is_used(name: str) -> None:
    """By a test, by a benchmark, or by ``deploy/peers`` itself, which runs npm."""
    own = peers()[name].program
    assert {name, own} & all_asked() or re.search(rf"^ +{own} install ", text_of(Path("deploy/peers")), re.MULTILINE)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("command = [str(peer('dig'))]", {"dig"}),
        ("@parametrize('program', ['dig', 'kdig'])\ndef test(program): peer(program)", {"dig", "kdig"}),
        ("BOTH = {'dig': 1}\n@parametrize('program', BOTH)\ndef test(program): peer(program)", {"dig"}),
        ("def ask(program): peer(program)\ndef test(): ask('drill')", {"drill"}),
        (
            "def ask(program): peer(program)\n@parametrize('name', ['drill'])\ndef test(name): ask(name)",
            {"drill"},
        ),
        ("names = ['dig']\nprint('dig')", set()),
    ],
)
def test_what_asks_for_a_peer_is_told_from_a_mention(source: str, names: set[str]) -> None:
    assert asked(ast.parse(source)) == names


def test_every_peer_says_why_it_is_there() -> None:
    assert all(isinstance(p, Peer) and len(p.why) > 10 for p in peers().values())


def test_no_test_looks_for_a_program_on_its_own() -> None:
    """It would be skipped in words that nobody looks for."""
    searching = [path for path in sources("tests") if re.search(r"\bwhich\(", text_of(path))]
    assert searching == [Path("tests/support/peers.py")]


def reason_for_ci(reason: str) -> bool:
    """Whether .ci/run finds ``reason`` in the results."""
    pattern = re.search(r"grep -oE '([^']*)'", (ROOT / ".ci" / "run").read_text())
    assert pattern is not None
    done = subprocess.run(["grep", "-qE", pattern[1]], input=f'<skipped message="{reason}"/>', text=True)
    return done.returncode == 0


def test_ci_notices_an_absent_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(pytest.skip.Exception) as skipped:
        peer("dig")
    assert reason_for_ci(str(skipped.value))


def test_ci_notices_that_it_is_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(pytest.skip.Exception) as skipped:
        need_root("bind a low port")
    assert reason_for_ci(str(skipped.value))


def test_ci_lets_other_reasons_pass() -> None:
    assert not reason_for_ci("shared data absent: mail/x")


@pytest.mark.parametrize("script", ["deploy/peers", "deploy/lock", ".ci/run", ".ci/nightly", ".ci/bare-roots"])
def test_scripts_are_sound(script: str) -> None:
    subprocess.run(["bash", "-n", str(ROOT / script)], check=True)
    assert (ROOT / script).stat().st_mode & 0o111
