"""Knot, BIND, PowerDNS and NSD copy the catalogue with the configurations of docs/running/secondaries.md.

Each is shown a row that comes, one that goes, one that changes, and a name that the guard refuses.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.catalogue.guard import Run
from catcher.catalogue.guardrecord import record
from catcher.catalogue.names import SortedNames
from catcher.supervise.ports import own_port
from tests.support.authoritative import Measure, answers, knot, nsd
from tests.support.consumers import bind, powerdns
from tests.support.peers import peer
from tests.support.secondaries import KEY, KEYS, polls, sections
from tests.support.secondarydocs import block
from tests.support.server import Server

ML = """\
$ORIGIN ml.
$TTL 300
@ SOA ns.ml. hostmaster.ml. 1 7200 3600 1209600 300
@ NS ns.ml.
ns A 192.0.2.1
army NS ns.elsewhere.example.
"""


def _knot(folder: Path, port: int, primary: int) -> AbstractContextManager[Measure]:
    text = block("Knot DNS", "# knot.conf", primary)
    return knot(
        folder,
        text.replace("    zonefile-sync", f'    storage: "{folder}"\n    zonefile-sync'),
        "sink.example",
        port=port,
    )


def _nsd(folder: Path, port: int, primary: int) -> AbstractContextManager[Measure]:
    return nsd(folder, block("NSD", "# nsd.conf", primary), "sink.example", port=port)


def _nsd_consumer(folder: Path, port: int, primary: int) -> AbstractContextManager[Measure]:
    return nsd(folder, block("NSD from 4.9 on", "# nsd.conf", primary), "sink.example", port=port)


def nsd_version() -> tuple[int, ...]:
    """The version of NSD: 4.9 was the first with catalog zones."""
    told = subprocess.run([str(peer("nsd")), "-v"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    return tuple(map(int, re.findall(r"\d+", told.partition("version ")[2].partition("\n")[0])))


Consumer = Callable[[Path, int, int], AbstractContextManager[Measure]]
CONSUMERS: dict[str, Consumer] = {"knot": _knot, "bind": bind, "powerdns": powerdns, "nsd": _nsd_consumer}


@pytest.fixture
def port() -> int:
    return own_port()


@contextmanager
def started(folder: Path, port: int, *, key: bool, guard: str = "off") -> Iterator[Server]:
    """A server with a secondary at ``port``, gone afterwards also where the test is skipped for want of its peer."""
    made = Server(folder)
    made.config.write_text(made.config.read_text().replace("[catalogue]\n", f'[catalogue]\nguard = "{guard}"\n'))
    if guard == "required":
        compared(made, timedelta(hours=1))
    (folder / "transfer.keys").write_text(KEYS)
    (folder / "transfer.keys").chmod(0o600)
    own = '[dns]\nkeys = "transfer.keys"\ncatalog_zone = "catalog.sink.example"\ncatalog_group = "policy"\n'
    text = made.config.read_text().replace("[dns]\n", own, 1)
    text += f'[[dns.secondary]]\naddress = "127.0.0.1:{port}"\n' + (f'key = "{KEY}"\n' if key else "")
    made.config.write_text(text)
    try:
        made.start()
        yield made
        assert made.stop() == 0
    finally:
        if made.process is not None:
            made.kill()


@pytest.fixture(params=CONSUMERS)
def consumer(request: pytest.FixtureRequest, tmp_path: Path, port: int) -> Iterator[tuple[Server, Measure]]:
    if request.param == "nsd" and (version := nsd_version()) < (4, 9):
        pytest.skip(f"NSD {'.'.join(map(str, version))} reads no catalog zone: that takes 4.9")
    with (
        started(tmp_path / "sink", port, key=request.param != "powerdns") as server,
        CONSUMERS[request.param](tmp_path / request.param, port, server.dns[1]) as secondary,
    ):
        yield server, secondary


def serves(secondary: Measure, domain: str, record: str) -> bool:
    """Whether the secondary gives ``record`` as the only MX of ``domain`` within a while."""
    wanted = f"{domain}. 300 IN MX {record}"
    return any(
        [line for line in sections(secondary.port, domain, "MX") if " MX " in line] == [wanted]
        for _ in polls(secondary.port)
    )


LEFT_OUT = "Catalog-Zone update failed"
"""What PowerDNS says when its own threads locked its database: the change comes with the catalog zone's next one."""


