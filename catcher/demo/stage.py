"""Starts the organisations' DNS server and the sink on free loopback ports, and binds the mail host's port."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from catcher import config, serve
from catcher.config import Config
from catcher.demo.keys import DemoKey
from catcher.demo.layout import HOST, lay_out_sink, lay_out_world
from catcher.demo.organisations import CONTRACTOR
from catcher.demo.stories.work import ends_on
from catcher.model.clock import Clock
from catcher.model.errors import EnvironmentFailure
from catcher.supervise.ports import own_port


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder with the configurations of both servers, and the mail host's socket."""

    folder: Path
    world: Config
    sink: Config
    mail_host: socket.socket = field(repr=False)
    """It listens from the start on; mail is accepted while ``mailhost.mail_host`` runs."""

    @property
    def received(self) -> Path:
        """The folder for the mail host's mail."""
        return self.folder / "received"

    @property
    def dns(self) -> tuple[str, int]:
        """Address and port of the sink's DNS."""
        return self.sink.dns.listen[0].host, self.sink.dns.listen[0].port

    @property
    def smtp(self) -> tuple[str, int]:
        """Address and port of the sink's SMTP."""
        return self.sink.smtp.listen[0].host, self.sink.smtp.listen[0].port


def set_up(folder: Path, *, first: date, keys: Mapping[str, DemoKey]) -> Stage:
    """Writes the files of both servers into ``folder`` and reserves free ports for them.

    Raises EnvironmentFailure if this machine doesn't permit all addresses of 127.0.0.0/8, or if no port is free.
    """
    check_source(CONTRACTOR.host.address)
    mail_host = socket.create_server((HOST, 0))
    mail: int = mail_host.getsockname()[1]
    ports = {"host": HOST, **{name: own_port(HOST) for name in ("dns", "smtp", "world", "unused")}, "mail": mail}
    around = lay_out_world(folder / "world", ports, keys)
    sink = lay_out_sink(folder / "sink", ports, until=ends_on(first))
    return Stage(folder, config.load_config(around), config.load_config(sink), mail_host)


@contextmanager
def serving(stage: Stage, clock: Clock) -> Iterator[None]:
    """Inside the block, both servers run; at its end they drain and store all observations.

    Raises ConfigurationError or EnvironmentFailure when a server can't start.
    """
    with ExitStack() as running:
        running.callback(serve.launch(stage.world, clock=clock, roles=("dns",)).stop)
        running.callback(serve.launch(stage.sink, clock=clock).stop)
        yield


def check_source(address: str) -> None:
    """Raises EnvironmentFailure when a socket can't be bound to ``address``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            raise EnvironmentFailure(
                f"{address}: {error.strerror}; the demo's hosts send from addresses of their own in 127.0.0.0/8, "
                "which Linux grants to everyone: run it there, or in a container"
            ) from error
