"""Two hosts on one machine: network namespaces joined by a veth pair, gone again afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.peers import need_root, peer


@dataclass(frozen=True, slots=True)
class Host:
    """A network namespace with one address; without a name this machine itself."""

    name: str
    address: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What a command is run under to run on this host; its /etc/resolv.conf is this host's, too."""
        if not self.name:
            return ()
        return (str(peer("ip")), "netns", "exec", self.name)

    def run(self, *command: str, **more: object) -> subprocess.CompletedProcess[bytes]:
        """Runs a command on this host to its end; fails when it does."""
        return subprocess.run([*self.prefix, *command], check=True, timeout=60, **more)  # type: ignore[call-overload,no-any-return]


HERE = Host("", "127.0.0.1")
"""This machine, without a namespace."""


@contextmanager
def two_hosts(first: str, second: str, *, resolver: str) -> Iterator[tuple[Host, Host]]:
    """Two hosts with the addresses ``first`` and ``second`` (one /24); ``resolver`` is what the first one asks."""
    need_root("make network namespaces")
    ip = str(peer("ip"))
    mark = f"catcher{os.getpid()}"
    hosts = Host(f"{mark}a", first), Host(f"{mark}b", second)
    etc = Path("/etc/netns") / hosts[0].name
    try:
        for host in hosts:
            subprocess.run([ip, "netns", "add", host.name], check=True, timeout=30)
        subprocess.run(
            [
                *(ip, "link", "add", "veth0", "netns", hosts[0].name),
                *("type", "veth", "peer", "name", "veth0", "netns", hosts[1].name),
            ],
            check=True,
            timeout=30,
        )
        for host in hosts:
            host.run(ip, "link", "set", "lo", "up")
            host.run(ip, "address", "add", f"{host.address}/24", "dev", "veth0")
            host.run(ip, "link", "set", "veth0", "up")
        etc.mkdir(parents=True)
        (etc / "resolv.conf").write_text(f"nameserver {resolver}\n")
        yield hosts
    finally:
        for host in hosts:
            subprocess.run([ip, "netns", "delete", host.name], stderr=subprocess.DEVNULL, timeout=30, check=False)
        shutil.rmtree(etc, ignore_errors=True)
