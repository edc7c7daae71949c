"""The demo, as a newcomer runs it: a month over real sockets, and each thing that it claims checked from outside.

Longer than others: one run of the demo serves all of it.
"""

from __future__ import annotations

import csv
import json
import re
import signal
import smtplib
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import dkim  # type: ignore[import-untyped]
import dns.message
import dns.query
import pytest
from jsonschema import Draft202012Validator

from catcher.demo.stage import check_source
from catcher.demo.texts import BOMBED_READER, CANARIES, READERS, STAFF, STORED_READER, local_part
from catcher.model.errors import EnvironmentFailure
from tests.support.server import CATCHER
from tests.support.tree import ROOT

SECONDS = 60
"""What the whole demo may take."""
SCHEMA = json.loads((ROOT / "catcher" / "report" / "report.schema.json").read_text("utf-8"))
NOT_COUNTED = {"replay", "stale", "sign_up_bomb", "auto_replies", "bounces", "forged", "forged_signed", "newsletter"}


@dataclass
class Run:
    folder: Path
    lines: list[dict[str, Any]]
    tried: str
    """What it says to try with ``--keep``."""
    by_type: dict[str, list[dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_type = defaultdict(list)
        for line in self.lines:
            self.by_type[line["type"]].append(line)

    @property
    def summary(self) -> dict[str, Any]:
        (summary,) = self.by_type["summary"]
        return summary

    def observations_of(self, *stories: str) -> list[dict[str, Any]]:
        wanted = {number for e in self.by_type["event"] if e["story"] in stories for number in e["observations"]}
        return [o for o in self.by_type["observation"] if o["id"] in wanted]

    def incident(self, party: str, domain: str = "army.ml", role: str = "sender") -> dict[str, Any]:
        (found,) = (
            i for i in self.by_type["incident"] if (i["party"], i["domain"], i["role"]) == (party, domain, role)
        )
        return found


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], Path, str]]:
    """``catcher demo --keep --json``, up to the moment when it waits for Ctrl-C."""
    folder = tmp_path_factory.mktemp("demo")
    with (folder / "stdout").open("w") as stdout:
        demo = subprocess.Popen(
            [sys.executable, "-m", "catcher", "demo", "--keep", "--json", "--dir", str(folder / "all")],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert demo.stderr is not None
    said = ""
    for line in demo.stderr:
        said += line
        if "report list" in line:
            break
    yield demo, folder, said
    demo.send_signal(signal.SIGINT)
    _, rest = demo.communicate(timeout=SECONDS)
    assert demo.returncode == 0, said + rest


@pytest.fixture(scope="module")
def run(process: tuple[subprocess.Popen[str], Path, str]) -> Run:
    demo, folder, said = process
    assert demo.poll() is None, said
    lines = [json.loads(line) for line in (folder / "stdout").read_text().splitlines()]
    return Run(folder / "all", lines, said)


def test_it_takes_less_than_a_minute(run: Run) -> None:
    assert run.summary["seconds"] < SECONDS


def test_everything_is_as_scripted(run: Run) -> None:
    """Replies, tiers, senders, classes, retries, replays, and what counts: event by event."""
    assert run.summary["deviations"] == []
    assert all(event["deviations"] == [] for event in run.by_type["event"])


def test_each_event_has_exactly_the_observations_it_should(run: Run) -> None:
    assert len(run.by_type["event"]) > 350
    observed = {o["id"]: o for o in run.by_type["observation"]}
    for event in run.by_type["event"]:
        assert sorted(observed[n]["domain"] for n in event["observations"]) == sorted(event["expected"]["domains"])
    claims = Counter(number for event in run.by_type["event"] for number in event["observations"])
    assert set(claims) == set(observed) and set(claims.values()) == {1}


def test_every_reference_in_a_reply_is_that_of_its_observations(run: Run) -> None:
    observed = {o["id"]: o for o in run.by_type["observation"]}
    with_ref = [e for e in run.by_type["event"] if e["ref"] and e["observations"]]
    assert len(with_ref) > 300
    assert all(observed[n]["ref"] == e["ref"] for e in with_ref for n in e["observations"])


def test_a_forged_from_is_nowhere_above_claimed(run: Run) -> None:
    forged = run.observations_of("forged", "forged_signed")
    assert len(forged) > 70
    for observation in forged:
        sender = observation["sender"]
        assert sender["domain"] != "contractor.example" or sender["tier"] == "claimed"
        named = [e for e in sender["evidence"] + sender["conflicts"] if e["domain"] == "contractor.example"]
        assert all(e["tier"] == "claimed" for e in named)
    assert {o["sender"]["domain"] for o in run.observations_of("forged_signed")} == {"prize.example"}


def test_replay_bomb_bounces_and_automatic_replies_count_towards_no_notice(run: Run) -> None:
    abused = run.observations_of(*NOT_COUNTED)
    assert len(abused) > 200 and not any(o["counts"] for o in abused)
    replays = run.observations_of("replay")
    assert len(replays) == 24 and all(o["replayed"] for o in replays)
    for service in ("forum.example", "tickets.example", "gym.example", "town.example", "newsletter.example"):
        incident = run.incident(service)
        assert incident["counted"] == 0 and incident["mails"] > 0 and not incident["notice"]["due"]


def test_the_replayed_contractors_notice_rests_on_its_own_mail_alone(run: Run) -> None:
    own = sum(o["counts"] for o in run.observations_of("contractor", "original"))
    incident = run.incident("contractor.example")
    assert incident["counted"] == own > 0 and incident["notice"]["due"]


def test_both_sides_of_a_leak_are_due_a_notice(run: Run) -> None:
    due = {(i["party"], i["role"], i["domain"]) for i in run.by_type["incident"] if i["notice"]["due"]}
    assert ("army.mil", "intended", "army.ml") in due
    assert ("navy.mil", "intended", "navy.ml") in due
    assert ("hospital.example", "sender", "army.ml") in due


def test_a_retry_after_a_lost_reply_is_recognised_and_not_counted(run: Run) -> None:
    retried = run.observations_of("retry")
    again = [o for o in retried if o["retry_of"] is not None]
    assert 2 * len(again) == len(retried) and len(again) >= 3
    assert not any(o["counts"] for o in again)


def test_protective_markings_are_seen_and_hold_no_free_text(run: Run) -> None:
    markings = [m for o in run.observations_of("ministry") for m in o["markings"]]
    assert len(markings) == len(run.observations_of("ministry")) > 5
    assert not any("@" in json.dumps(m) for m in markings)


def test_the_demand_of_every_domain_is_known_also_where_no_mail_comes(run: Run) -> None:
    for domain in ("army.ml", "navy.ml", "travle.example", "shipyrad.example", "minstry.example"):
        assert run.summary["mx_queries"][domain] > 0


def test_no_content_is_in_any_file(run: Run) -> None:
    """Database, logs at debug, reports, configuration: no body, Subject, attachment name, password or local-part."""
    words = [*CANARIES, *READERS, STORED_READER, BOMBED_READER, *map(local_part, STAFF)]
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files) and any(path.suffix == ".log" for path in files)
    for path in files:
        content = path.read_bytes().lower()
        assert not [word for word in words if word.encode() in content], path


