"""The sink that is measured: ``catcher serve --role smtp`` with one worker, a durable store, and no look-ups."""

from __future__ import annotations

import sys
from pathlib import Path

from catcher.model.defaults import SMTP_CONNECTIONS
from catcher.supervise.ports import own_port

DOMAIN, REFUSED = "typo.test", "refused.test"
"""A catalogued domain whose mail is taken, and one whose recipients are refused."""
CONFIG, STATE, DATABASE = "catcher.toml", "state", "catcher.db"
"""The configuration; the state folder and its database file, below the folder of the sink."""


def sink_command(folder: Path, port: int, *, connections: int = SMTP_CONNECTIONS) -> list[str]:
    """Writes catalogue and configuration to ``folder``; returns the command that serves SMTP at ``port``."""
    (folder / "catalogue.csv").write_text(
        f"domain,intended,policy\n{DOMAIN},typo.example,accept\n{REFUSED},refused.example,refuse\n"
    )
    config = folder / CONFIG
    config.write_text(
        f"""[node]
state = "{folder / STATE}"
[dns]
listen = ["127.0.0.1:{own_port()}"]
nameservers = ["ns1.sink.test"]
[smtp]
listen = ["127.0.0.1:{port}"]
hostname = "mx.sink.test"
connections = {connections}
[catalogue]
files = ["catalogue.csv"]
[store]
url = "sqlite:{folder / STATE / DATABASE}"
rows_a_day = 1000000000
[fingerprint]
lookups = false
"""
    )
    return [sys.executable, "-m", "catcher", "serve", "--role", "smtp", "-c", str(config)]
