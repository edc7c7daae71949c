"""One load: what it tells the parent and when; after a restart, what the copies in the state folder make good.

Longer than others: each part of a load has its own way through a fault and a restart.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.catalogue.guard import Run
from catcher.catalogue.guardrecord import record
from catcher.catalogue.names import SortedNames
from catcher.config import Config, load_config
from catcher.dns import Authority
from catcher.model.errors import CatcherError, ConfigurationError, EnvironmentFailure, Fault
from catcher.model.serving import KeptPart, ServedPart
from catcher.serve.loading import Before, LoadedDns, LoadedMail, MailRefused, Refused, load
from tests.support.dnsserver.serials import risen, serials

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TOML = """
[dns]
listen = ["127.0.0.1:5300"]
nameservers = ["ns1.sink.example"]
catalog_zone = "catalog.example"
[[dns.secondary]]
address = "192.0.2.53:53"
[smtp]
hostname = "mx.sink.example"
listen = ["127.0.0.1:2500"]
[catalogue]
files = ["catalogue.csv"]
"""
ROW = ServedPart.ROW, "army.ml"
ROWS = ("army.ml,army.mil,accept", "navy.ml,navy.mil,accept", "fleet.ml,,accept")


class Node:
    """A server's folder; ``start`` is its first load, with the copies written after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "catcher.toml").write_text(TOML)
        self.write(*ROWS)

    def write(self, *rows: str) -> None:
        (self.folder / "catalogue.csv").write_text("\n".join(("domain,intended,policy", *rows, "")))

    def zones(self, *apexes: str) -> None:
        """Configures whole zones."""
        sections = (f'[[dns.zone]]\nname = "{apex}"\nfile = "{apex}.zone"\n' for apex in apexes)
        (self.folder / "catcher.toml").write_text(TOML + "".join(sections))
        for apex in apexes:
            if not (self.folder / f"{apex}.zone").exists():
                self.zone(apex, 1)

    def zone(self, apex: str, serial: int) -> None:
        soa = f"@ 300 SOA ns1.sink.example. hostmaster.sink.example. {serial} 3600 600 604800 300"
        (self.folder / f"{apex}.zone").write_text(f"{soa}\n@ 300 NS ns1.sink.example.\n")

    def config(self) -> Config:
        return load_config(self.folder / "catcher.toml")

    def told(
        self, before: Before | None = None, roles: tuple[str, ...] = ("dns",), now: datetime = NOW
    ) -> list[object]:
        """What a load tells, piece by piece; its copies are written."""
        told: list[object] = []
        before = before or Before()
        copy = load(self.config() if before.dns is None else before.dns.config, before, roles, now, told.append)
        if copy is not None:
            copy()
        return told

    def start(self, now: datetime = NOW, before: LoadedDns | None = None) -> LoadedDns:
        told = self.told(Before(before), now=now)
        (loaded,) = (one for one in told if isinstance(one, LoadedDns))
        return loaded

    def kept(self, now: datetime) -> dict[tuple[ServedPart, str], datetime]:
        """Since when parts are kept, after a start with mail."""
        told: list[object] = []
        config = load_config(self.folder / "catcher.toml", files_may_be_missing=True)
        copy = load(config, Before(), ("dns", "smtp"), now, told.append)
        assert copy is not None
        copy()
        loaded = [one for one in told if isinstance(one, LoadedDns | LoadedMail)]
        return {(part.part, part.name): part.since for one in loaded for part in one.kept}


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def authority(loaded: LoadedDns) -> Authority:
    assert loaded.authority is not None
    return loaded.authority


def guard_parts(loaded: LoadedDns) -> list[KeptPart]:
    return [part for part in loaded.kept if part.part is ServedPart.GUARD]


def test_a_row_that_changed_while_the_server_was_down_raises_its_own_serial_alone(node: Node) -> None:
    first = authority(node.start())
    node.write("army.ml,army.mil,null", *ROWS[1:], "new.ml,,accept")
    started = node.start(LATER)
    second = authority(started)
    assert started.rows.restored is None, "the parent needn't take it"
    assert risen(serials(first, NOW), serials(second, LATER)) == {"army.ml"}
    assert first.catalog is not None and second.catalog is not None
    assert second.catalog.records_since(first.catalog.serial(NOW), LATER) is not None, "secondaries get the difference"