class _Page(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "iframe", "img", "object"):
            self.active.append(tag)
        self.active += [f"{name}={value}" for name, value in attrs if name.startswith("on")]


def test_the_reports_are_there_in_text_and_html_and_load_nothing(run: Run) -> None:
    reports = [Path(file) for line in run.by_type["report"] for file in line["files"]]
    assert {path.suffix for path in reports} >= {".txt", ".html", ".csv", ".json", ".eml"}
    for path in reports:
        assert path.is_relative_to(run.folder)
        if path.suffix == ".html":
            page = _Page()
            page.feed(path.read_text("utf-8"))
            assert page.active == []
    assert any("army.mil" in path.read_text("utf-8") for path in reports if path.suffix == ".txt")


def test_three_intended_parties_seven_senders_and_a_forwarder_have_reports_in_every_form(run: Run) -> None:
    told = {line["id"]: (line["role"], line["party"]) for line in run.by_type["incident"]}
    parties = Counter(role for role, _ in {told[line["incident"]] for line in run.by_type["report"]})
    assert parties == {"intended": 3, "sender": 7, "forwarder": 1}
    for line in run.by_type["report"]:
        files = {path.suffix: path for path in map(Path, line["files"]) if path.parent.suffix != ".kit"}
        without = {".pdf" for reason in line["left_out"] if reason.startswith("no letters")}
        assert set(files) | without >= {".txt", ".html", ".csv", ".json", ".eml", ".pdf"}
        report = json.loads(files[".json"].read_text("utf-8"))
        assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(report)] == []
        assert report["party"]["domain"] == told[line["incident"]][1]
        with files[".csv"].open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {(row["report"], row["party"]) for row in rows} == {(report["ref"], report["party"]["domain"])}
        assert (rows[0]["kind"], int(rows[0]["counted"])) == ("summary", report["numbers"]["total"]["counted"])
        assert without or files[".pdf"].read_bytes().startswith(b"%PDF-")
        assert line["subject"].rpartition(" [")[0] in " ".join(files[".txt"].read_text("utf-8").split())
        _strictly(files[".eml"].read_bytes())


