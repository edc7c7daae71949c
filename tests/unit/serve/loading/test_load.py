"""One load: what it tells the parent and when, and since when a part is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catcher.config import load_config
from catcher.dns import Authority
from catcher.model.errors import CatcherError, ConfigurationError, EnvironmentFailure, Fault
from catcher.model.serving import ServedPart
from catcher.serve.loading.load import load
from catcher.serve.loading.loaded import Before, LoadedDns, LoadedMail, Refused
from tests.support.loadingnode import LATER, LOADED_AT, NODE_TOML, ROWS, LoadingNode, authority_of


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
    node: LoadingNode, monkeypatch: pytest.MonkeyPatch, error: CatcherError, faults: tuple[Fault, ...]
) -> None:
    def fail(*_: object, **__: object) -> Authority:
        raise error

    monkeypatch.setattr("catcher.dns.load_authority", fail)
    told: list[object] = []
    config = load_config(node.folder / "catcher.toml")
    assert load(config, Before(None), ("dns",), LOADED_AT, told.append) is None
    assert told == [Refused(faults, str(error))]


def test_the_time_since_which_a_part_is_kept_outlives_restarts(node: LoadingNode) -> None:
    """Of every kind of part, and until the part is mended."""
    toml = (node.folder / "catcher.toml").read_text()
    watched = '[fingerprint]\nwatchlist = "watchlist.csv"\n[[dns.zone]]\nname = "zone.example"\nfile = "zone"\n'
    (node.folder / "catcher.toml").write_text(toml + watched)
    (node.folder / "watchlist.csv").write_text("no header\n")
    (node.folder / "zone").write_text("no zone\n")
    node.write("army.ml,army.mil,nonsense", *ROWS[1:])
    found = [node.kept(LOADED_AT + timedelta(hours=hours)) for hours in range(3)]
    assert {since for kept in found for since in kept.values()} == {LOADED_AT}
    assert found[0].keys() == {
        (ServedPart.MAIL, "watchlist.csv"),
        (ServedPart.ZONE, "zone.example"),
        (ServedPart.ROW, "army.ml"),
    }
    (node.folder / "watchlist.csv").write_text("domain,organisation\n")
    assert (ServedPart.MAIL, "watchlist.csv") not in node.kept(LOADED_AT + timedelta(hours=3))
    (node.folder / "watchlist.csv").write_text("no header\n")
    again = node.kept(LOADED_AT + timedelta(hours=4))
    assert again == dict.fromkeys(again, LOADED_AT) | {
        (ServedPart.MAIL, "watchlist.csv"): LOADED_AT + timedelta(hours=4)
    }


@pytest.mark.parametrize("harm", ["[[]]", "{", '[["mail", "x", 3]]', "[1]"])
def test_a_damaged_note_of_these_times_costs_them_alone(node: LoadingNode, harm: str) -> None:
    (node.folder / "catcher.toml").write_text(NODE_TOML + '[fingerprint]\nwatchlist = "watchlist.csv"\n')
    node.kept(LOADED_AT)
    (node.folder / "var" / "kept" / "since-dns-smtp.json").write_text(harm)
    assert node.kept(LATER) == {(ServedPart.MAIL, "watchlist.csv"): LATER}


def test_dns_is_told_before_mail(node: LoadingNode) -> None:
    dns, mail = node.told(roles=("dns", "smtp"))
    assert isinstance(dns, LoadedDns) and dns.authority is not None
    assert isinstance(mail, LoadedMail) and mail.certificates_at == LOADED_AT


def test_without_the_role_dns_there_is_no_authority(node: LoadingNode) -> None:
    dns, mail = node.told(roles=("smtp",))
    assert isinstance(dns, LoadedDns) and dns.authority is None
    assert len(dns.catalogue) == 3 and isinstance(mail, LoadedMail)


def test_whole_zones_travel_before_the_state_that_holds_them(node: LoadingNode) -> None:
    node.zones(*(f"zone{number}.example" for number in range(51)))
    *pieces, loaded = node.told()
    assert isinstance(loaded, LoadedDns)
    assert [len(piece) for piece in pieces if isinstance(piece, list)] == [50, 1, 50, 1], "sections, then zones"
    assert pieces[-1] == [loaded.authority and loaded.authority.files.zones["zone50.example"]]


def test_a_reload_tells_only_what_the_parent_has_not(node: LoadingNode) -> None:
    node.zones("a.example", "b.example", "c.example")
    first = node.start()
    node.zone("b.example", 2)
    *pieces, second = node.told(Before(first))
    assert isinstance(second, LoadedDns)
    assert pieces == [[authority_of(second).files.zones["b.example"]]]
    assert second.config is first.config and second.rows.rows is first.rows.rows
    assert authority_of(second).zones["a.example"] is authority_of(first).zones["a.example"]


def test_a_new_section_of_catcher_toml_travels_alone(node: LoadingNode) -> None:
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


def test_a_state_that_can_not_be_loaded_is_refused(node: LoadingNode, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **options: object) -> None:
        raise ConfigurationError([Fault("catcher.toml: dns", "no way", "none")])

    monkeypatch.setattr("catcher.dns.load_authority", fails)
    (refused,) = node.told(roles=("dns", "smtp"))
    assert isinstance(refused, Refused)
    assert isinstance(refused.raised(), ConfigurationError)