def test_a_row_that_was_removed_and_a_refusal_that_began_while_it_was_down(node: Node) -> None:
    first = authority(node.start())
    node.write(*ROWS[1:])
    record(node.folder / "var", [Run("ml", LATER, "ml.zone", 7, frozenset({"navy.ml"}), SortedNames(b""))])
    second = authority(node.start(LATER))
    assert risen(serials(first, NOW), serials(second, LATER)) == {"navy.ml"}
    assert "army.ml" not in second.catalogue


def run_of(*cleared: str, ran_at: datetime = NOW) -> Run:
    names = SortedNames.of([name.encode() for name in cleared])
    return Run("ml", ran_at, "ml.zone", 7, frozenset({"army.ml", "fleet.ml", "navy.ml"}.difference(cleared)), names)


def test_a_run_of_the_guard_while_it_was_down_raises_what_it_concerns_alone(node: Node) -> None:
    """Names cleared before and after keep their serials; so they do if the run before is the older one."""
    (node.folder / "catcher.toml").write_text(TOML.replace("[catalogue]\n", '[catalogue]\nguard = "required"\n'))
    state = node.folder / "var"
    record(state, [run_of("army.ml", "fleet.ml", "navy.ml")])
    first = authority(node.start())
    assert risen(serials(first, NOW), serials(authority(node.start()), NOW)) == set()
    record(state, [run_of("army.ml", "fleet.ml", ran_at=LATER)])
    node.write("new.ml,,accept", *ROWS)
    second = authority(node.start(LATER))
    assert risen(serials(first, NOW), serials(second, LATER)) == {"navy.ml"}
    late = NOW + timedelta(days=3)
    lapsed = serials(second, late)
    record(state, [run_of("army.ml", "fleet.ml", "navy.ml", ran_at=late)])
    assert risen(lapsed, serials(authority(node.start(late)), late)) == {"army.ml", "fleet.ml", "navy.ml"}


@pytest.mark.parametrize("harm", ["record", "names", "other"])
def test_a_damaged_copy_of_the_guard_raises_every_serial(node: Node, harm: str) -> None:
    (node.folder / "catcher.toml").write_text(TOML.replace("[catalogue]\n", '[catalogue]\nguard = "required"\n'))
    state = node.folder / "var"
    record(state, [run_of("army.ml", "fleet.ml", "navy.ml")])
    first = authority(node.start())
    copy = state / "kept" / "served-guard.json"
    match harm:
        case "record":
            copy.write_text("{")
        case "names":
            for file in (state / "kept" / "served-guard").iterdir():
                file.unlink()
        case "other":
            copy.write_text(copy.read_text().replace('"hours": 24', '"hours": 25'))
    record(state, [run_of("army.ml", "fleet.ml", ran_at=LATER)])
    assert len(risen(serials(first, NOW), serials(authority(node.start(LATER)), LATER))) == 3


def test_without_copies_every_serial_rises(node: Node) -> None:
    first = authority(node.start())
    (node.folder / "var" / "kept" / "catalogue.json").unlink()
    node.write("army.ml,army.mil,null", *ROWS[1:])
    assert len(risen(serials(first, NOW), serials(authority(node.start(LATER)), LATER))) == 3


@pytest.mark.parametrize(
    ("error", "faults"),
    [
        (EnvironmentFailure("the disk is gone"), ()),
        (
            ConfigurationError([Fault("a.zone:3", "it is wrong", "mend it")]),
            (Fault("a.zone:3", "it is wrong", "mend it"),),
        ),
    ],
)
def test_an_error_that_no_copy_makes_good_is_told_with_its_faults(
    node: Node, monkeypatch: pytest.MonkeyPatch, error: CatcherError, faults: tuple[Fault, ...]
) -> None:
    def fail(*_: object, **__: object) -> Authority:
        raise error

    monkeypatch.setattr("catcher.dns.load_authority", fail)
    told: list[object] = []
    config = load_config(node.folder / "catcher.toml")
    assert load(config, Before(None), ("dns",), NOW, told.append) is None
    assert told == [Refused(faults, str(error))]


