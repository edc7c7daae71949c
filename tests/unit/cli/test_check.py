"""``catcher check``: 0 all is well, 1 findings, 2 faults; every one is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.desk import catalogue as desk_catalogue
from catcher.model.serving import ReloadOutcome, ReloadResult
from catcher.wiring import SystemClock
from tests.support.commands import Catcher

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
HEAD = "$ORIGIN ml.\n$TTL 300\n@ SOA a.nic host.nic 7 1 2 3 4\n@ NS a.nic\n"
OURS = "army NS ns1.sink.example.\nnavy NS ns2.sink.example.\n"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present, to be moved."""
    present = [NOW]
    monkeypatch.setattr(SystemClock, "now", lambda self: present[0])
    return present


@pytest.fixture
def required(sink: Path) -> Path:
    """The folder, its guard required."""
    file = sink / "catcher.toml"
    file.write_text(file.read_text().replace('guard = "off"', 'guard = "required"'))
    return sink


def tld(folder: Path, text: str, name: str = "ml.zone") -> str:
    (folder / name).write_text(HEAD + text)
    return str(folder / name)


def test_all_is_well(catcher: Catcher, sink: Path) -> None:
    ended = catcher("check")
    assert ended.status == 0
    assert "catalogue: 2 names, 1 accept, 1 explain" in ended.out
    assert "mx.sink.example, ns1.sink.example, ns2.sink.example: example names" in ended.out
    assert ended.out.endswith("all is well\n")


def test_a_packet_cache_that_is_off_is_noted(catcher: Catcher, sink: Path) -> None:
    file = sink / "catcher.toml"
    text = file.read_text()
    assert "dns.packet_cache" not in catcher("check").out
    file.write_text(text.replace("packet_cache = true", "packet_cache = false"))
    ended = catcher("check")
    assert ended.status == 0 and "note: dns.packet_cache is false" in ended.out


def test_it_writes_nothing(catcher: Catcher, sink: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in sink.rglob("*")}
    catcher("check")
    assert {path: path.stat().st_mtime_ns for path in sink.rglob("*")} == before


def test_faults_of_all_files_at_once(catcher: Catcher, sink: Path) -> None:
    (sink / "zonefiles" / "catalogue.csv").write_text("domain,intended\narmy.ml,army.ml\n")
    (sink / "zonefiles" / "template.zone").write_text("@ A 192.0.2.1\n")
    (sink / "watchlist.csv").write_text("domain\n")
    with (sink / "catcher.toml").open("a") as file:
        file.write('\n[[dns.zone]]\nname = "sink.example"\nfile = "zonefiles/sink.example.zone"\n')
    text = (sink / "catcher.toml").read_text().replace("# watchlist", "watchlist")
    (sink / "catcher.toml").write_text(text)
    ended = catcher("check")
    assert ended.status == 2
    assert ended.out == ""
    for place in ("catalogue.csv:2: ", "template.zone:1: ", "watchlist.csv:1: "):
        assert place in ended.err
    rows = catcher("check", "--json").rows
    assert {row["kind"] for row in rows} == {"fault"}
    assert len(rows) == len(ended.err.splitlines())


def test_texts_for_senders_are_read_as_the_server_will(catcher: Catcher, sink: Path) -> None:
    """File and line of what can't be said, and the row whose language nobody wrote."""
    text = sink / "explanations" / "en.txt"
    text.write_text(text.read_text().replace("See $page - ref", "Regardez à $url - ref", 1))
    catalogue = sink / "zonefiles" / "catalogue.csv"
    catalogue.write_text(catalogue.read_text() + "marine.ml,,explain,,,,de\n")
    ended = catcher("check")
    assert ended.status == 2
    assert "en.txt:16: 'à' is not printable ASCII, and a reply is (RFC 5321 §4.2); write without accents" in ended.err
    assert 'catalogue.csv:4: there is no text in the language "de"; put de.txt into the folder of' in ended.err


def test_a_wrong_configuration(catcher: Catcher, sink: Path) -> None:
    with (sink / "catcher.toml").open("a") as file:
        file.write("colour = 1\n")
    ended = catcher("check")
    assert ended.status == 2
    assert ended.err == "catcher.toml: log.colour: no key has this name; known are level, deliveries\n"


