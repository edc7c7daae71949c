"""``catcher status`` and ``catcher reload``: what they print, and their exit statuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catcher import wiring
from catcher.cli import reload as reload_command
from catcher.cli import status as status_command
from catcher.config import load_config
from catcher.model.serverstatus import ServerStatus
from catcher.model.serving import ReloadOutcome, ReloadResult
from catcher.wiring import SystemClock
from tests.support.commands import Catcher
from tests.support.statuses import KEPT, NOW, UNSEEN, status

Serving = Callable[..., None]


@pytest.fixture
def serving(sink: Path, monkeypatch: pytest.MonkeyPatch) -> Serving:
    """Sets the statuses of the running servers."""
    monkeypatch.setattr(SystemClock, "now", lambda self: NOW)

    def serve(*statuses: ServerStatus) -> None:
        monkeypatch.setattr(status_command, "server_statuses", lambda state: [*statuses])

    return serve


def test_a_server_in_which_all_is_well(catcher: Catcher, serving: Serving) -> None:
    serving(status(counters={"dns-0": {"num.udp": 3, "num.udp6": 4, "num.dropped": 1}}))
    ended = catcher("status")
    assert ended.status == 0
    for said in (
        "sink-1: dns and smtp, catcher 1.0, pid 10, since 2026-11-01T12:00:00Z",
        "generation 3, since 2026-11-03T10:00:00Z; 2 reloads adopted, 1 failed",
        "catalogue: 5 names",
        "zones: 30 beside the catalogue, 0 of them not as their files say",
        "ml: serial 42, 4 h 0 min old, lapses in 20 h 0 min, 2 names refused",
        "192.0.2.53:53: key k.example",
        "192.0.2.54:53: by address alone",
    ):
        assert said in ended.out
    (line,) = (line.split() for line in ended.out.splitlines() if line.startswith("together"))
    assert line[1:5] == ["7", "0", "1", "0"], "udp and udp6 are one column"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kept": (KEPT,)}, "sink.example: kept, serial 7 is served"),
        ({"unseen": UNSEEN}, "secondaries miss a change: sink.zone: it changed; raise the serial"),
        ({"waiting": True}, "waiting"),
        ({"error": "no memory"}, "the latest reload failed: no memory"),
        ({"restart_needed": ("dns.listen",)}, "needs a restart: dns.listen"),
        ({"lapsed": True}, "lapsed 0 h 1 min ago"),
    ],
)
def test_a_finding_is_said_and_is_the_exit_status(
    catcher: Catcher, serving: Serving, change: dict[str, Any], said: str
) -> None:
    serving(status(roles=("dns",)), status(roles=("smtp",), **change))
    ended = catcher("status")
    assert ended.status == 1 and said in ended.out
    assert catcher("status", "--json").status == 1


def test_thousands_of_faulty_zones_are_a_number_in_text_and_rows_in_json(catcher: Catcher, serving: Serving) -> None:
    many = tuple(KEPT.__class__(KEPT.part, f"z{n}.example", KEPT.fault, KEPT.since, None) for n in range(3000))
    serving(status(kept=many))
    ended = catcher("status")
    assert "3000 of them not as their files say" in ended.out and len(ended.out.splitlines()) < 80
    assert len(catcher("status", "--json").rows[0]["zones"]) == 3030


def test_metrics_are_one_text_for_all_servers(catcher: Catcher, serving: Serving) -> None:
    serving(status(roles=("dns",)), status(roles=("smtp",), kept=(KEPT,)))
    ended = catcher("status", "--metrics")
    assert ended.status == 0 and ended.out.count("# EOF") == 1 and ended.out.endswith("# EOF\n")


@pytest.mark.parametrize("command", ["status", "reload"])
def test_without_a_server_it_says_so(catcher: Catcher, sink: Path, command: str) -> None:
    ended = catcher(command)
    assert ended.status == 3 and "no server runs with the state folder" in ended.err and not ended.out


@pytest.mark.parametrize(
    ("outcome", "exit_status", "said"),
    [
        (ReloadOutcome(ReloadResult.RELOADED, domains=3, zones=2, seconds=0.31), 0, "reloaded: 3 names and 2 zones"),
        (
            ReloadOutcome(ReloadResult.PARTLY, (KEPT,), domains=3),
            1,
            "kept: zone sink.example: sink.zone:3: it is wrong",
        ),
        (ReloadOutcome(ReloadResult.PARTLY, (), ("dns.listen",)), 1, "needs a restart: dns.listen"),
        (ReloadOutcome(ReloadResult.FAILED, error="no memory"), 3, "because: no memory"),
    ],
)
def test_a_reload_says_what_came_of_it(
    catcher: Catcher,
    sink: Path,
    monkeypatch: pytest.MonkeyPatch,
    outcome: ReloadOutcome,
    exit_status: int,
    said: str,
) -> None:
    """A broken catcher.toml is a reason to ask, not to refuse: the server says what it keeps."""
    with (sink / "catcher.toml").open("a") as file:
        file.write('\n[odd]\nkey = "unknown"\n')
    monkeypatch.setattr(reload_command, "tell_server", lambda state, waiting: outcome)
    ended = catcher("reload")
    assert ended.status == exit_status and said in ended.out
    assert catcher("reload", "--json").rows == [outcome.to_json()]


def test_the_store_is_a_section_and_a_finding(catcher: Catcher, serving: Serving, sink: Path) -> None:
    serving(status())
    assert catcher("status", "--json").rows[0]["store"] is None, "there is none, and asking makes none"
    config = load_config(sink / "catcher.toml")
    store = wiring.open_store(config)
    store.note_sure_moment(NOW)
    store.note_upkeep(NOW.date())
    store.close()
    ended = catcher("status")
    assert ended.status == 0 and "upkeep: done for 2026-11-03; keys: " in ended.out and "MB free" in ended.out
    store = wiring.open_store(config)
    store.note_sure_moment(NOW - timedelta(days=9), accepted_by="Awa Diarra")
    store.close()
    ended = catcher("status", "--json")
    assert ended.status == 1 and ended.rows[0]["store"]["clock"]["sure"] is False
    config.store.path.write_bytes(b"no database" * 1000)
    ended = catcher("status")
    assert ended.status == 1 and "the store can't be read" in ended.out and "damaged" in ended.out
