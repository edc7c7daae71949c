"""``catcher contact`` as a process, with a real name server: what it finds, records, and never connects to."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from tests.support.nameserver import NameServer, name_server, reply

PARTY = "contractor.example"
RECORDS = {
    f"{PARTY} A": ["127.0.0.1"],
    f"{PARTY} MX": [f"10 mail.{PARTY}."],
    f"{PARTY} SOA": ["ns.hosting.example. dns.hosting.example. 1 1 1 1 1"],
    "data.iana.org A": ["127.0.0.1"],
}


def answered(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    name, qtype = query.question[0].name.to_text(True), dns.rdatatype.to_text(query.question[0].rdtype)
    data = RECORDS.get(f"{name} {qtype}", [])
    known = any(key.startswith(f"{name} ") for key in RECORDS)
    rcode = dns.rcode.NOERROR if known else dns.rcode.NXDOMAIN
    return [reply(query, *(f"{name}. 60 IN {qtype} {item}" for item in data), rcode=rcode)]


def config(folder: Path, server: NameServer) -> Path:
    (folder / "catalogue.csv").write_text("domain,intended\narmy.ml,army.mil\n", encoding="utf-8")
    file = folder / "catcher.toml"
    file.write_text(
        '[dns]\nlisten = ["127.0.0.1:5300"]\nnameservers = ["ns1.sink.example"]\n'
        '[smtp]\nlisten = ["127.0.0.1:2500"]\nhostname = "mx.sink.example"\n[catalogue]\nfiles = ["catalogue.csv"]\n'
        f'[fingerprint]\nresolvers = ["{server.address.host}:{server.address.port}"]\n',
        encoding="utf-8",
    )
    return file


async def catcher(file: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Exit status, stdout and stderr of ``catcher contact …``."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "catcher", "contact", *arguments, "-c", str(file)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_party_is_looked_for_confirmed_and_listed(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with name_server(answered) as server:
            file = config(tmp_path, server)
            status, out, err = await catcher(file, "find", f"mail.{PARTY}", "--json")
            assert status == 0, err
            [found] = rows(out)
            assert found["party"] == PARTY
            assert [(s["step"], s["result"], s["reason"], s["host"]) for s in found["steps"]] == [
                ("entered", "none", "not-listed", None),
                ("imported", "none", "not-listed", None),
                ("security.txt", "refused", "special-address", PARTY),
                ("rdap", "failed", "special-address", "data.iana.org"),
                ("soa", "found", None, PARTY),
                ("rfc2142", "found", None, PARTY),
                ("csirt", "none", "not-listed", None),
            ]
            assert [(c["address"], c["source"], c["status"]) for c in found["contacts"]] == [
                ("dns@hosting.example", "soa", "unconfirmed"),
                *((f"{mailbox}@{PARTY}", "rfc2142", "good") for mailbox in ("security", "abuse", "postmaster")),
            ]
            status, out, _ = await catcher(file, "confirm", PARTY, "dns@hosting.example", "--as", "Alex", "--json")
            assert (status, rows(out)[0]["status"], rows(out)[0]["trusted"]) == (0, "good", True)
            _, out, _ = await catcher(file, "list", PARTY, "--json")
            assert [(c["address"], c["confirmed_by"]) for c in rows(out)][:2] == [
                ("dns@hosting.example", "Alex"),
                (f"security@{PARTY}", None),
            ]
            _, out, _ = await catcher(file, "list", PARTY, "--steps", "--json")
            assert rows(out) == found["steps"]
            status, out, _ = await catcher(file, "find", PARTY)
            assert status == 0
            assert "unconfirmed" not in out
            assert "special-address" in out and "Alex" in out

    asyncio.run(scenario())


def test_who_has_nobody_is_a_finding(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with name_server(answered) as server:
            file = config(tmp_path, server)
            status, out, _ = await catcher(file, "find", "nobody.example", PARTY)
            assert status == 1
            assert "nobody.example: nobody was found" in out
            assert f"postmaster@{PARTY}" in out
            assert f"catcher contact confirm {PARTY} ADDRESS" in out

    asyncio.run(scenario())


@pytest.mark.parametrize("party", ["mail.army.ml", "gmail.com"])
def test_who_can_not_be_told_is_not_looked_for(tmp_path: Path, party: str) -> None:
    async def scenario() -> None:
        async with name_server(answered) as server:
            status, out, err = await catcher(config(tmp_path, server), "find", party)
            assert (status, out) == (2, "")
            assert party.removeprefix("mail.") in err
            assert server.asked == []

    asyncio.run(scenario())