def test_refused_names_are_findings(catcher: Catcher, sink: Path) -> None:
    ended = catcher("check", "--against", tld(sink, "army NS ns.other.example.\nbank NS ns.navy\n"))
    assert ended.status == 1
    assert ended.out.splitlines()[:2] == [
        "catalogue.csv:2: army.ml is refused: it is delegated to ns.other.example, not to dns.nameservers (ml.zone:5); "
        "take the row out, or have the TLD's zone corrected and check again",
        "catalogue.csv:3: navy.ml is refused: ns.navy.ml is a name server of bank.ml, which is not catalogued "
        "(ml.zone:6); take the row out, or have the TLD's zone corrected and check again",
    ]
    assert "ml.zone: zone ml, serial 7: 2 names compared, 2 refused" in ended.out


def test_what_was_refused_stays_a_finding_until_a_zone_says_otherwise(catcher: Catcher, sink: Path) -> None:
    catcher("check", "--against", tld(sink, "army NS ns.other.example.\n"))
    ended = catcher("check")
    assert ended.status == 1
    assert "catalogue.csv:2: army.ml was refused when it was compared with ml.zone" in ended.out
    assert catcher("check", "--against", tld(sink, OURS)).status == 0
    assert catcher("check").status == 0


def test_a_required_guard_that_never_ran(catcher: Catcher, required: Path) -> None:
    ended = catcher("check")
    assert ended.status == 1
    assert "guard of ml: 2 names (army.ml and others) were never compared with the zone; run" in ended.out


def test_a_required_guard_holds_for_24_hours(catcher: Catcher, required: Path, clock: list[datetime]) -> None:
    assert catcher("check", "--against", tld(required, OURS)).status == 0
    clock[0] = NOW + timedelta(hours=24)
    assert catcher("check").status == 0
    assert {row["in_force"] for row in catcher("catalogue", "list", "--json").rows} == {"accept", "explain"}
    clock[0] += timedelta(microseconds=1)
    ended = catcher("check")
    assert ended.status == 1
    assert "guard of ml: it last ran at 2026-11-03 12:00 UTC, over 24 hours ago" in ended.out
    assert {row["in_force"] for row in catcher("catalogue", "list", "--json").rows} == {"null"}


def test_a_name_added_since_is_not_cleared(catcher: Catcher, required: Path, clock: list[datetime]) -> None:
    catcher("check", "--against", tld(required, OURS))
    catcher("catalogue", "add", "marine.ml")
    ended = catcher("check")
    assert ended.status == 1
    assert "guard of ml: marine.ml was never compared with the zone" in ended.out
    rows = catcher("catalogue", "list", "--json").rows
    assert {row["domain"]: row["in_force"] for row in rows} == {
        "army.ml": "accept",
        "navy.ml": "explain",
        "marine.ml": "null",
    }