@pytest.mark.parametrize("has_copy", [True, False])
def test_a_damaged_record_of_the_guard_after_a_restart(node: Node, has_copy: bool) -> None:
    """The refusal stands, with the guard off; the part tells since when, and of which time the runs are."""
    state = node.folder / "var"
    record(state, [Run("ml", NOW, "ml.zone", 7, frozenset({"navy.ml"}), SortedNames(b"army.ml\n"))])
    node.start()
    (state / "guard.json").write_text("{")
    if not has_copy:
        (state / "kept" / "guard.json").unlink()
    for now in (LATER, LATER + timedelta(hours=1)):
        loaded = node.start(now)
        (part,) = guard_parts(loaded)
        assert (part.since, part.serves is not None) == (LATER, has_copy)
        capped = {entry.domain for entry in loaded.catalogue if not loaded.catalogue.policy_at(entry, now).above_null}
        assert capped == ({"navy.ml"} if has_copy else {"army.ml", "navy.ml", "fleet.ml"})
    record(state, [Run("ml", now, "ml.zone", 8, frozenset(), SortedNames(b"army.ml\n"))])
    assert guard_parts(node.start(now, before=loaded)) == []


def test_the_time_since_which_a_part_is_kept_outlives_restarts(node: Node) -> None:
    """Of every kind of part, and until the part is mended."""
    toml = (node.folder / "catcher.toml").read_text()
    watched = '[fingerprint]\nwatchlist = "watchlist.csv"\n[[dns.zone]]\nname = "zone.example"\nfile = "zone"\n'
    (node.folder / "catcher.toml").write_text(toml + watched)
    (node.folder / "watchlist.csv").write_text("no header\n")
    (node.folder / "zone").write_text("no zone\n")
    node.write("army.ml,army.mil,nonsense", *ROWS[1:])
    found = [node.kept(NOW + timedelta(hours=hours)) for hours in range(3)]
    assert {since for kept in found for since in kept.values()} == {NOW}
    assert found[0].keys() == {(ServedPart.MAIL, "watchlist.csv"), (ServedPart.ZONE, "zone.example"), ROW}
    (node.folder / "watchlist.csv").write_text("domain,organisation\n")
    assert (ServedPart.MAIL, "watchlist.csv") not in node.kept(NOW + timedelta(hours=3))
    (node.folder / "watchlist.csv").write_text("no header\n")
    again = node.kept(NOW + timedelta(hours=4))
    assert again == dict.fromkeys(again, NOW) | {(ServedPart.MAIL, "watchlist.csv"): NOW + timedelta(hours=4)}


@pytest.mark.parametrize("harm", ["[[]]", "{", '[["mail", "x", 3]]', "[1]"])
def test_a_damaged_note_of_these_times_costs_them_alone(node: Node, harm: str) -> None:
    (node.folder / "catcher.toml").write_text(TOML + '[fingerprint]\nwatchlist = "watchlist.csv"\n')
    node.kept(NOW)
    (node.folder / "var" / "kept" / "since-dns-smtp.json").write_text(harm)
    assert node.kept(LATER) == {(ServedPart.MAIL, "watchlist.csv"): LATER}


