"""``catcher check --against``: what makes a run void, how its age counts, and a damaged record."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.catalogue import Guard
from catcher.catalogue.guardrecord import load_guard, load_or_keep
from catcher.wiring import SystemClock
from tests.support.commands import Catcher

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
OURS = "army NS ns1.sink.example.\nnavy NS ns2.sink.example.\n"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present, to be moved."""
    present = [NOW]
    monkeypatch.setattr(SystemClock, "now", lambda self: present[0])
    return present


def tld(folder: Path, serial: int, *, others: int = 0, text: str = OURS, closed: bool = False) -> str:
    soa = f"@ SOA a.nic host.nic {serial} 1 2 3 4\n"
    more = "".join(f"other{number} NS ns.other.example.\n" for number in range(others))
    zone = folder / "ml.zone"
    zone.write_text(f"$ORIGIN ml.\n$TTL 300\n{soa}@ NS a.nic\n{text}{more}{soa if closed else ''}")
    return str(zone)


def seen_at(sink: Path) -> datetime:
    return load_guard(sink / "var", required=True).runs["ml"].as_of


def test_the_age_counts_from_the_first_sight_of_a_serial(catcher: Catcher, sink: Path, clock: list[datetime]) -> None:
    catcher("check", "--against", tld(sink, 7))
    clock[0] = NOW + timedelta(hours=20)
    assert catcher("check", "--against", tld(sink, 7)).status == 0
    assert seen_at(sink) == NOW
    catcher("check", "--against", tld(sink, 8))
    assert seen_at(sink) == clock[0]


def test_an_older_serial_clears_nothing(catcher: Catcher, sink: Path) -> None:
    catcher("check", "--against", tld(sink, 5, text="army NS ns.other.example.\n"))
    ended = catcher("check", "--against", tld(sink, 4))
    assert ended.status == 2
    assert "ml.zone: its serial 4 is older than 5, the serial of the last run" in ended.err
    assert load_guard(sink / "var", required=True).refuses("army.ml"), "the refusal stands"
    assert catcher("check", "--accept-serial", "--against", tld(sink, 4)).status == 0


def test_serials_wrap(catcher: Catcher, sink: Path) -> None:
    catcher("check", "--against", tld(sink, (1 << 32) - 1))
    assert catcher("check", "--against", tld(sink, 3)).status == 0


def test_delegations_down_by_more_than_a_tenth_clear_nothing(catcher: Catcher, sink: Path) -> None:
    catcher("check", "--against", tld(sink, 1, others=18))
    assert catcher("check", "--against", tld(sink, 2, others=16)).status == 0, "a tenth"
    ended = catcher("check", "--against", tld(sink, 3, others=14))
    assert ended.status == 2
    assert "it has 16 delegations, over a tenth fewer than the 18 of the last run; the run clears nothing" in ended.err
    assert catcher("check", "--accept-shrink", "--against", tld(sink, 3, others=14)).status == 0


def test_a_zone_that_ended_with_its_soa_has_to_end_with_it(catcher: Catcher, sink: Path) -> None:
    catcher("check", "--against", tld(sink, 1, closed=True))
    ended = catcher("check", "--against", tld(sink, 2))
    assert ended.status == 2 and "it doesn't end with its SOA as at the last run: it is cut off" in ended.err


def test_stdin(catcher: Catcher, sink: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Path(tld(sink, 7)).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(zone)))
    ended = catcher("check", "--against", "-")
    assert ended.status == 0
    assert "stdin: zone ml, serial 7: 2 names compared, 0 refused" in ended.out


def test_a_ds_and_a_wildcard_are_findings(catcher: Catcher, sink: Path) -> None:
    text = "army NS ns1.sink.example.\narmy DS 1 13 2 AABB\n*.ml. A 192.0.2.1\n"
    ended = catcher("check", "--against", tld(sink, 7, text=text))
    assert ended.status == 1
    assert "army.ml has a DS record in the TLD's zone (ml.zone:6)" in ended.out
    assert "*.ml has an A record: it answers for the 1 catalogued names" in ended.out
    assert load_guard(sink / "var", required=True).clears("army.ml")


def test_options_that_belong_together(catcher: Catcher, sink: Path) -> None:
    assert catcher("check", "--axfr", "192.0.2.1").status == 2
    assert catcher("check", "--against", "-", "--against", "-").status == 2
    assert catcher("check", "--axfr", "192.0.2.1:x", "--zone", "ml").status == 2


DAMAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["runs", "origin", "ran_at", "names", "serial", "refused", "x"]), inner)
    ),
    max_leaves=12,
)


@given(DAMAGE | st.just("[" * 100_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_record_damaged_in_any_shape_keeps_the_guard_before(tmp_path: Path, damage: object) -> None:
    import json

    text = damage if isinstance(damage, str) else json.dumps(damage)
    (tmp_path / "guard.json").write_text(text)
    before = Guard(required=True)
    found = load_or_keep(tmp_path, required=True, hours=24, before=before)
    assert found.guard.runs == {}
    assert found.fault is None or found.fault.where.endswith("guard.json")
