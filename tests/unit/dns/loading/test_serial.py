"""A name's serial rises when its own zone changes, by whatever cause, over restarts and clocks set back; no other's."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catcher import catalogue
from catcher.dns import Authority, load_authority
from catcher.dns.loading import changes, serial
from catcher.dns.loading.ledger import SERIAL_FILE
from catcher.dns.zones.serials import is_newer, raised
from tests.support.dnsserver.serials import LATER, ROWS, State, guard, risen, serials
from tests.support.dnsserver.serving import NOW, settings


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


def test_the_first_load_gives_the_time(state: State) -> None:
    assert set(serials(state.load(NOW), NOW).values()) == {int(NOW.timestamp())}


def test_a_changed_row_raises_its_own_serial_alone(state: State) -> None:
    first = state.load(NOW)
    rows = ("army.ml,army.mil,null", *ROWS[1:], "new.ml,,accept")
    second = state.load(LATER, rows, before=first)
    assert risen(serials(first, NOW), serials(second, LATER)) == {"army.ml"}
    again = state.load(LATER + timedelta(days=1), rows)
    assert serials(again, LATER) == serials(second, LATER)


def test_changes_within_a_second(state: State) -> None:
    before = state.load(NOW)
    for policy in ("null", "observe", "accept"):
        after = state.load(NOW, (f"army.ml,,{policy}", *ROWS[1:]), before=before)
        assert risen(serials(before, NOW), serials(after, NOW)) == {"army.ml"}
        before = after


def test_a_note_changes_no_zone(state: State) -> None:
    first = state.load(NOW)
    second = state.load(LATER, ("army.ml,army.mil,accept,,,a note", *ROWS[1:]), before=first)
    assert serials(first, NOW) == serials(second, LATER)


def test_a_date_that_passed(state: State) -> None:
    """Its midnight is the serial, over a restart, too; a row without the date keeps it."""
    first, passed = state.load(NOW), datetime(2026, 11, 5, 1, tzinfo=NOW.tzinfo)
    assert risen(serials(first, NOW), serials(first, passed)) == {"fleet.ml"}
    assert serials(first, passed)["fleet.ml"] == int(passed.replace(hour=0).timestamp())
    second = state.load(passed, before=first)
    assert serials(second, passed) == serials(state.load(passed), passed) == serials(first, passed)
    plain = state.load(passed, (*ROWS[:2], "fleet.ml,,null"), before=second)
    assert serials(plain, passed) == serials(second, passed)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_set_back_never_lowers_a_serial(state: State, restarted: bool) -> None:
    passed = datetime(2026, 11, 5, 1, tzinfo=NOW.tzinfo)
    ahead = state.load(passed)
    back = state.load(NOW, before=None if restarted else ahead)
    assert risen(serials(ahead, passed), serials(back, NOW)) == {"army.ml", "navy.ml", "fleet.ml"}
    changed = state.load(LATER, ("army.ml,,null", *ROWS[1:]), before=back)
    assert risen(serials(back, NOW), serials(changed, LATER)) == {"army.ml"}
    assert risen(serials(changed, LATER), serials(changed, passed)) == {"fleet.ml"}


def test_a_changed_template_raises_all(state: State) -> None:
    first = state.load(NOW)
    second = state.load(NOW, template="@ 60 TXT x\n", before=first)
    assert len(risen(serials(first, NOW), serials(second, NOW))) == 3


def test_too_many_changed_rows_give_one_serial_to_all(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (changes, serial):
        monkeypatch.setattr(module, "MAX_CHANGED", 1)
    first = state.load(NOW)
    second = state.load(LATER, ("army.ml,,null", "navy.ml,,null", ROWS[2]), before=first)
    assert risen(serials(first, NOW), serials(second, LATER)) == {"army.ml", "navy.ml", "fleet.ml"}
    assert set(serials(second, LATER).values()) == {int(LATER.timestamp())}


def test_a_name_that_comes_back_is_newer(state: State) -> None:
    first = state.load(NOW)
    second = state.load(NOW, ROWS[1:], before=first)
    third = state.load(NOW, ROWS, before=second)
    assert is_newer(serials(third, NOW)["army.ml"], serials(first, NOW)["army.ml"])


def test_the_digest_is_of_the_rows_that_were_read(state: State) -> None:
    """A file saved while it is loaded must not stand in the ledger under the rows that it replaced."""
    made = settings(state.folder, ("army.ml,,accept",))
    read = catalogue.read_catalogue(made.catalogue.files)
    settings(state.folder, ("army.ml,,null",))
    first = load_authority(made, read, now=NOW)
    second = load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=LATER)
    assert risen(serials(first, NOW), serials(second, LATER)) == {"army.ml"}


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"7", b'{"base": [1, 2]}', b"\0", b"\xff\xfe", b"[" * 5000])
def test_a_damaged_ledger_is_replaced(state: State, text: bytes) -> None:
    state.load(NOW)
    file = state.folder / "var" / SERIAL_FILE
    file.write_bytes(text)
    assert set(serials(state.load(LATER), LATER).values()) == {int(LATER.timestamp())}
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_bytes())["base"][0] == int(LATER.timestamp())


@pytest.mark.parametrize(
    "damage",
    [
        {"seen": float("inf")},
        {"seen": float("nan")},
        {"seen": 1e300},
        {"seen": -1e300},
        {"base": [1, 1e300]},
        {"rows": []},
        {"rows": {"army.ml": [1, float("inf")]}},
        {"refused": 7},
        {"catalog": {"kind": "x", "serial": [1, 1], "journal": [[1, 2, []]]}},
        {"catalog": []},
    ],
)
def test_a_ledger_of_the_right_form_with_wrong_values(state: State, damage: dict[str, object]) -> None:
    """No load ends by it: neither the first after a restart nor the next."""
    first = state.load(NOW)
    file = state.folder / "var" / SERIAL_FILE
    file.write_text(json.dumps(json.loads(file.read_bytes()) | damage))
    again = state.load(LATER)
    assert len(risen(serials(first, NOW), serials(again, LATER))) in (0, 3)
    state.load(LATER, before=again)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_serial_that_notify_announced_never_falls(state: State, restarted: bool) -> None:
    """The clock ran ahead over a midnight, NOTIFY told the serial of that midnight, and the clock was set back."""
    first, passed = state.load(NOW), datetime(2026, 11, 5, 1, tzinfo=NOW.tzinfo)
    announced = serials(first, passed)
    second = state.load(LATER, before=None if restarted else first, seen=passed.timestamp())
    assert is_newer(serials(second, LATER)["fleet.ml"], announced["fleet.ml"])


def test_a_full_disk_costs_nothing(
    state: State, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The ledger stays whole, the reload goes on, and the serials in memory hold for the next one."""
    first = state.load(NOW)
    kept = (state.folder / "var" / SERIAL_FILE).read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("catcher.dns.loading.ledger.replace_file", full)
    second = state.load(LATER, ("army.ml,,null", *ROWS[1:]), before=first)
    third = state.load(LATER, ROWS, before=second)
    assert risen(serials(first, NOW), serials(second, LATER)) == {"army.ml"}
    assert risen(serials(second, LATER), serials(third, LATER)) == {"army.ml"}
    assert (state.folder / "var" / SERIAL_FILE).read_bytes() == kept
    assert "No space left" in caplog.text


