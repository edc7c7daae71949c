"""What stands against mail is told at once, but for a port that its former holder may still give up."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from catcher.config import Config, load_config
from catcher.model.clock import Clock
from catcher.serve.loading.loaded import LoadedDns, LoadedMail
from catcher.serve.mailside import MailSide
from catcher.supervise import Supervisor
from catcher.supervise.sockets import InheritedSockets

NOTHING = cast(LoadedDns, None), cast(LoadedMail, None)


@dataclass
class Waiting:
    """A loop that only remembers what it was to do later, and after how many seconds."""

    later_on: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    private: set[int] = field(default_factory=set)

    def later(self, seconds: float, action: Callable[[], None]) -> SimpleNamespace:
        self.later_on.append((seconds, action))
        return SimpleNamespace(cancel=lambda: None)

    def run(self) -> float:
        """Does the next thing; returns its pause."""
        seconds, action = self.later_on.pop(0)
        action()
        return seconds


def configured(folder: Path, port: int) -> Config:
    (folder / "catalogue.csv").write_text("domain\narmy.ml\n")
    (folder / "catcher.toml").write_text(
        f"[dns]\nlisten = ['127.0.0.1:5300']\n[smtp]\nlisten = ['127.0.0.1:{port}']\n"
        "[catalogue]\nfiles = ['catalogue.csv']\n"
    )
    return load_config(folder / "catcher.toml")


@contextmanager
def begun(config: Config, *, is_locked: bool) -> Iterator[tuple[MailSide, Waiting, list[str]]]:
    loop, told = Waiting(), list[str]()
    mail = MailSide.bound(config, InheritedSockets([]), alone=False)
    supervisor = SimpleNamespace(loop=loop, sockets=[])
    mail.attach(cast(Supervisor, supervisor), cast(Clock, None), is_locked=is_locked)
    mail.replace(*NOTHING, told.append)
    yield mail, loop, told
    for sock in supervisor.sockets:
        sock.close()
    for descriptor in loop.private:
        os.close(descriptor)


def test_a_state_folder_that_cannot_be_locked_is_told_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "var").symlink_to(tmp_path / "missing")
    with begun(configured(tmp_path, 0), is_locked=False) as (mail, loop, told):
        assert len(told) == 1 and "smtp.lock" in told[0] and mail.trouble == told[0]
        assert caplog.text.count("mail can't start, and is tried again") == 1
        loop.run()
        assert len(loop.later_on) == 1 and caplog.text.count("mail can't start") == 1, "tried again, told once"
        (tmp_path / "missing").mkdir()
        loop.run()
        assert "smtp.lock" not in mail.trouble


def test_a_port_in_use_is_told_after_some_patience(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port, waited = other.getsockname()[1], 0.0
        with begun(configured(tmp_path, port), is_locked=True) as (_, loop, told):
            while not told:
                waited += loop.run()
        assert waited >= 1.0 and "stop the program that holds the port" in told[0]
