"""A reader who follows a page: types its command lines in order, in a folder where all that they name is there.

::

    catcher init ─▶ catcher.toml, catalogue, texts       the demo's month of 0.1 ─▶ var/catcher.db
    ports of its own, a resolver and a smarthost on loopback ─▶ catcher.toml
    contacts.csv, ml.zone, current-full.csv, providers.csv, a notice that was answered, a letter
      ─▶ run(line): a shell, the exit status; `serve` stays up until the page ends
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.rcode
import dns.rdatatype
from dns.message import Message

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.telling.addressee import Addressee
from catcher.model.telling.contact import Source
from catcher.model.telling.notice import LedgerEntry, Notice, NoticeForm, notice_id
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.store import SqliteStore
from catcher.supervise.ports import own_port
from tests.support.docpages import CommandLine
from tests.support.mailhost import mail_host
from tests.support.nameserver import name_server, reply
from tests.support.relay import Relay
from tests.support.releases import unpacked
from tests.support.tree import ROOT

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
"""The reader's day: the one after the demo's month, whose notices wait for approval."""

PARTY = "contractor.example"
"""The party that `contact find` looks for; it has no contact yet."""

_ML = """\
$ORIGIN ml.
$TTL 3600
@ SOA ns.nic hostmaster.nic 1 7200 900 1209600 300
@ NS ns.nic
ns.nic A 192.0.2.1
""" + "".join(f"{name} NS ns{n}.sink.example.\n" for name in ("army", "navy", "arny") for n in (1, 2))

_GOV = """\
Domain name,Domain type,Organization name,Suborganization name,City,State,Security contact email
clinic.example,Federal,Clinic of Example,,Springfield,IL,security@clinic.example
"""

_CATCHER = """\
#!{python}
# catcher on another day.
from datetime import UTC, datetime, timedelta
from catcher import wiring
from catcher.cli import main
wiring.SystemClock.now = lambda self: datetime.now(UTC) + timedelta(seconds={ahead})
main()
"""


@dataclass
class PageReader:
    """The reader's folder and what runs in it."""

    folder: Path
    serving: list[subprocess.Popen[str]] = field(default_factory=list)
    relay: Relay = field(default_factory=lambda: Relay(Path()))
    """The smarthost that takes what is sent."""

    def run(self, line: CommandLine) -> int:
        """The exit status of the command; of ``serve`` 0 once it says ``ready``."""
        text = re.sub(r"\b(inc|ntc)-…", lambda found: self._id_for(found[1], line.text), line.text)
        if text.startswith("catcher serve"):
            return self._serve(text)
        done = self._shell(text)
        (self.folder / "output.txt").write_text(f"{line}\n{done.stdout}{done.stderr}", encoding="utf-8")
        if done.returncode == 0 and (made := re.match(r"catcher init (\S+)", text)):
            own_ports(self.folder / made[1] / "catcher.toml")
        return done.returncode

    @property
    def output(self) -> str:
        """The output of the latest command."""
        return (self.folder / "output.txt").read_text(encoding="utf-8")

    def stop(self) -> None:
        """Ends the servers that were started. Raises AssertionError when one doesn't end well."""
        for server in self.serving:
            server.send_signal(signal.SIGTERM)
        statuses = [server.wait(60) for server in self.serving]
        for server in self.serving:
            assert server.stdout is not None
            server.stdout.close()
        self.serving.clear()
        assert not any(statuses), statuses

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{self.folder / '.venv' / 'bin'}:{os.environ['PATH']}"}

    def _shell(self, text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", text],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def _serve(self, text: str) -> int:
        output = self.folder / "output.txt"
        with output.open("w", encoding="utf-8") as log:
            server = subprocess.Popen(
                ["bash", "-c", f"exec {text}"],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert server.stdout is not None
        if server.stdout.readline() == "ready\n":
            self.serving.append(server)
            return 0
        server.stdout.close()
        return server.wait(60)

    def _id_for(self, kind: str, text: str) -> str:
        """The id that the page's reader would take for ``inc-…`` or ``ntc-…`` in this command."""
        store = SqliteStore(self.folder / "var" / "catcher.db")
        try:
            if kind == "inc":
                return next(i.key.id for i in store.incidents() if i.key.party == "hospital.example")
            return next(notice.id for notice in store.notices() if _fits(notice, text.split()[2]))
        finally:
            store.close()


def _fits(notice: Notice, verb: str) -> bool:
    match verb:
        case "letter" | "posted":
            return notice.form is NoticeForm.LETTER
        case "confirm":
            return notice.request is not None
        case _:
            return notice.form is NoticeForm.MAIL and notice.state is NoticeState.DRAFTED


@contextmanager
def page_reader(folder: Path) -> Iterator[PageReader]:
    """A reader in ``folder``, with a resolver and a smarthost while the block runs."""
    relay = Relay(folder)
    with _resolver() as resolver, mail_host(relay) as smarthost:
        reader = PageReader(folder, relay=relay)
        prepare(folder, resolver=resolver, smarthost=smarthost)
        try:
            yield reader
        finally:
            reader.stop()


def prepare(folder: Path, *, resolver: int, smarthost: int) -> None:
    """Writes all that the pages' commands name into ``folder``."""
    command = folder / ".venv" / "bin" / "catcher"
    command.parent.mkdir(parents=True)
    ahead = (NOW - datetime.now(UTC)).total_seconds()
    command.write_text(_CATCHER.format(python=sys.executable, ahead=ahead), encoding="utf-8")
    command.chmod(0o755)
    subprocess.run([command, "init", folder / "made"], check=True, capture_output=True, timeout=60)
    for path in (folder / "made").iterdir():
        path.rename(folder / path.name)
    own_ports(folder / "catcher.toml")
    settings = (folder / "catcher.toml").read_text(encoding="utf-8")
    for key, value in (
        ("resolvers", f'["127.0.0.1:{resolver}"]'),
        ("domain", '"notices.sink.example"'),
        ("smarthost", '"127.0.0.1"'),
        ("smarthost_port", smarthost),
        ("smarthost_tls", '"none"'),
        ("mail", '"duty@operator.example"'),
    ):
        settings, changed = re.subn(rf"^(# )?{key} = .*$", f"{key} = {value}", settings, flags=re.MULTILINE)
        assert changed == 1, key
    (folder / "catcher.toml").write_text(settings, encoding="utf-8")
    (folder / "ml.zone").write_text(_ML, encoding="ascii")
    (folder / "current-full.csv").write_text(_GOV, encoding="utf-8")
    (folder / "providers.csv").write_text("mail.example\n", encoding="utf-8")
    _fill(unpacked(ROOT / "tests" / "releases" / "0.1", folder / "var"), folder / "contacts.csv")


def own_ports(configuration: Path) -> None:
    """Puts listen addresses that nobody else uses into a configuration that ``init`` wrote."""
    settings = configuration.read_text(encoding="utf-8")
    settings = re.sub(r"^listen = .*$", lambda _: f'listen = ["127.0.0.1:{own_port()}"]', settings, flags=re.MULTILINE)
    configuration.write_text(settings, encoding="utf-8")


def _fill(database: Path, contacts: Path) -> None:
    """A contact for each party but PARTY; a notice whose party wants its mail stopped; a letter that was approved."""
    store = SqliteStore(database)
    try:
        parties = sorted({incident.key.party for incident in store.incidents()} - {PARTY})
        rows = "".join(f"{party},security@{party}\n" for party in parties)
        contacts.write_text("party,address\n" + rows, encoding="utf-8")
        key = IncidentKey("shipyard.example", Role.SENDER, "navy.ml")
        sent = (Act.APPROVED, Act.SENDING, Act.SENT, Act.STOP_REQUESTED)
        store.add_notice(_notice(key, NoticeForm.MAIL, *sent), b"")
        key = IncidentKey("town.example", Role.SENDER, "army.ml")
        store.add_notice(_notice(key, NoticeForm.LETTER, Act.APPROVED), b"%PDF-1.7\n")
    finally:
        store.close()


def _notice(key: IncidentKey, form: NoticeForm, *acts: Act) -> Notice:
    address = f"security@{key.party}"
    drafted = NOW - timedelta(days=1)
    id = notice_id(key.id, "2026-10", address, drafted.date())
    addressee = Addressee(address, Source.ENTERED, trusted=True)
    message_id = f"{id}@notices.sink.example"
    notice = Notice(id, key, "2026-10", addressee, form, "en", "R2345ABCD", message_id, approvals=1)
    for minute, act in enumerate((Act.DRAFTED, *acts)):
        notice = notice.with_step(LedgerEntry(act, drafted + timedelta(minutes=minute), "alice"))
    return notice


@contextmanager
def _resolver() -> Iterator[int]:
    """The port of a name server, in a thread, that knows where PARTY's mail goes, and no other name."""

    def behave(query: Message, transport: str) -> list[bytes]:
        name, qtype = query.question[0].name.to_text(True), dns.rdatatype.to_text(query.question[0].rdtype)
        if name != PARTY:
            return [reply(query, rcode=dns.rcode.NXDOMAIN)]
        return [reply(query, *([f"{PARTY}. 60 IN MX 10 mail.{PARTY}."] if qtype == "MX" else []))]

    ports: list[int] = []
    listening, ended = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with name_server(behave) as server:
            ports.append(server.address.port)
            listening.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert listening.wait(60)
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