def members(authority: Authority, since: int, now: datetime) -> list[str] | None:
    assert authority.catalog is not None
    found = authority.catalog.records_since(since, now)
    return (
        None if found is None else [rrset.rdatas[0].octets.decode("latin-1") for _, rrset in found if rrset.rrtype != 6]
    )


def test_the_catalog_zone_rises_with_its_members_alone(state: State) -> None:
    first = state.load(NOW)
    assert first.catalog is not None
    given = first.catalog.serial(NOW)
    policy = state.load(LATER, ("army.ml,,null", *ROWS[1:]), before=first)
    assert policy.catalog is not None and policy.catalog.serial(LATER) == given
    assert policy.catalog.serial(LATER + timedelta(days=1)) == given
    added = state.load(LATER, (*ROWS, "new.ml"), before=policy)
    assert added.catalog is not None and is_newer(added.catalog.serial(LATER), given)
    assert members(added, given, LATER) == ["\3new\2ml\0"]
    restarted = state.load(LATER, (*ROWS, "new.ml"))
    assert members(restarted, given, LATER) == ["\3new\2ml\0"]


def test_a_group_of_policies_follows_the_guard(state: State) -> None:
    first = state.load(NOW, group="policy")
    assert first.catalog is not None
    second = state.load(LATER, guard=guard({"army.ml"}), before=first, group="policy")
    assert members(second, first.catalog.serial(NOW), LATER) == ["\6accept", "\4null"]


def test_a_damaged_journal_means_the_whole_zone(state: State) -> None:
    first = state.load(NOW)
    state.load(LATER, (*ROWS, "new.ml"), before=first)
    file = state.folder / "var" / SERIAL_FILE
    kept = json.loads(file.read_bytes())
    kept["catalog"]["journal"][0][1] += 1
    file.write_text(json.dumps(kept))
    assert first.catalog is not None
    restarted = state.load(LATER, (*ROWS, "new.ml"))
    assert members(restarted, first.catalog.serial(NOW), LATER) is None
    assert restarted.catalog is not None and is_newer(restarted.catalog.serial(LATER), first.catalog.serial(NOW))


def test_serials_are_compared_modulo() -> None:
    """RFC 1982 §3.2."""
    assert is_newer(0, 2**32 - 1) and not is_newer(2**32 - 1, 0) and not is_newer(5, 5)
    assert raised(2**32 - 1, 2**32 - 1) == 0 and raised(7, 9.5) == 9 and raised(9, 7) == 10


def test_only_the_lines_that_differ_are_found() -> None:
    names = [f"d{number}.ml,,accept" for number in range(20_000)]
    old = "".join(f"{line}\n" for line in names).encode()
    names[9_000] = "d9000.ml,,null"
    new = "".join(f"{line}\n" for line in [*names[:100], *names[101:], "new.ml,,null"]).encode()
    assert changes.differing_lines(old, new) == {
        b"d100.ml,,accept",
        b"d9000.ml,,accept",
        b"d9000.ml,,null",
        b"new.ml,,null",
    }
    assert changes.differing_lines(old, old) == changes.differing_lines(b"", b"") == set()
    assert changes.differing_lines(b"", b"a\n") == {b"a"}
