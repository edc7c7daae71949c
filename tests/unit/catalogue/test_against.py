"""Catalogued names that are somebody else's in the TLD zone are refused; all others below its apex are cleared."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catcher.catalogue import Catalogue, Entry, read_catalogue
from catcher.catalogue.against import Refusal, compare_with_zone
from catcher.catalogue.guard import Run
from catcher.catalogue.tldzone import TldZoneFile
from catcher.model.mail.policy import Policy
from tests.support.catalogues import Write

NOW = datetime(2026, 11, 3, tzinfo=UTC)
HEAD = "$ORIGIN ml.\n$TTL 300\n@ SOA a.nic host.nic 7 1 2 3 4\n@ NS a.nic\n"
OURS = ("ns1.sink.example", "ns2.sink.example")


def judge(folder: Path, zone: str, *domains: str, own: tuple[str, ...] = ()) -> tuple[Run, list[Refusal]]:
    file = folder / "ml.zone"
    file.write_text(HEAD + zone + "\n")
    rows = [
        Entry(d, None, Policy.ACCEPT, None, Policy.OBSERVE, "", f"catalogue.csv:{i}") for i, d in enumerate(domains, 2)
    ]
    compared = compare_with_zone(
        Catalogue.of(rows), TldZoneFile(file, "ml.zone"), nameservers=OURS, own_zones=own, now=NOW
    )
    return compared.run, compared.refusals


def test_a_name_that_is_ours_or_not_delegated_is_cleared(tmp_path: Path) -> None:
    run, refusals = judge(tmp_path, "army NS ns1.sink.example.\n NS NS2.Sink.Example.\n", "army.ml", "navy.ml")
    assert refusals == []
    assert "army.ml" in run.cleared and "navy.ml" in run.cleared
    assert (run.origin, run.serial, run.ran_at, run.zone) == ("ml", 7, NOW, "ml.zone")


REFUSED = {
    "delegated elsewhere": (
        "army NS ns.other.example.\n",
        "army.ml is refused: it is delegated to ns.other.example, not to dns.nameservers (ml.zone:5)",
    ),
    "delegated to us and to somebody else": (
        "army NS ns1.sink.example.\n NS ns.other.example.\n",
        "army.ml is refused: it is delegated to ns.other.example, not to dns.nameservers (ml.zone:6)",
    ),
    "several foreign name servers": (
        "army NS a.other.example.\n NS b.other.example.\n NS c.other.example.\n",
        "army.ml is refused: it is delegated to a.other.example, not to dns.nameservers (ml.zone:5 and 2 more)",
    ),
    "a name server of somebody else": (
        "bank NS army\n",
        "army.ml is refused: army.ml is a name server of bank.ml, which is not catalogued (ml.zone:5)",
    ),
    "above a name server of somebody else": (
        "bank NS ns1.army\nshop NS ns1.army\n",
        "army.ml is refused: ns1.army.ml is a name server of bank.ml, which is not catalogued (ml.zone:5 and 1 more)",
    ),
    "above a mail exchanger of somebody else": (
        "bank MX 10 mx.army\n",
        "army.ml is refused: mx.army.ml is a mail exchanger of bank.ml, which is not catalogued (ml.zone:5)",
    ),
    "above a name server of the TLD itself": (
        "@ NS ns.army\n",
        "army.ml is refused: ns.army.ml is a name server of ml, which is not catalogued (ml.zone:5)",
    ),
    "above somebody's delegation": (
        "a.b.army NS ns.other.example.\n",
        "army.ml is refused: a.b.army.ml below it is delegated to ns.other.example (ml.zone:5)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_name_that_is_refused(tmp_path: Path, case: str) -> None:
    zone, told = REFUSED[case]
    run, refusals = judge(tmp_path, zone, "army.ml", "navy.ml")
    assert [(refusal.where, refusal.what) for refusal in refusals] == [("catalogue.csv:2", told)]
    assert run.refused == {"army.ml"}
    assert "army.ml" not in run.cleared and "navy.ml" in run.cleared


def test_a_name_below_somebodys_delegation_is_refused(tmp_path: Path) -> None:
    _, refusals = judge(tmp_path, "com NS ns.other.example.\n", "army.com.ml", "a.navy.com.ml", "com.example")
    assert {refusal.what for refusal in refusals} == {
        f"{name} is refused: com.ml above it is delegated to ns.other.example (ml.zone:5)"
        for name in ("army.com.ml", "a.navy.com.ml")
    }


def test_the_apex_being_delegated_speaks_against_nobody(tmp_path: Path) -> None:
    assert judge(tmp_path, "@ NS b.nic\n", "army.ml", "a.com.ml")[1] == []


def test_a_mail_exchanger_in_the_tlds_zone_speaks_against_both_names(tmp_path: Path) -> None:
    """The one that has the MX record, and the one that it names."""
    zone = "navy NS ns1.sink.example.\nnavy MX 10 mx.army\n"
    assert judge(tmp_path, zone, "army.ml", "navy.ml")[0].refused == {"army.ml", "navy.ml"}


def test_a_catalogued_name_below_another_that_is_delegated_to_us_speaks_against_neither(tmp_path: Path) -> None:
    zone = "army NS ns1.sink.example.\nhq.army NS ns1.sink.example.\n"
    run, refusals = judge(tmp_path, zone, "army.ml", "hq.army.ml")
    assert refusals == [] and "army.ml" in run.cleared and "hq.army.ml" in run.cleared
    assert judge(tmp_path, zone, "army.ml")[0].refused == {"army.ml"}


def test_a_whole_zone_of_ours_is_ours(tmp_path: Path) -> None:
    zone = "sink MX 10 mx.army\n"
    assert judge(tmp_path, zone, "army.ml", own=("sink.ml",))[1] == []
    assert len(judge(tmp_path, zone, "army.ml")[1]) == 1


def test_every_name_at_or_above_a_host_is_refused(tmp_path: Path) -> None:
    run, _ = judge(tmp_path, "bank NS ns.hq.army\n", "army.ml", "hq.army.ml", "hq.navy.ml")
    assert run.refused == {"army.ml", "hq.army.ml"}


def test_several_reasons_are_each_told(tmp_path: Path) -> None:
    _, refusals = judge(tmp_path, "army NS ns.other.example.\nbank NS ns.army\nbank MX 1 mx.army\n", "army.ml")
    assert [refusal.line for refusal in refusals] == [5, 6, 7]


def test_a_name_of_another_tld_is_not_cleared_but_can_be_refused(tmp_path: Path) -> None:
    run, refusals = judge(tmp_path, "bank NS ns.army.example.\n", "army.example", "navy.example")
    assert [refusal.domain for refusal in refusals] == ["army.example"]
    assert len(run.cleared) == 0
    assert run.refused == {"army.example"}


def test_the_row_is_that_of_the_file(tmp_path: Path, write: Write) -> None:
    (tmp_path / "ml.zone").write_text(HEAD + "navy NS ns.other.example.\n")
    catalogue = read_catalogue([write("army.ml", "navy.ml")])
    zone = TldZoneFile(tmp_path / "ml.zone", "ml.zone")
    (refusal,) = compare_with_zone(catalogue, zone, nameservers=OURS, own_zones=(), now=NOW).refusals
    assert refusal.where == "catalogue.csv:3"


def test_hosts_that_come_often_are_judged_each_time_for_their_owner(tmp_path: Path) -> None:
    """A host that was let go for one owner still counts as foreign for a catalogued one."""
    zone = (
        "bank NS ns.other.example.\nshop NS ns.other.example.\narmy NS ns.other.example.\nx.army NS ns.other.example.\n"
    )
    run, refusals = judge(tmp_path, zone, "army.ml")
    assert [refusal.line for refusal in refusals] == [7, 8]
    assert run.refused == {"army.ml"}


def test_a_large_zone(tmp_path: Path) -> None:
    """In the shape of a registry's dump, over many stretches: each of ten thousand held names has its right verdict."""
    lines = ["ml. 86400 in soa a.nic.ml. host.nic.ml. 7 1 2 3 4"]
    for i in range(20_000):
        server = "ns1.sink.example." if i % 2 == 0 and i % 1000 else f"ns1.host{i % 50}.example."
        lines += [f"name{i}.ml.\t86400\tin\tns\t{server}", f"ns.name{i}.ml.\t86400\tin\ta\t192.0.2.1"]
    lines += [f"other{i}.ml.\t86400\tin\tns\tns.name{i}.ml." for i in range(2, 100, 10)]
    file = tmp_path / "ml.zone"
    file.write_text("\n".join([*lines, ""]))
    held = [f"name{i}.ml" for i in range(0, 20_000, 2)]
    rows = [
        Entry(d, None, Policy.ACCEPT, None, Policy.OBSERVE, "", f"catalogue.csv:{i}") for i, d in enumerate(held, 2)
    ]
    zone = TldZoneFile(file, "ml.zone")
    compared = compare_with_zone(Catalogue.of(rows), zone, nameservers=OURS, own_zones=(), now=NOW)
    run, refusals = compared.run, compared.refusals
    foreign = {f"name{i}.ml" for i in range(0, 20_000, 1000)}
    hosts = {f"name{i}.ml" for i in range(2, 100, 10)}
    assert run.refused == foreign | hosts
    assert len(run.cleared) == len(held) - len(foreign | hosts)
    assert all(
        lines[refusal.line - 1].startswith((refusal.domain, f"ns.{refusal.domain}", "other")) for refusal in refusals
    )