def test_a_record_damaged_while_the_server_runs(node: Node) -> None:
    state = node.folder / "var"
    record(state, [Run("ml", NOW, "ml.zone", 7, frozenset({"navy.ml"}), SortedNames(b"army.ml\n"))])
    running = node.start()
    for file in (state / "guard.json", state / "kept" / "guard.json"):
        file.write_text("{")
    for hours in (1, 2):
        running = node.start(NOW + timedelta(hours=hours), before=running)
        (part,) = guard_parts(running)
        assert (part.since, part.serves) == (LATER, NOW)
        guard = running.catalogue.guard
        assert guard is not None and guard.refuses("navy.ml") and not guard.lost


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("renamed", [False, True], ids=["moved", "file renamed"])
def test_a_row_in_another_file_raises_the_catalog_zone_whose_group_is_the_file(
    node: Node, restarted: bool, renamed: bool
) -> None:
    """The property ``group`` of its member changed; no name publishes anything else."""
    toml = TOML.replace("[dns]\n", '[dns]\ncatalog_group = "file"\n')
    (node.folder / "catcher.toml").write_text(toml.replace('"catalogue.csv"', '"catalogue.csv", "other.csv"'))
    (node.folder / "other.csv").write_text("domain,intended,policy\nfort.ml,,accept\n")
    before = node.start()
    first, wanted = authority(before), {"fort.ml": ("other", "third")}
    if renamed:
        (node.folder / "other.csv").rename(node.folder / "third.csv")
        (node.folder / "catcher.toml").write_text(toml.replace('"catalogue.csv"', '"catalogue.csv", "third.csv"'))
    else:
        node.write(*ROWS[1:])
        (node.folder / "other.csv").write_text(f"domain,intended,policy\nfort.ml,,accept\n{ROWS[0]}\n")
        wanted = {"army.ml": ("catalogue", "other")}
    second = authority(node.start(LATER, None if restarted else before))
    assert first.catalog is not None and second.catalog is not None
    assert second.catalog.serial(LATER) > first.catalog.serial(NOW)
    assert second.catalog.journal[-1].members == wanted
    assert not risen(serials(first, NOW), serials(second, LATER))


def in_a_century() -> datetime:
    """A time at which no file counts as changed of late."""
    return datetime.fromtimestamp(Path(__file__).stat().st_ctime, UTC) + timedelta(days=36500)


def test_dns_is_told_before_mail(node: Node) -> None:
    dns, mail = node.told(roles=("dns", "smtp"))
    assert isinstance(dns, LoadedDns) and dns.authority is not None
    assert isinstance(mail, LoadedMail) and mail.certificates_at == NOW


def test_without_the_role_dns_there_is_no_authority(node: Node) -> None:
    dns, mail = node.told(roles=("smtp",))
    assert isinstance(dns, LoadedDns) and dns.authority is None
    assert len(dns.catalogue) == 3 and isinstance(mail, LoadedMail)


def test_whole_zones_travel_before_the_state_that_holds_them(node: Node) -> None:
    node.zones(*(f"zone{number}.example" for number in range(51)))
    *pieces, loaded = node.told()
    assert isinstance(loaded, LoadedDns)
    assert [len(piece) for piece in pieces if isinstance(piece, list)] == [50, 1, 50, 1], "sections, then zones"
    assert pieces[-1] == [loaded.authority and loaded.authority.files.zones["zone50.example"]]


def test_a_reload_tells_only_what_the_parent_has_not(node: Node) -> None:
    node.zones("a.example", "b.example", "c.example")
    first = node.start()
    node.zone("b.example", 2)
    *pieces, second = node.told(Before(first))
    assert isinstance(second, LoadedDns)
    assert pieces == [[authority(second).files.zones["b.example"]]]
    assert second.config is first.config and second.rows.rows is first.rows.rows
    assert authority(second).zones["a.example"] is authority(first).zones["a.example"]


def test_a_new_section_of_catcher_toml_travels_alone(node: Node) -> None:
    node.zones("a.example", "b.example")
    first = node.start()
    node.zones("a.example", "new.example", "b.example")
    sections, zones, second = node.told(Before(first))
    assert isinstance(second, LoadedDns) and isinstance(zones, list)
    assert sections == [second.config.dns.zone[1]] and len(zones) == 1
    assert second.config.dns.zone[::2] == first.config.dns.zone
    assert all(new is old for new, old in zip(second.config.dns.zone[::2], first.config.dns.zone, strict=True))
    known = Before(first).references()
    assert all(any(section is one for one in known) for section in first.config.dns.zone)


