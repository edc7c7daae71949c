"""Sixty odd packets, to catcher, NSD and Knot alike: catcher does as one of them, or tests/README.md says why."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.authoritative import knot, knot_zones, nsd, nsd_zones
from tests.support.server import Server
from tests.support.shared import shared

_TESTS = Path(__file__).parents[1]
_ZONE = _TESTS / "cases" / "probe" / "typo.test.zone"
_ROW = re.compile(r"^\| `(?P<probe>[^`]+)` \| (?P<ours>[^|]+?) \| [^|]+ \| [^|]+ \| (?P<why>[^|]+) \|$", re.MULTILINE)


def explained() -> dict[str, str]:
    """Probe → what catcher says, from the table of README.md."""
    text = (_TESTS / "README.md").read_text(encoding="utf-8")
    return {match["probe"]: match["ours"].strip("`") for match in _ROW.finditer(text)}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, str, str]]]:
    """Probe → what catcher, NSD and Knot said."""
    folder = tmp_path_factory.mktemp("probes")
    server = Server(folder / "sink")
    server.config.write_text(server.config.read_text() + f'[[dns.zone]]\nname = "typo.test"\nfile = "{_ZONE}"\n')
    with (
        nsd(folder / "nsd", nsd_zones({"typo.test": _ZONE}), "typo.test") as first,
        knot(folder / "knot", knot_zones({"typo.test": _ZONE}), "typo.test") as second,
    ):
        server.start()
        try:
            ports = (f"catcher={server.dns[1]}", f"nsd={first.port}", f"knot={second.port}")
            script = [sys.executable, str(shared("dns/probe.py")), *ports]
            out = subprocess.run(script, check=True, capture_output=True, text=True, timeout=120).stdout
        finally:
            assert server.stop() == 0
    rows = [[cell.strip() for cell in line.split("|")] for line in out.splitlines()[1:]]
    yield {row[0]: (row[1], row[2], row[3]) for row in rows}


def test_every_difference_is_explained(told: dict[str, tuple[str, str, str]]) -> None:
    assert len(told) >= 60
    different = {probe: ours for probe, (ours, *theirs) in told.items() if ours not in theirs}
    assert different == explained(), different.items() ^ explained().items()


def test_nothing_that_is_answered_by_both_is_left_unanswered(told: dict[str, tuple[str, str, str]]) -> None:
    silent = [probe for probe, said in told.items() if said[0] == "no reply" and "no reply" not in said[1:]]
    assert not silent