def follows(server: Server, secondary: Measure, domain: str, *, there: bool) -> bool:
    """Whether the secondary begins, or ends, to answer for ``domain`` within a while.

    The catalog zone changes once more for each change that PowerDNS left out.
    """
    again = 0
    for _ in polls(secondary.port):
        if answers(secondary.port, domain, seconds=0.5) is there:
            return True
        if secondary.log.count(LEFT_OUT) > again:
            again += 1
            server.catcher("catalogue", "add", f"again{again}.ml", "--intended", "again.mil", "--policy", "null")
            server.await_line("reloaded")
    return False


def refuse(server: Server, domain: str) -> None:
    """The guard finds ``domain`` delegated to somebody else."""
    (server.folder / "ml.zone").write_text(ML)
    server.catcher("check", "--against", str(server.folder / "ml.zone"), status=1)
    assert domain in json.loads((server.folder / "var" / "guard.json").read_text())["runs"][0]["refused"]
    server.reload()


def compared(server: Server, age: timedelta) -> None:
    """Records a run of the guard whose data is of that age; it clears all names."""
    names = SortedNames.of([b"army.ml", b"navy.ml"])
    record(server.folder / "var", [Run("ml", datetime.now(UTC) - age, "ml.zone", 1, frozenset(), names)])


def test_a_consumer_of_the_catalog_zone(consumer: tuple[Server, Measure]) -> None:
    server, secondary = consumer
    for domain in ("army.ml", "navy.ml"):
        assert answers(secondary.port, domain), secondary.log
        assert serves(secondary, domain, "10 mx.sink.example.")
    server.catcher("catalogue", "add", "marine.ml", "--intended", "marine.mil", "--policy", "accept")
    server.await_line("reloaded")
    assert follows(server, secondary, "marine.ml", there=True), secondary.log
    rows = server.folder / "catalogue.csv"
    rows.write_text(rows.read_text().replace("marine.ml,marine.mil,accept", "marine.ml,marine.mil,null"))
    server.reload()
    assert serves(secondary, "marine.ml", "0 ."), secondary.log
    refuse(server, "army.ml")
    assert serves(secondary, "army.ml", "0 ."), secondary.log
    assert serves(secondary, "navy.ml", "10 mx.sink.example.")
    server.catcher("catalogue", "remove", "navy.ml")
    server.await_line("reloaded")
    assert follows(server, secondary, "navy.ml", there=False), secondary.log


def test_a_plain_secondary(tmp_path: Path, port: int) -> None:
    """NSD copies a single name; the refusal reaches it by NOTIFY, long before its refresh."""
    with (
        started(tmp_path / "sink", port, key=True) as server,
        _nsd(tmp_path / "nsd", port, server.dns[1]) as secondary,
    ):
        assert answers(secondary.port, "army.ml"), secondary.log
        assert serves(secondary, "army.ml", "10 mx.sink.example.")
        refuse(server, "army.ml")
        assert serves(secondary, "army.ml", "0 ."), secondary.log


def test_a_lapse_of_a_required_guard_reaches_a_secondary_without_a_reload(tmp_path: Path, port: int) -> None:
    """The verdict turns by the clock alone; every name gets a new serial then, and a NOTIFY."""
    with (
        started(tmp_path / "sink", port, key=True, guard="required") as server,
        _knot(tmp_path / "knot", port, server.dns[1]) as secondary,
    ):
        assert answers(secondary.port, "army.ml"), secondary.log
        assert serves(secondary, "army.ml", "10 mx.sink.example.")
        compared(server, timedelta(hours=24) - timedelta(seconds=12))
        server.reload()
        before = serial(server.dns[1], "army.ml")
        assert serial(secondary.port, "army.ml") == before, "an older comparison that still holds changes nothing"
        assert any(serves(secondary, "army.ml", "0 .") for _ in range(2)), secondary.log
        assert serial(secondary.port, "army.ml") == serial(server.dns[1], "army.ml") > before


def serial(port: int, domain: str) -> int:
    """The serial of ``domain`` that the server at ``port`` answers with."""
    (soa,) = (line for line in sections(port, domain, "SOA") if " SOA " in line)
    return int(soa.split()[6])