def test_a_notice_to_each_arrives_proven_and_well_formed(run: Run) -> None:
    """Drafted, approved and sent as an operator does it; DKIM by the record that ``catcher check`` says to publish."""
    sink = run.folder / "sink"
    drafts = [row for row in _catcher(sink, "notify", "list", "--json") if "id" in row]
    parties = Counter(row["role"] for row in drafts)
    assert parties == {"intended": 3, "sender": 7, "forwarder": 1}
    _catcher(sink, "notify", "approve", *(row["id"] for row in drafts), "--as", "Alice", "--json")
    again = [row for row in _catcher(sink, "notify", "list", "--json") if row.get("state") == "drafted"]
    assert {row["party"] for row in again} == {"army.mil", "hospital.example", "college.example", "council.example"}
    _catcher(sink, "notify", "approve", *(row["id"] for row in again), "--as", "Bob", "--json")
    sent = _catcher(sink, "notify", "send", "--json")
    assert [row["state"] for row in sent] == ["sent"] * 11
    received = [file.read_bytes().partition(b"\r\n") for file in sorted((run.folder / "received").iterdir())]
    assert all(re.fullmatch(rb"Return-Path: <bounce\+\w+@notices\.sink\.example>", first) for first, _, _ in received)
    arrived = [octets for _, _, octets in received]
    assert len(arrived) == 11
    said = subprocess.run(
        [*CATCHER, "check", "-c", str(sink / "catcher.toml")], capture_output=True, text=True, timeout=SECONDS
    ).stdout
    record = re.search(r'publish at (\S+_domainkey\S+): TXT "([^"]+)"', said)
    assert record is not None, said
    published = {f"{record[1]}.".encode(): record[2].encode()}
    words = [*CANARIES, *READERS, STORED_READER, BOMBED_READER, *map(local_part, STAFF)]
    for octets in arrived:
        notice = _strictly(octets)
        assert dkim.verify(octets, dnsfunc=lambda name, timeout=5: published[name])
        assert [part.get_content_type() for part in notice.iter_parts()] == ["text/plain", "text/html"]
        shown = "".join(part.get_content() for part in notice.iter_parts()).lower()
        assert not [word for word in words if word.lower() in shown]
    assert {_strictly(octets)["To"] for octets in arrived} == {f"security@{row['party']}" for row in drafts}


def _catcher(sink: Path, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*CATCHER, *arguments, "-c", str(sink / "catcher.toml")], capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _strictly(octets: bytes) -> EmailMessage:
    """The mail, read by a parser to which a defect is an error."""
    mail = message_from_bytes(octets, policy=SMTP.clone(raise_on_defect=True))
    assert isinstance(mail, EmailMessage)
    for part in mail.walk():
        assert not part.defects and not [field for field in part.values() if field.defects]
    return mail


def test_with_keep_the_servers_stay_up_for_what_it_says_to_try(run: Run) -> None:
    dig = re.search(r"dig @(\S+) -p (\d+) army\.ml MX", run.tried)
    swaks = re.search(r"swaks --server (\S+):(\d+)", run.tried)
    assert dig is not None and swaks is not None
    answer = dns.query.udp(dns.message.make_query("army.ml", "MX"), dig[1], port=int(dig[2]), timeout=10)
    assert "mx.sink.example." in answer.to_text()
    with smtplib.SMTP(swaks[1], int(swaks[2]), timeout=30) as client:
        client.ehlo("you.example")
        client.mail("you@contractor.example")
        client.rcpt("someone@army.ml")
        code, text = client.data(b"From: you@contractor.example\r\nTo: someone@army.ml\r\n\r\nhello\r\n")
    assert code == 250 and b"ref " in text


def test_a_machine_whose_hosts_have_no_addresses_is_told_what_to_do() -> None:
    """192.0.2.1 (RFC 5737) is nobody's address."""
    with pytest.raises(EnvironmentFailure, match=r"192\.0\.2\.1.*run it there"):
        check_source("192.0.2.1")
