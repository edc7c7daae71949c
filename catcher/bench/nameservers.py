"""Starts the measured name servers, which all serve the same zone and domains, and a C program that echoes queries."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from catcher.bench.process import find
from catcher.bench.queries import domain
from catcher.supervise.ports import own_port

ZONE = """\
$TTL 300
@ IN SOA ns1.sink.test. hostmaster.ns1.sink.test. 1 3600 600 604800 300
@ IN NS ns1.sink.test.
@ IN NS ns2.sink.test.
@ IN MX 10 mx.sink.test.
* IN MX 10 mx.sink.test.
@ IN TXT "v=spf1 -all"
* IN TXT "v=spf1 -all"
_dmarc IN TXT "v=DMARC1; p=reject"
*._domainkey IN TXT "v=DKIM1; p="
@ IN CAA 0 issue ";"
"""
"""The zone file that the peers serve for each domain; catcher makes the same zone from its own template."""

ECHO = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
enum { N = 64, SIZE = 4096 };
static char data[N][SIZE];
static struct sockaddr_in from[N];
static struct iovec parts[N];
static struct mmsghdr messages[N];
int main(int count, char **words) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
    inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
    int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(tcp, (void *)&here, sizeof here) || listen(tcp, 8) || bind(udp, (void *)&here, sizeof here)) return 1;
    for (;;) {
        for (int i = 0; i < N; i++) {
            parts[i] = (struct iovec){data[i], SIZE};
            messages[i].msg_hdr = (struct msghdr){&from[i], sizeof from[i], &parts[i], 1, 0, 0, 0};
        }
        int got = recvmmsg(udp, messages, N, MSG_WAITFORONE, 0);
        for (int i = 0; i < got; i++) {
            data[i][2] |= 0x80;
            parts[i].iov_len = messages[i].msg_len;
        }
        if (got > 0) sendmmsg(udp, messages, got, 0);
    }
}
"""
"""A C program that receives a batch, sets QR and sends the batch back: the least work of any server."""


Prepare = Callable[[Path, int, int], "list[str] | None"]
"""(folder, port, number of domains) → the command that serves the domains; None if the program isn't installed."""


def catcher(folder: Path, port: int, domains: int) -> list[str]:
    """Demand counts and rate limit are on. The limit is above the load: every query is counted, and none is dropped."""
    with (folder / "catalogue.csv").open("w") as file:
        file.write("domain,intended,policy\n")
        file.writelines(f"{domain(n)},d{n}.example,accept\n" for n in range(domains))
    config = folder / "catcher.toml"
    config.write_text(
        f"""[node]
state = "{folder}/state"
[dns]
listen = ["127.0.0.1:{port}"]
nameservers = ["ns1.sink.test", "ns2.sink.test"]
rate_limit = 1000000
rate_limit_exempt = []
[smtp]
listen = ["127.0.0.1:{own_port()}"]
hostname = "mx.sink.test"
[catalogue]
files = ["catalogue.csv"]
"""
    )
    return [sys.executable, "-m", "catcher", "serve", "--role", "dns", "-c", str(config)]


def nsd(folder: Path, port: int, domains: int) -> list[str] | None:
    program = find("nsd")
    if program is None:
        return None
    (folder / "peer.zone").write_text(ZONE)
    config = folder / "nsd.conf"
    with config.open("w") as file:
        file.write(
            f'server:\n  server-count: 1\n  ip-address: 127.0.0.1\n  port: {port}\n  username: ""\n  chroot: ""\n'
            f'  database: ""\n  zonesdir: "{folder}"\n  pidfile: "{folder}/nsd.pid"\n  xfrdfile: "{folder}/xfrd"\n'
            f'  zonelistfile: "{folder}/zones"\n  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n'
        )
        file.writelines(f"zone:\n  name: {domain(n)}\n  zonefile: peer.zone\n" for n in range(domains))
    return [program, "-d", "-c", str(config)]


def knot(folder: Path, port: int, domains: int) -> list[str] | None:
    program = find("knotd")
    if program is None:
        return None
    (folder / "peer.zone").write_text(ZONE)
    config = folder / "knot.conf"
    with config.open("w") as file:
        file.write(
            f'server:\n  rundir: "{folder}"\n  listen: 127.0.0.1@{port}\n  udp-workers: 1\n  tcp-workers: 1\n'
            f'database:\n  storage: "{folder}/knot"\n'
            f'template:\n  - id: default\n    storage: "{folder}"\n    file: peer.zone\n    journal-content: none\n'
            "    zonefile-load: whole\n    zonefile-sync: -1\n    semantic-checks: off\nzone:\n"
        )
        file.writelines(f"  - domain: {domain(n)}\n" for n in range(domains))
    return [program, "-c", str(config)]


def echo(folder: Path, port: int, domains: int) -> list[str] | None:
    compiler = find("cc")
    if compiler is None:
        return None
    source, program = folder / "echo.c", folder / "echo"
    source.write_text(ECHO)
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return [str(program), str(port)]


def two_workers(folder: Path, port: int, domains: int) -> list[str]:
    """Catcher with two answering processes, which share the server's core."""
    command = catcher(folder, port, domains)
    config = folder / "catcher.toml"
    config.write_text(config.read_text().replace("[dns]\n", "[dns]\nworkers = 2\n"))
    return command


def passed_sockets(folder: Path, port: int, domains: int) -> list[str]:
    """Catcher on sockets that another process has bound, as under systemd."""
    return [sys.executable, "-c", _PASS_SOCKETS, str(port), *catcher(folder, port, domains)]


_PASS_SOCKETS = """\
import os, socket, sys
for descriptor, kind in ((3, socket.SOCK_DGRAM), (4, socket.SOCK_STREAM)):
    sock = socket.socket(socket.AF_INET, kind)
    sock.bind(("127.0.0.1", int(sys.argv[1])))
    if kind == socket.SOCK_STREAM:
        sock.listen(1024)
    if sock.fileno() != descriptor:
        os.dup2(sock.fileno(), descriptor)
    sock.detach()
    os.set_inheritable(descriptor, True)
os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"] = "2", str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Binds UDP and TCP, and runs a command with both (sd_listen_fds(3))."""

SERVERS: dict[str, Prepare] = {
    "echo": echo,
    "nsd": nsd,
    "knot": knot,
    "catcher": catcher,
    "catcher, two workers": two_workers,
    "catcher, passed sockets": passed_sockets,
}
PEERS = ("nsd", "knot")
"""Catcher's budget is a ratio to the better of these peers."""
