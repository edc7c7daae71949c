"""BIND and PowerDNS as secondaries on loopback, with the configurations of docs/running/secondaries.md."""

from __future__ import annotations

import shlex
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.authoritative import Measure, running
from tests.support.peers import peer
from tests.support.secondarydocs import block


@contextmanager
def bind(folder: Path, port: int, primary: int) -> Iterator[Measure]:
    """BIND as a consumer of the catalog zone; up once it answers for sink.example."""
    folder.mkdir(parents=True, exist_ok=True)
    own = (
        f'options {{\n    directory "{folder}";\n    pid-file none;\n    listen-on port {port} {{ 127.0.0.1; }};\n'
        "    listen-on-v6 { none; };\n    session-keyfile none;\n    lock-file none;\n    dnssec-validation no;\n"
    )
    text = block("BIND", "// named.conf", primary).replace("options {\n", own, 1) + "controls {};\n"
    (folder / "named.conf").write_text(text)
    command = [str(peer("named")), "-g", "-c", str(folder / "named.conf")]
    with running(command, Measure("named", port, folder), "sink.example") as up:
        yield up


def pdns_database(folder: Path) -> Path:
    """A new database in which PowerDNS keeps zones."""
    database = folder / "pdns.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(peer("pdns-sqlite").read_text())
        # Its threads write side by side; without this a change of the catalog zone may find "database is locked" and
        # is then left out until the next one.
        connection.execute("PRAGMA journal_mode = WAL")
    return database


@contextmanager
def powerdns(folder: Path, port: int, primary: int) -> Iterator[Measure]:
    """PowerDNS as a consumer of the catalog zone; up once it answers for sink.example."""
    folder.mkdir(parents=True, exist_ok=True)
    database = pdns_database(folder)
    text = block("PowerDNS", "# pdns.conf", primary).replace("/var/lib/powerdns/pdns.sqlite3", str(database))
    text = text.replace("xfr-cycle-interval=10", "xfr-cycle-interval=1")
    text += f"local-address=127.0.0.1\nlocal-port={port}\nquery-local-address=127.0.0.1\nsocket-dir={folder}\n"
    text += "zone-cache-refresh-interval=0\nquery-cache-ttl=0\nnegquery-cache-ttl=0\ncache-ttl=0\nloglevel=6\n"
    text += "retrieval-threads=1\n"
    (folder / "pdns.conf").write_text(text)
    for line in block("PowerDNS", "pdnsutil", primary).splitlines():
        command = [str(peer("pdnsutil")), f"--config-dir={folder}", *shlex.split(line)[1:]]
        subprocess.run(command, check=True, capture_output=True)
    command = [str(peer("pdns")), f"--config-dir={folder}", "--daemon=no", "--guardian=no", "--disable-syslog"]
    with running(command, Measure("pdns", port, folder), "sink.example") as up:
        yield up
