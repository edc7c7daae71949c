"""Files that are no files, or nonsense: the running state serves on, and the next good load takes hold."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.support.authoritative import answers
from tests.support.server import Server, deliver, running

SMTP = 'explanations = "words"\ncertificate = "chain.pem"\nkey = "chain.pem"\n'
KEYS = 'key "k" { algorithm hmac-sha256; secret "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ=="; };'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("hostile") / "server") as made:
        keys = made.folder / "transfer.keys"
        keys.write_text(KEYS)
        keys.chmod(0o600)
        (made.folder / "watchlist.csv").write_text("domain,organisation\narmy.mil,Army\n")
        (made.folder / "words").mkdir()
        text = (resources.files("catcher.smtp") / "explanations" / "en.txt").read_text()
        (made.folder / "words" / "en.txt").write_text(text)
        shutil.copy(made.folder / "var" / "tls" / "self-signed-ecdsa.pem", made.folder / "chain.pem")
        (made.folder / "mailboxes.csv").write_text("domain\nisland.example\n")
        (made.folder / "var" / "mailboxes.csv").symlink_to(made.folder / "mailboxes.csv")
        text = made.config.read_text().replace("[dns]\n", '[dns]\nkeys = "transfer.keys"\n', 1)
        text = text.replace("[smtp]\n", f"[smtp]\n{SMTP}", 1)
        made.config.write_text(text.replace("[fingerprint]\n", '[fingerprint]\nwatchlist = "watchlist.csv"\n', 1))
        assert reload(made)["result"] == "reloaded"
        yield made


def reload(server: Server) -> dict[str, Any]:
    outcome: dict[str, Any] = json.loads(server.control("reload"))
    return outcome


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def missing(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_text("")


def rubbish(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 16)


def a_link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def an_endless_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_terminal(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/tty")


def ten_sparse_gigabytes(path: Path) -> None:
    os.truncate(path, 10 << 30)


def readable_for_all(path: Path) -> None:
    path.chmod(0o644)


CASES = [
    *(("catcher.toml", harm) for harm in (a_directory, missing, rubbish, a_link_to_itself, an_endless_device)),
    *(("catcher.toml", harm) for harm in (ten_sparse_gigabytes, a_terminal, a_pipe, empty)),
    *(("catalogue.csv", harm) for harm in (a_directory, missing, empty, rubbish, a_link_to_itself)),
    *(("catalogue.csv", harm) for harm in (an_endless_device, ten_sparse_gigabytes, a_terminal, a_pipe)),
    *(("sink.example.zone", harm) for harm in (a_directory, missing, empty, rubbish, a_link_to_itself)),
    *(("sink.example.zone", harm) for harm in (an_endless_device, ten_sparse_gigabytes, a_terminal, a_pipe)),
    *(
        ("transfer.keys", harm)
        for harm in (a_directory, missing, rubbish, an_endless_device, ten_sparse_gigabytes, a_pipe)
    ),
    ("transfer.keys", readable_for_all),
    *(("mailboxes.csv", harm) for harm in (a_directory, missing, rubbish, a_link_to_itself, a_pipe)),
    *(("watchlist.csv", harm) for harm in (a_directory, missing, empty, rubbish, an_endless_device, a_pipe)),
    *(("words/en.txt", harm) for harm in (a_directory, empty, rubbish, a_pipe)),
    *(("chain.pem", harm) for harm in (a_directory, missing, empty, rubbish, ten_sparse_gigabytes, a_pipe)),
]
"""The lists, texts and certificates of mail are the last ones: a link leads to the list of mailbox providers."""


@pytest.mark.parametrize(("name", "harm"), CASES, ids=[f"{name}-{harm.__name__}" for name, harm in CASES])
def test_a_harmed_file_takes_nothing_down(server: Server, name: str, harm: Callable[[Path], None]) -> None:
    path = server.folder / name
    kept = path.with_name("aside")
    shutil.copy2(path, kept)
    parent = server.serving_pid
    try:
        harm(path)
        outcome = reload(server)
        assert outcome["result"] in ("partly", "failed"), outcome
        assert path.name in json.dumps(outcome)
        assert answers(server.dns[1], "army.ml")
        assert answers(server.dns[1], "sink.example")
        assert path.name in server.control("status")
        assert deliver(server)[0] == 250
        if not server.config.is_dir():  # a usage error
            assert path.name in server.catcher("status", status=1)
    finally:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        kept.rename(path)
    assert reload(server)["result"] == "reloaded"
    assert server.serving_pid == parent


@pytest.mark.parametrize("harm", [a_pipe, an_endless_device, ten_sparse_gigabytes])
def test_harmed_files_of_the_state_folder_hold_up_no_start(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """All of them at once: serials, copies, the guard's record, keys, database, certificate."""
    with running(tmp_path / "server") as made:
        made.config.write_text(
            made.config.read_text().replace("[dns]\n", '[dns]\ncatalog_zone = "catalog.example"\n', 1)
            + '[[dns.secondary]]\naddress = "127.0.0.1:1"\nnotify = []\n'
        )
        (made.folder / "ml.zone").write_text("$ORIGIN ml.\n@ 300 SOA ns h 1 2 3 4 5\n@ 300 NS ns.elsewhere.example.\n")
        made.catcher("check", "--against", str(made.folder / "ml.zone"))
        assert reload(made)["result"] == "reloaded"
        made.stop()
        state = made.folder / "var"
        harmed = [path for path in sorted(state.rglob("*")) if path.is_file() and path.suffix != ".lock"]
        assert {"dns-serial.json", "guard.json", "catalogue.json", "catcher.db"} <= {path.name for path in harmed}
        for path in harmed:
            harm(path)
        made.start()
        assert answers(made.dns[1], "army.ml")
        assert answers(made.dns[1], "sink.example")
