"""One load: what it tells the parent and when; after a restart, what the copies in the state folder make good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.catalogue.guard import Run
from catcher.catalogue.guardrecord import record
from catcher.catalogue.names import SortedNames
from catcher.config import Config, load_config
from catcher.dns import Authority
from catcher.model.errors import ConfigurationError, Fault
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


def test_without_copies_every_serial_rises(node: Node) -> None:
    first = authority(node.start())
    (node.folder / "var" / "kept" / "catalogue.json").unlink()
    node.write("army.ml,army.mil,null", *ROWS[1:])
    assert len(risen(serials(first, NOW), serials(authority(node.start(LATER)), LATER))) == 3


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
        assert (part.name, part.since, part.serves) == ("catcher.toml", now, NOW)
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