def test_catcher_toml_is_read_again_only_if_it_changed(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time tells; a file that changed within the last seconds may change again under the same time."""
    late, read = in_a_century(), list[Path]()
    monkeypatch.setattr(
        "catcher.serve.loading.load_config",
        lambda path, **options: read.append(path) or load_config(path, **options),  # type: ignore[func-returns-value]
    )
    first = node.start()
    second = node.start(NOW, first)
    third = node.start(late, second)
    assert len(read) == 2, "a file of just now is read each time"
    fourth = node.start(late, third)
    assert len(read) == 2
    assert fourth.config is first.config and fourth.config_at == late
    (node.folder / "catcher.toml").write_text(TOML + '[node]\nname = "other"\n')
    assert node.start(late, fourth).config.node.name == "other"


def test_keys_that_need_a_restart_are_named_until_then(node: Node) -> None:
    late = in_a_century()
    first = node.start()
    (node.folder / "catcher.toml").write_text(TOML.replace("127.0.0.1:5300", "127.0.0.1:5301"))
    second = node.start(late, first)
    third = node.start(late, second)
    for loaded in (second, third):
        assert loaded.restart_needed == ("dns.listen",)
        assert loaded.config.dns.listen == first.config.dns.listen


def test_a_faulty_catcher_toml_leaves_the_running_one(node: Node) -> None:
    late = in_a_century()
    first = node.start()
    (node.folder / "catcher.toml").write_text(TOML + "[[dns.zone]]\n")
    for now in (LATER, late):
        loaded = node.start(now, first)
        assert loaded.config is first.config
        (part, *_) = (part for part in loaded.kept if part.part is ServedPart.CONFIG)
        assert (part.name, part.since, part.serves) == ("catcher.toml", LATER, NOW)
    (node.folder / "catcher.toml").write_text(TOML)
    assert not node.start(late, loaded).kept


def test_a_state_that_can_not_be_loaded_is_refused(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **options: object) -> None:
        raise ConfigurationError([Fault("catcher.toml: dns", "no way", "none")])

    monkeypatch.setattr("catcher.dns.load_authority", fails)
    (refused,) = node.told(roles=("dns", "smtp"))
    assert isinstance(refused, Refused)
    assert isinstance(refused.raised(), ConfigurationError)


def test_mail_without_a_certificate_is_refused_and_the_one_of_before_serves_on(node: Node) -> None:
    tls = node.folder / "var" / "tls"
    tls.parent.mkdir()
    tls.write_text("no folder")
    dns, refused = node.told(roles=("dns", "smtp"))
    assert isinstance(dns, LoadedDns) and isinstance(refused, MailRefused)
    tls.unlink()
    dns, good = node.told(roles=("dns", "smtp"))
    assert isinstance(dns, LoadedDns) and isinstance(good, LoadedMail)
    tls.rename(node.folder / "elsewhere")
    tls.write_text("no folder")
    dns, mail = node.told(Before(dns, good), ("dns", "smtp"), LATER)
    assert isinstance(mail, LoadedMail)
    assert mail.certificates == good.certificates and mail.certificates_at == NOW
    assert [(part.name, part.serves) for part in mail.kept] == [("certificate", NOW)]


def test_a_disk_without_room_for_copies_harms_no_load(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    node.zones("a.example")
    (node.folder / "var").mkdir()
    (node.folder / "var" / "kept").write_text("no folder")
    loaded = node.start()
    assert len(loaded.catalogue) == 3 and "a.example" in authority(loaded).zones
    assert "no copy of the catalogue is kept" in caplog.text and "copies of the zones can't be written" in caplog.text


@pytest.mark.parametrize("how", ["missing", "short", "pipe"])
def test_a_secret_without_which_no_alert_is_sent_is_told(node: Node, how: str) -> None:
    more = '[alerts]\nwebhook = "https://alerts.example/hook"\nsecret = "secret"\n'
    (node.folder / "catcher.toml").write_text(TOML + more)
    match how:
        case "short":
            (node.folder / "secret").write_text("x")
            (node.folder / "secret").chmod(0o600)
        case "pipe":
            os.mkfifo(node.folder / "secret", 0o600)
    assert node.kept(NOW) == {(ServedPart.MAIL, "alerts"): NOW}