def test_the_running_server_takes_a_run_over(catcher: Catcher, required: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def answer(state: Path, waiting: object) -> ReloadOutcome:
        asked.append(state)
        return outcomes.pop(0)

    outcomes = [ReloadOutcome(ReloadResult.RELOADED, domains=2), ReloadOutcome(ReloadResult.FAILED, error="no memory")]
    monkeypatch.setattr(desk_catalogue, "tell_server", answer)
    ended = catcher("check", "--against", tld(required, OURS))
    assert ended.status == 0 and "running server: reloaded: 2 names" in ended.out
    ended = catcher("check", "--against", tld(required, OURS))
    assert ended.status == 1 and "running server: no memory; mend that and run 'catcher reload'" in ended.out
    assert asked == [required / "var"] * 2


def test_broken_zones_are_faults_and_nothing_is_recorded(catcher: Catcher, sink: Path) -> None:
    wrong = tld(sink, "army NS (\n", "cut.zone")
    ended = catcher("check", "--against", wrong, "--against", tld(sink, OURS), "--against", tld(sink, "", "two.zone"))
    assert ended.status == 2
    assert "cut.zone:5: a parenthesis isn't closed" in ended.err
    assert "two.zone: ml.zone is the zone ml, too" in ended.err
    assert not (sink / "var" / "guard.json").exists()


def test_a_damaged_record_is_mended_by_a_run(catcher: Catcher, sink: Path) -> None:
    (sink / "var" / "guard.json").write_text("{")
    assert catcher("check").status == 3
    assert catcher("check", "--against", tld(sink, OURS)).status == 0


def test_keys_that_others_can_read_are_findings(catcher: Catcher, sink: Path) -> None:
    key, _ = sorted((sink / "var" / "keys").iterdir())
    key.chmod(0o644)
    (sink / "var").chmod(0o755)
    ended = catcher("check")
    assert ended.status == 1
    assert f"{key}: others than its owner may use it (mode 0644); chmod 600 {key}" in ended.out
    assert f"{sink / 'var'}: others than its owner may use it (mode 0755)" in ended.out


def test_a_zone_in_which_no_catalogued_name_lies_clears_nothing(catcher: Catcher, sink: Path) -> None:
    """The zone of another TLD, given by mistake, must not end in "all is well"."""
    other = sink / "com.zone"
    other.write_text("com. 3600 IN SOA a.example. b.example. 1 2 3 4 5\n")
    ended = catcher("check", "--against", str(other))
    assert ended.status == 1
    assert "no catalogued name lies in the zone com" in ended.out


def test_a_zone_file_that_is_cut_off_is_a_fault(catcher: Catcher, sink: Path) -> None:
    cut = sink / "ml.zone"
    cut.write_text("ml. 3600 IN SOA a.example. b.example. 1 2 3 4 5\narmy.ml. 3600 IN NS ns1.sink.exa")
    ended = catcher("check", "--against", str(cut))
    assert ended.status == 2
    assert "cut off" in ended.err


def test_a_key_that_is_none_is_a_finding(catcher: Catcher, sink: Path) -> None:
    """With it every mail would get 451."""
    key = sink / "var" / "keys" / "period-2026-01.key"
    key.write_bytes(b"short")
    key.chmod(0o600)
    ended = catcher("check")
    assert ended.status == 1
    assert "it is no key of 32 octets" in ended.out


def test_a_public_suffix_in_the_watch_list_is_noted(catcher: Catcher, sink: Path) -> None:
    (sink / "watchlist.csv").write_text("domain,organisation\ngov.uk,UK\narmy.mil,Army\n", encoding="utf-8")
    file = sink / "catcher.toml"
    file.write_text(file.read_text().replace("[fingerprint]\n", "[fingerprint]\nwatchlist = 'watchlist.csv'\n", 1))
    ended = catcher("check")
    assert ended.status == 0
    assert "note: watchlist.csv: gov.uk is a public suffix" in ended.out and "army.mil is" not in ended.out


def test_rows_that_are_most_likely_a_slip_are_noted(catcher: Catcher, sink: Path) -> None:
    """They are right as they are written, so the status stays; each note says where, what, and what to do."""
    (sink / "zonefiles" / "catalogue.csv").write_text(
        "domain,intended\narmy.ml,army.mil\nco.uk,\nany.ck,\nwww.ck,\narny.ml,mail.army.ml\nbase.ml,any.ck\n"
    )
    ended = catcher("check")
    assert ended.status == 0
    suffix = "is a public suffix: the row takes in all names below it, other people's, too; write the names below it"
    strays = "mail would be reported to a domain that strays; write the domain that senders mean in the end"
    for noted in (
        f"note: catalogue.csv:4: any.ck {suffix}",
        f"note: catalogue.csv:3: co.uk {suffix}",
        "note: catalogue.csv:6: arny.ml is meant for mail.army.ml, which lies in army.ml, and that is catalogued "
        f"itself (catalogue.csv:2): {strays}",
        f"note: catalogue.csv:7: base.ml is meant for any.ck, which is catalogued itself (catalogue.csv:4): {strays}",
    ):
        assert noted in ended.out
    assert ended.out.count("note: catalogue.csv:") == 4
    assert ended.out.endswith("all is well\n")
    rows = [row for row in catcher("check", "--json").rows if row["kind"] == "note"]
    assert [row["where"] for row in rows] == [f"catalogue.csv:{row}" for row in (4, 3, 6, 7)]
    assert all(row.keys() == {"kind", "where", "what", "remedy"} for row in rows)


def test_many_notes_are_summed_up(catcher: Catcher, sink: Path) -> None:
    rows = "".join(f"name{i}.ml,army.ml\n" for i in range(30))
    (sink / "zonefiles" / "catalogue.csv").write_text(f"domain,intended\narmy.ml,army.mil\n{rows}")
    out = catcher("check").out
    assert out.count("note: catalogue.csv:") == 20
    assert "… and 10 notes more; --json lists them all\n" in out
    assert [row["kind"] for row in catcher("check", "--json").rows].count("note") == 30


def test_our_own_hosts_below_a_catalogued_name_are_findings(catcher: Catcher, sink: Path) -> None:
    """A catalogued name has no addresses: nobody could reach the mail host."""
    file = sink / "catcher.toml"
    file.write_text(file.read_text().replace('hostname = "mx.sink.example"', 'hostname = "mx.army.ml"'))
    ended = catcher("check")
    assert ended.status == 1
    assert "mx.army.ml lies in army.ml, which is catalogued (catalogue.csv:2)" in ended.out
