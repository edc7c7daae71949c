"""Many reloads: what they leave behind, and what they cost clients that keep a TCP connection or copy a zone."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from catcher.dns.answering.options import IDLE_SECONDS
from tests.support.asking import rcode
from tests.support.peers import need_root, peer
from tests.support.pipelined import PipelinedQueries
from tests.support.secondaries import KEY, KEYS, SECRET, polls
from tests.support.server import ARMY, Server, running

QUERIES = 100_000
ROWS = 200_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "server", workers=2, smtp_workers=1) as server:
        yield server
        assert server.stop() == 0


def put(server: Server, *rows: str) -> None:
    (server.folder / "catalogue.csv").write_text(ARMY + "".join(f"{row}\n" for row in rows))


Open = dict[str, Counter[str]]
"""Name of a process → kinds of its open files, with their numbers; and how many processes there are at all."""


def steady(server: Server) -> Open:
    """What the processes have open once none starts or drains, and no loader runs."""
    for _ in polls(server.dns[1]):
        status = json.loads(server.control("status"))
        if not status["loading"] and all(process["state"] == "serving" for process in status["processes"]):
            break
    else:
        pytest.fail(f"processes still start or drain: {status['processes']}")
    pids = {"parent": server.serving_pid} | {process["name"]: process["pid"] for process in status["processes"]}
    found = {name: open_files(pid) for name, pid in pids.items()}
    children = Path(f"/proc/{pids['parent']}/task/{pids['parent']}/children").read_text().split()
    return found | {"children": Counter(children=len(children))}


def open_files(pid: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found[re.sub(r"\d+", "N", str(link.readlink()))] += 1
        except FileNotFoundError:  # closed meanwhile
            continue
    return found


@pytest.mark.parametrize("reloads", [10, pytest.param(50, marks=pytest.mark.long)])
def test_reloads_leave_no_process_and_no_descriptor_behind(server: Server, reloads: int) -> None:
    """One in five has a wrong row, one in five a wrong zone file; a client's TCP connection goes through all."""
    need_root("read the descriptors of a process that nobody else may look into")

    def reload(number: int) -> str:
        put(server, f"new{number}.example,intended.example,{'nonsense' if number % 5 == 1 else 'accept'}")
        zone = server.folder / "sink.example.zone"
        good = zone.read_text()
        if number % 5 == 3:
            zone.write_text(good + "wrong A 192.0.2.1.1\n")
        outcome = json.loads(server.control("reload"))
        zone.write_text(good)
        return str(outcome["result"])

    with PipelinedQueries(server.dns, "army.ml").asking(0):
        pass
    with KeptConnection(server.dns) as client:
        for number in range(5):
            reload(number)
            client.ask()
        before = steady(server)
        results: Counter[str] = Counter()
        for number in range(reloads):
            results[reload(number)] += 1
            client.ask()
        assert results == {"reloaded": reloads * 3 // 5, "partly": reloads * 2 // 5}
        for _ in polls(server.dns[1]):  # a process may have a file open for a moment
            client.ask()
            after = steady(server)
            if not (grown := {name: found - before[name] for name, found in after.items() if found - before[name]}):
                break
        assert not grown
        client.ask()


class KeptConnection:
    """A client's TCP connection. The server may end it only when nothing was asked for the idle time."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address

    def __enter__(self) -> KeptConnection:
        self._socket = socket.create_connection(self._address, timeout=20)
        self._asked = time.monotonic()
        return self

    def __exit__(self, *raised: object) -> None:
        self._socket.close()

    def ask(self) -> None:
        """Asks, and reads the reply; over a new connection where this one was idle for too long."""
        query = b"\0\1\0\0\0\1\0\0\0\0\0\0\4army\2ml\0\0\6\0\1"
        idle = time.monotonic() - self._asked
        try:
            self._socket.sendall(len(query).to_bytes(2, "big") + query)
            with self._socket.makefile("rb") as replies:
                length = replies.read(2)
                reply = replies.read(int.from_bytes(length, "big"))
        except ConnectionError:
            reply = b""
        if not reply and idle > IDLE_SECONDS - 1:
            self._socket.close()
            self.__enter__()
            return
        assert reply[:2] == b"\0\1"
        self._asked = time.monotonic()


COUNTING = """
import gc, sys
from catcher import cli
from catcher.supervise.loader import Loader

def start(self, *rest, **named):
    gc.unfreeze()
    print("garbage of the last reload:", gc.collect(), file=sys.stderr, flush=True)
    return real(self, *rest, **named)

real, Loader.start = Loader.start, start
cli.main()
"""
"""catcher that counts, before each load, the objects that only a garbage collection frees."""


def test_a_reload_leaves_no_garbage_in_the_parent(tmp_path: Path) -> None:
    """What was loaded is frozen, so that processes share it: no collection ever visits it again."""
    with running(tmp_path / "server", program=(sys.executable, "-c", COUNTING)) as server:
        zone = server.folder / "sink.example.zone"
        for number in range(6):
            put(server, f"new{number}.ml,,accept")
            zone.write_text(zone.read_text() + f"text{number} TXT new\n")
            server.config.write_text(server.config.read_text() + f"# {number}\n")
            assert json.loads(server.control("reload"))["result"] == "reloaded"
        found = re.findall("garbage of the last reload: ([0-9]+)", server.log.read_text())
        assert len(found) == 7 and set(found[3:]) == {"0"}, found


def test_twenty_reloads_lose_no_query_over_kept_tcp_connections(server: Server) -> None:
    queries = PipelinedQueries(server.dns, "army.ml")
    with queries.asking(QUERIES):
        for number in range(20):
            put(server, f"new{number}.example,intended.example,accept")
            server.reload()
            assert rcode(server.dns[1], f"new{number}.example") == "NOERROR"
    assert (queries.lost, queries.ended, queries.wrong) == (0, 0, [])
    assert queries.answered >= QUERIES


def test_a_client_that_reads_slowly_delays_no_reload_and_loses_no_reply(server: Server) -> None:
    """The worker that retires passes its connection on with the replies that the client didn't take, and ends."""
    query = b"\0\0\0\1\0\0\0\0\0\0\4army\2ml\0\0\x0f\0\1"
    queries, share = 250_000, 2_000_000
    sent = b"".join(
        (len(query) + 2).to_bytes(2, "big") + (n & 0xFFFF).to_bytes(2, "big") + query for n in range(queries)
    )
    with socket.create_connection(server.dns, timeout=60) as client, client.makefile("rb") as replies:
        sending = threading.Thread(target=client.sendall, args=(sent,))
        sending.start()
        read = b""
        for number in range(5):
            put(server, f"new{number}.example,intended.example,accept")
            server.reload()
            read += replies.read(share)
        length = 2 + int.from_bytes(read[:2], "big")
        read += replies.read(length * queries - len(read))
        sending.join()
    assert [int.from_bytes(read[at + 2 : at + 4], "big") for at in range(0, len(read), length)] == [
        n & 0xFFFF for n in range(queries)
    ]
    assert "it is killed" not in server.log.read_text()


def members(lines: Iterator[str]) -> set[str]:
    return {words[-1].rstrip(".") for line in lines if "PTR" in (words := line.split())}


@pytest.mark.long
def test_a_reload_during_a_transfer_of_a_large_catalogue_completes(tmp_path: Path) -> None:
    """And so does the transfer: dig takes its first messages, then waits until two reloads are over."""
    rows = [f"d{number}.example" for number in range(ROWS)]
    server = Server(tmp_path / "server", catalogue="domain\n" + "\n".join(rows) + "\n")
    (server.folder / "transfer.keys").write_text(KEYS)
    (server.folder / "transfer.keys").chmod(0o600)
    text = server.config.read_text()
    text = text.replace("[dns]\n", '[dns]\nkeys = "transfer.keys"\ncatalog_zone = "catalog.sink.example"\n', 1)
    server.config.write_text(text + f'[[dns.secondary]]\naddress = "127.0.0.1"\nkey = "{KEY}"\nnotify = []\n')
    dig = [str(peer("dig")), "@127.0.0.1", "-p", str(server.dns[1]), "-y", f"hmac-sha256:{KEY}:{SECRET}"]
    command = [*dig, "+time=60", "catalog.sink.example", "AXFR"]
    try:
        server.start()
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as copying:
            assert copying.stdout is not None
            first = [copying.stdout.readline() for _ in range(20)]
            for name in ("one.example", "two.example"):
                with (server.folder / "catalogue.csv").open("a") as catalogue:
                    catalogue.write(f"{name}\n")
                server.reload()
                assert rcode(server.dns[1], name) == "NOERROR"
            taken = members(iter([*first, *copying.stdout]))
        assert taken == set(rows), "one snapshot, and the whole of it"
        again = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
        assert members(iter(again.stdout.splitlines())) == {*rows, "one.example", "two.example"}
        assert server.stop() == 0
    finally:
        if server.process is not None:
            server.kill()
