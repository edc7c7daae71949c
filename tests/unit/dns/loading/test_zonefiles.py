"""Zone files over loads and restarts: what didn't change is taken over, a file with a fault takes only itself down.

Longer than others: each kind of fault is tried over a load and over a restart.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher import catalogue, config
from catcher.dns import Authority, load_authority, write_copies
from catcher.dns.wire import name_to_wire
from catcher.dns.zones import wholezone
from catcher.model.errors import ConfigurationError
from catcher.model.serving import ServedPart
from catcher.regularfile import FileIdentity
from tests.support.dnsserver.serving import HEAD, NOW, ask, lines, settings

ZONE, OTHER = "zone.example", "other.example"


BEGUN = datetime(2100, 1, 1, tzinfo=UTC)
"""Loads come long after the files were written, unless a test says otherwise."""


class Node:
    """A server's files, its state folder, and the load in force."""

    def __init__(self, folder: Path, zones: Mapping[str, str], template: str | None = None) -> None:
        self.folder = folder
        self.config = settings(folder, zones=zones, template=template)
        self.kept = self.config.node.state / "kept"
        self.loaded: Authority | None = None
        self.hours = 0
        self.begun = BEGUN

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.zone").write_text(text)

    def load(self) -> Authority:
        self.hours += 1
        rows = catalogue.read_catalogue(self.config.catalogue.files)
        now = self.begun + timedelta(hours=self.hours)
        self.loaded = load_authority(self.config, rows, now=now, tolerant=True, before=self.loaded, kept=self.kept)
        return self.loaded

    def restart(self) -> Authority:
        """Writes the copies as the loader does, and forgets everything else."""
        assert self.loaded is not None
        write_copies(self.kept, self.loaded.files)
        self.loaded = None
        return self.load()


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = Node(tmp_path, {ZONE: HEAD, OTHER: HEAD})
    for name in (ZONE, OTHER):
        made.write(name, HEAD + "a A 192.0.2.1\n")
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The apexes whose files are read as master files."""
    found: list[str] = []
    real = wholezone.load_zone_with_files

    def load(name: str, path: Path) -> object:
        found.append(name)
        return real(name, path)

    monkeypatch.setattr("catcher.dns.loading.zonefiles.load_zone_with_files", load)
    return found


def address(authority: Authority, name: str = f"a.{ZONE}") -> str:
    return lines(ask(authority, name, "A"))[-1].rpartition(" ")[2]


def test_a_zone_whose_file_did_not_change_is_the_same_object(node: Node, reads: list[str]) -> None:
    first = node.load()
    node.write(OTHER, HEAD.replace(" 1 ", " 2 ", 1) + "a A 192.0.2.2\n")
    second = node.load()
    assert second.zones[ZONE] is first.zones[ZONE] and second.files.zones[ZONE] is first.files.zones[ZONE]
    assert address(second, f"a.{OTHER}") == "192.0.2.2"
    assert reads == [ZONE, OTHER, OTHER]


def test_a_file_just_written_is_compared_by_its_content(
    node: Node, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writes within the clock's step of a file system leave the same times."""
    file = node.folder / f"{ZONE}.zone"
    known = file.stat()
    identity = FileIdentity.of(known)
    monkeypatch.setattr(FileIdentity, "of", lambda _: identity)
    node.begun = datetime.fromtimestamp(known.st_mtime_ns // 1_000_000_000, UTC) - timedelta(hours=1)
    first = node.load()
    file.write_text(HEAD + "a A 192.0.2.7\n")
    second = node.load()
    assert address(second) == "192.0.2.7" and first.zones[ZONE] is not second.zones[ZONE]
    reads.clear()
    assert node.load().zones[ZONE] is second.zones[ZONE] and reads == []


def test_a_program_that_keeps_the_mtime_does_not_hide_a_change(node: Node) -> None:
    file = node.folder / f"{ZONE}.zone"
    known = file.stat()
    node.load()
    file.write_text(HEAD + "a A 192.0.2.7\n")
    os.utime(file, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert file.stat().st_size == known.st_size and file.stat().st_mtime_ns == known.st_mtime_ns
    assert address(node.load()) == "192.0.2.7"


def test_a_file_touched_or_replaced_by_the_same_is_the_same_zone(node: Node, reads: list[str]) -> None:
    first = node.load()
    reads.clear()
    file = node.folder / f"{ZONE}.zone"
    file.unlink()
    node.write(ZONE, HEAD + "a A 192.0.2.1\n")
    assert node.load().zones[ZONE] is first.zones[ZONE] and reads == []
    node.write(ZONE, "; a comment\n" + HEAD + "a A 192.0.2.1\n")
    assert node.load().zones[ZONE] is first.zones[ZONE] and reads == [ZONE]


@pytest.mark.parametrize("what", ["changed", "gone"])
def test_an_included_file_counts_as_well(node: Node, what: str) -> None:
    part = node.folder / "part"
    part.write_text("a A 192.0.2.1\n")
    node.write(ZONE, HEAD + "$INCLUDE part\n")
    assert address(node.load()) == "192.0.2.1"
    if what == "gone":
        part.unlink()
        assert address(node.load()) == "192.0.2.1"
        assert [kept.name for kept in node.load().files.kept] == [ZONE]
    else:
        part.write_text("a A 192.0.2.9\n")
        assert address(node.load()) == "192.0.2.9"


@pytest.mark.parametrize("fault", ["", "a A nonsense\n", None], ids=["empty", "record", "missing"])
def test_a_faulty_zone_keeps_its_last_good_state_over_loads_and_restarts(
    node: Node, fault: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    node.load()
    node.restart()
    if fault is None:
        (node.folder / f"{ZONE}.zone").unlink()
    else:
        node.write(ZONE, fault)
    authority = node.load()
    since = BEGUN + timedelta(hours=node.hours)
    for _ in range(2):
        assert address(authority) == "192.0.2.1"
        (kept,) = authority.files.kept
        assert (kept.part, kept.name, kept.serves) == (ServedPart.ZONE, ZONE, BEGUN + timedelta(hours=1))
        assert f"{ZONE}.zone" in kept.fault.where
        assert kept.since >= since
        assert lines(ask(authority, f"a.{OTHER}", "A"))[0] == "NOERROR aa"
        authority = node.restart()
    caplog.clear()
    again = node.load()
    assert again.files.kept == authority.files.kept and not caplog.records
    node.write(ZONE, HEAD.replace(" 1 ", " 2 ", 1) + "a A 192.0.2.3\n")
    mended = node.load()
    assert address(mended) == "192.0.2.3" and not mended.files.kept


def test_a_zone_that_was_never_good_is_answered_with_servfail(node: Node) -> None:
    node.write(ZONE, "a A nonsense\n")
    authority = node.load()
    assert lines(ask(authority, f"a.{ZONE}", "A")) == ["SERVFAIL"]
    assert [(kept.name, kept.serves) for kept in authority.files.kept] == [(ZONE, None)]


def test_after_a_restart_unchanged_files_are_not_read(node: Node, reads: list[str]) -> None:
    node.load()
    reads.clear()
    assert address(node.restart()) == "192.0.2.1" and reads == []
    node.write(ZONE, HEAD.replace(" 1 ", " 2 ", 1) + "a A 192.0.2.8\n")
    assert address(node.restart()) == "192.0.2.8" and reads == [ZONE]


def test_another_version_reads_the_files_again(node: Node, reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It may see faults, or mean other octets, where the version before didn't."""
    node.load()
    reads.clear()
    assert node.loaded is not None
    write_copies(node.kept, node.loaded.files)
    monkeypatch.setattr("catcher.__version__", "99")
    node.loaded = None
    node.load()
    assert sorted(reads) == sorted([ZONE, OTHER])


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "text", "folder"])
def test_a_damaged_copy_is_told_and_ignored(node: Node, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    node.load()
    node.restart()
    for copy in (node.kept / "zones").iterdir():
        octets = copy.read_bytes()
        copy.unlink()
        if damage == "folder":
            copy.mkdir()
            continue
        made = {"cut": octets[:-1], "changed": octets[:-1] + bytes((octets[-1] ^ 1,)), "empty": b"", "text": b"x" * 99}
        copy.write_bytes(made[damage])
    node.loaded = None
    authority = node.load()
    assert address(authority) == "192.0.2.1"
    assert caplog.text.count("is damaged and is ignored") == 2
    node.restart()


def test_copies_stay_when_the_disk_refuses(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    node.load()
    node.restart()
    node.write(ZONE, HEAD.replace(" 1 ", " 2 ", 1) + "a A 192.0.2.8\n")
    authority = node.load()
    before = sorted(path.name for path in (node.kept / "zones").iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", full)
        write_copies(node.kept, authority.files)
    assert caplog.text.count("No space left on device") == 1
    assert sorted(path.name for path in (node.kept / "zones").iterdir()) == before
    write_copies(node.kept, authority.files)
    assert len(list((node.kept / "zones").iterdir())) == 2
    assert sorted(path.name for path in (node.kept / "zones").iterdir()) != before


def test_the_copy_of_a_zone_that_is_not_configured_is_removed(node: Node) -> None:
    node.load()
    node.restart()
    node.config = settings(node.folder, zones={OTHER: HEAD})
    node.load()
    node.restart()
    assert len(list((node.kept / "zones").iterdir())) == 1


@pytest.mark.parametrize(("serial", "seen"), [(1, False), (0, False), (2, True), (1 + (1 << 31) - 1, True)])
def test_a_change_that_secondaries_do_not_see_is_told(node: Node, serial: int, seen: bool) -> None:
    """RFC 1982: a secondary fetches a zone whose serial is above its own."""
    node.load()
    node.write(ZONE, HEAD.replace(" 1 ", f" {serial} ", 1) + "a A 192.0.2.2\n")
    authority = node.load()
    assert address(authority) == "192.0.2.2"
    assert [fault.where.endswith(f"{ZONE}.zone") for fault in authority.files.unseen] == [True] * (not seen)
    for after in (node.load(), node.restart()):
        assert len(after.files.unseen) == (not seen)
    node.write(ZONE, HEAD.replace(" 1 ", " 2147483700 ", 1) + "a A 192.0.2.3\n")
    node.write(ZONE, HEAD.replace(" 1 ", f" {serial + 1} ", 1) + "a A 192.0.2.3\n")
    assert not node.load().files.unseen


def test_a_template_with_a_fault_keeps_its_last_good_state(tmp_path: Path) -> None:
    node = Node(tmp_path, {}, template='@ 60 TXT "good"\n')
    first = node.load()
    assert node.load().files.template is first.files.template
    (tmp_path / "template.zone").write_text("@ 60 A 192.0.2.1\n")
    for authority in (node.load(), node.restart(), node.restart()):
        assert 'TXT "good"' in " ".join(lines(ask(authority, "army.ml", "TXT")))
        assert [(kept.part, kept.serves is None) for kept in authority.files.kept] == [(ServedPart.TEMPLATE, False)]
        assert authority.publications.serial == first.publications.serial


def test_a_row_at_or_above_a_zone_in_force_leaves_it_in_force(tmp_path: Path) -> None:
    """The row is new, the zone was there before."""
    node = Node(tmp_path, {"hq.army.ml": HEAD + "a A 192.0.2.1\n"})
    (tmp_path / "catalogue.csv").write_text("domain\nnavy.ml\n")
    node.load()
    (tmp_path / "catalogue.csv").write_text("domain\narmy.ml\n")
    authority = node.load()
    assert address(authority, "a.hq.army.ml") == "192.0.2.1"
    assert [kept.name for kept in authority.files.kept] == ["hq.army.ml"]
    node.loaded = None
    fresh = node.load()
    assert lines(ask(fresh, "hq.army.ml", "MX"))[1] == "answer hq.army.ml. 300 MX 10 mx.sink.example."
    assert [(kept.name, kept.serves) for kept in fresh.files.kept] == [("hq.army.ml", None)]


def test_keys_with_a_fault_keep_the_secondaries_of_before(tmp_path: Path) -> None:
    node = Node(tmp_path, {})
    text = node.config.path.read_text().replace("[dns]\n", '[dns]\ncookie_secrets = "secrets"\n', 1)
    (tmp_path / "secrets").write_text("ab" * 16)
    (tmp_path / "secrets").chmod(0o600)
    node.config.path.write_text(text)
    node.config = config.load_config(node.config.path)
    first = node.load()
    (tmp_path / "secrets").write_text("nonsense")
    second = node.load()
    assert second.settings.cookies is first.settings.cookies
    assert [(kept.part, kept.name, kept.serves is None) for kept in second.files.kept] == [
        (ServedPart.KEYS, "secrets", False)
    ]
    node.loaded = None
    third = node.load()
    assert third.settings.cookies is not None and third.files.kept[0].serves is None


@pytest.mark.parametrize("apex", ["*.example", "a.*.example", "0/25.2.0.192.in-addr.arpa"])
def test_an_apex_may_hold_other_characters_than_a_host(tmp_path: Path, apex: str) -> None:
    """``*`` inside an owner is no wildcard but a label (RFC 4592 §2.1.1); RFC 2317 §4 has the slash."""
    node = Node(tmp_path, {})
    (tmp_path / "odd.zone").write_text("$TTL 60\n@ SOA ns.example. h.example. 1 2 3 4 5\n@ NS ns.example.\na PTR b\n")
    text = node.config.path.read_text()
    node.config.path.write_text(f'{text}\n[[dns.zone]]\nname = "{apex}"\nfile = "odd.zone"\n')
    node.config = config.load_config(node.config.path)
    for authority in (node.load(), node.restart()):
        assert lines(ask(authority, f"a.{apex}", "PTR")) == ["NOERROR aa", f"answer a.{apex}. 60 PTR b.{apex}."]
        assert lines(ask(authority, apex.upper(), "NS"))[0] == "NOERROR aa"
    assert lines(ask(authority, "x.example", "A")) == ["REFUSED"]


def test_a_check_knows_no_last_good_state(node: Node) -> None:
    node.load()
    node.restart()
    node.write(ZONE, "a A nonsense\n")
    with pytest.raises(ConfigurationError, match="nonsense"):
        load_authority(node.config, catalogue.read_catalogue(node.config.catalogue.files), now=NOW, kept=node.kept)


def test_a_pickled_zone_answers_alike(node: Node) -> None:
    """The loader is a process of its own; a zone comes from it as its records."""
    node.write(ZONE, HEAD + "@ MX 1 a\na A 192.0.2.1\nsub NS ns.sub\nns.sub A 192.0.2.2\nsrv SRV 1 1 1 a\n*.w TXT x\n")
    zone = node.load().zones[ZONE]
    octets = pickle.dumps(zone, pickle.HIGHEST_PROTOCOL)
    again = pickle.loads(octets)
    assert again.origin == zone.origin == name_to_wire(ZONE)
    for (owner, rrset), (same, copy) in zip(zone, again, strict=True):
        assert (owner, rrset.rrtype, rrset.ttl, rrset.rdatas) == (same, copy.rrtype, copy.ttl, copy.rdatas)
        assert [name for name, _ in rrset.additional] == [name for name, _ in copy.additional]
    assert [n for n, _ in again.nodes[b"\x03sub"].cut.glue] == [n for n, _ in zone.nodes[b"\x03sub"].cut.glue]
    assert len(octets) < 400
