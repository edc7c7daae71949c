"""Configuration and catalogue become an Authority, or a list of all that is wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from catcher import catalogue, config
from catcher.catalogue import Catalogue
from catcher.dns import Authority, load_authority
from catcher.dns.loading.ledger import SERIAL_FILE
from catcher.model.errors import ConfigurationError
from catcher.model.serving import ServedPart
from tests.support.dnsserver.serving import HEAD, NOW, ask, lines, serving, settings


def told(folder: Path, error: ConfigurationError) -> list[str]:
    return [str(fault).replace(f"{folder}/", "") for fault in error.faults]


def test_every_fault_of_every_file_at_once(tmp_path: Path) -> None:
    zones = {
        "good.example": HEAD,
        "bad.example": HEAD + "a A nonsense\n",
        "worse.example": HEAD + "a CNAME b\na TXT x\nelsewhere.test. A 192.0.2.1\n",
        "hq.army.ml": HEAD,
        "army.ml": HEAD,
    }
    made = settings(tmp_path, template="$TTL 300\n@ A 192.0.2.1\n@ TXT x\n@ CNAME a.\n", zones=zones)
    with pytest.raises(ConfigurationError) as raised:
        load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW)
    assert [fault.partition(";")[0] for fault in told(tmp_path, raised.value)] == [
        "template.zone:2: A is not allowed for a catalogued name",
        "template.zone:4: CNAME is not allowed for a catalogued name",
        "catcher.toml: dns.zone[3].name: hq.army.ml is at or below the catalogued name army.ml (catalogue.csv:2)",
        "catcher.toml: dns.zone[4].name: army.ml is at or below the catalogued name army.ml (catalogue.csv:2)",
        'bad.example.zone:4: "nonsense" is not an IPv4 address',
        "worse.example.zone:6: the record lies outside of worse.example",
    ]


def test_a_zone_above_a_catalogued_name_is_right(tmp_path: Path) -> None:
    authority = serving(tmp_path, ("army.land.example",), zones={"land.example": HEAD})
    assert lines(ask(authority, "army.land.example", "MX"))[1] == "answer army.land.example. 300 MX 10 mx.sink.example."


def test_a_check_leaves_the_state_folder_alone(tmp_path: Path) -> None:
    made = settings(tmp_path)
    load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW, keep_serial=False)
    assert not (made.node.state / SERIAL_FILE).exists()


def serial(folder: Path, rows: tuple[str, ...], *, hours: int, template: str = "") -> int:
    authority = serving(folder, rows, template=template, now=NOW + timedelta(hours=hours))
    return int(ask(authority, rows[0].partition(",")[0], "SOA").answer[0][0].serial)


def test_the_serial_rises_with_every_change_and_only_then(tmp_path: Path) -> None:
    first = serial(tmp_path, ("army.ml",), hours=0)
    assert first == int(NOW.timestamp())
    assert serial(tmp_path, ("army.ml",), hours=1) == first
    row = serial(tmp_path, ("army.ml,,null",), hours=2)
    record = serial(tmp_path, ("army.ml,,null",), hours=3, template="@ 60 TXT x\n")
    ttl = serial(tmp_path, ("army.ml,,null",), hours=4, template="@ 61 TXT x\n")
    assert first < row < record < ttl
    assert serial(tmp_path, ("army.ml,,null",), hours=5, template="; a comment\n@ 61 TXT x\n") == ttl


def test_the_built_in_template_and_the_example_files_are_right(tmp_path: Path) -> None:
    import catcher

    folder = Path(catcher.__file__).parent / "zonefiles"
    text = (folder / "sink.example.zone").read_text()
    rows = tuple((folder / "catalogue.csv").read_text().splitlines()[1:])
    authority = serving(tmp_path, rows, zones={"sink.example": text})
    assert lines(ask(authority, "mx.sink.example", "A")) == ["NOERROR aa", "answer mx.sink.example. 3600 A 192.0.2.25"]
    assert lines(ask(authority, "army.ml", "MX")) == ["NOERROR aa", "answer army.ml. 300 MX 10 mx.sink.example."]


def test_an_empty_catalogue_serves_the_zones(tmp_path: Path) -> None:
    made = settings(tmp_path, (), zones={"zone.example": HEAD})
    authority = load_authority(made, Catalogue.of([]), now=NOW)
    assert lines(ask(authority, "zone.example", "NS"))[0] == "NOERROR aa"


def tolerant(folder: Path, zones: dict[str, str], before: Authority | None = None) -> Authority:
    made = settings(folder, zones=zones)
    return load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW, tolerant=True, before=before)


def test_a_bad_zone_takes_no_other_down(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is ours still, so SERVFAIL and not REFUSED (RFC 8914: Not Ready); the log names file and line."""
    authority = tolerant(tmp_path, {"good.example": HEAD, "bad.example": HEAD + "a A nonsense\n"})
    assert lines(ask(authority, "good.example", "NS"))[0] == "NOERROR aa"
    assert lines(ask(authority, "www.bad.example", "A")) == ["SERVFAIL"]
    (kept,) = authority.files.kept
    assert "bad.example.zone:4: " in str(kept) and str(kept).endswith("queries for it get SERVFAIL")
    assert "bad.example" not in caplog.text, "the server logs it, once"
    assert lines(ask(authority, "army.ml", "MX"))[0] == "NOERROR aa"


def test_a_zone_that_turns_bad_stays_as_it_was(tmp_path: Path) -> None:
    good = {"zone.example": HEAD + "a A 192.0.2.1\n", "other.example": HEAD}
    before = tolerant(tmp_path, good)
    after = tolerant(
        tmp_path, {"zone.example": HEAD + "a A 192.0.2.2\nb A x\n", "other.example": HEAD + "a A 192.0.2.9\n"}, before
    )
    assert lines(ask(after, "a.zone.example", "A"))[1] == "answer a.zone.example. 300 A 192.0.2.1"
    assert lines(ask(after, "a.other.example", "A"))[1] == "answer a.other.example. 300 A 192.0.2.9"
    mended = tolerant(tmp_path, {"zone.example": HEAD + "a A 192.0.2.3\n"}, after)
    assert lines(ask(mended, "a.zone.example", "A"))[1] == "answer a.zone.example. 300 A 192.0.2.3"
    assert lines(ask(mended, "other.example", "NS")) == ["REFUSED"]


def test_without_a_good_template_the_zones_are_served_and_no_catalogued_name(tmp_path: Path) -> None:
    made = settings(tmp_path, template="@ 60 A 192.0.2.1\n", zones={"zone.example": HEAD})
    rows = catalogue.read_catalogue(made.catalogue.files)
    authority = load_authority(made, rows, now=NOW, tolerant=True)
    assert lines(ask(authority, "zone.example", "NS"))[0] == "NOERROR aa"
    assert lines(ask(authority, "army.ml", "MX")) == ["REFUSED"]
    assert [(kept.part, kept.name, kept.serves) for kept in authority.files.kept] == [
        (ServedPart.TEMPLATE, "template.zone", None)
    ]
    with pytest.raises(ConfigurationError):
        load_authority(made, rows, now=NOW)


KEYS = 'key "k.example" { algorithm hmac-sha256; secret "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0ISEhISE="; };\n'


def with_more(folder: Path, dns: str, sections: str = "", zones: dict[str, str] | None = None) -> config.Config:
    made = settings(folder, zones=zones)
    text = made.path.read_text().replace("[dns]\n", "[dns]\n" + dns, 1)
    made.path.write_text(text + "\n" + sections)
    return config.load_config(made.path)


def test_secondaries_need_a_key_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(KEYS)
    (tmp_path / "keys").chmod(0o600)
    section = '[[dns.secondary]]\naddress = "192.0.2.53"\nkey = "{}"\n'
    made = with_more(tmp_path, 'keys = "keys"\n', section.format("k.example") + section.format("no.example"))
    with pytest.raises(ConfigurationError) as raised:
        load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW)
    assert told(tmp_path, raised.value) == [
        'catcher.toml: dns.secondary[1].key: no key "no.example": there is none in keys; '
        "make the key with tsig-keygen, and name its file in dns.keys"
    ]
    made = with_more(tmp_path, "", section.format("k.example"))
    with pytest.raises(ConfigurationError, match=r"dns\.keys is not set"):
        load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("army.ml", "army.ml is at or below the catalogued name army.ml"),
        ("zone.example", r"zone.example is a \[\[dns.zone\]\], too"),
        ("catalog.example", r"nobody could fetch it: there is no \[\[dns.secondary\]\]"),
    ],
)
def test_a_catalog_zone_needs_a_name_of_its_own_and_somebody_who_reads_it(tmp_path: Path, name: str, what: str) -> None:
    made = with_more(tmp_path, f'catalog_zone = "{name}"\n', zones={"zone.example": HEAD})
    with pytest.raises(ConfigurationError, match=what):
        load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW)


def test_options_come_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "cookies").write_text("ab" * 16)
    (tmp_path / "cookies").chmod(0o600)
    made = with_more(tmp_path, 'nsid = "sink-1"\nrequire_cookies = true\ncookie_secrets = "cookies"\n')
    authority = load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW)
    assert (authority.settings.nsid, authority.settings.demand_cookies) == (b"sink-1", True)
    assert not (made.node.state / "keys").exists()


def test_the_own_secret_of_cookies_is_kept_and_a_check_makes_none(tmp_path: Path) -> None:
    made = settings(tmp_path)
    load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW, keep_serial=False)
    assert not (made.node.state / "keys").exists()
    load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW)
    assert (made.node.state / "keys" / "dns-cookies.key").exists()


def test_a_server_without_the_packet_cache_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = settings(tmp_path)
    assert load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW).settings.packet_cache
    assert not caplog.records
    text = made.path.read_text().replace("[dns]\n", "[dns]\npacket_cache = false\n")
    made.path.write_text(text)
    made = config.load_config(made.path)
    assert not load_authority(made, catalogue.read_catalogue(made.catalogue.files), now=NOW).settings.packet_cache
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["dns.packet_cache is false"]
