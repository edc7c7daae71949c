"""The answers on which four authoritative servers agree, over UDP and TCP, from 2,500 zones full of odd names.

RFC 1034 and RFC 1035 as those servers read them.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from catcher.catalogue import Catalogue
from catcher.dns import Authority, Transport
from catcher.dns.zones import wholezone
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.template import Ours, complete
from tests.support.shared import Amount

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def cases(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        for line in file:
            yield json.loads(line)


def authority(apex: str, zone: str, folder: Path) -> Authority:
    """A server for this one zone."""
    file = folder / "case.zone"
    file.write_text(zone)
    name = apex.rstrip(".")
    made, faults = wholezone.load_zone(name, file)
    assert not faults and made is not None, faults
    nothing = Publications(complete({}, Ours("mx.sink.example", ("ns1.sink.example",), ())), 1)
    return Authority(Catalogue.of([]), nothing, {name: made})


def section(rrsets: list[Any]) -> list[list[Any]]:
    return sorted(
        [rrset.name.to_text().lower(), rrset.ttl, dns.rdatatype.to_text(rrset.rdtype), rdata.to_text().lower()]
        for rrset in rrsets
        for rdata in rrset
    )


def differences(case: dict[str, Any], query: dns.message.Message, reply: dns.message.Message) -> list[str]:
    """What isn't as expected, by the measure of the cases' own scorer."""
    expect, answer = case["expect"], section(reply.answer)
    flags = " ".join(flag for flag in dns.flags.to_text(reply.flags).split() if flag != "RA")
    checks = {
        "rcode": dns.rcode.to_text(reply.rcode()) == expect["rcode"],
        "flags": flags == expect["flags"],
        "answer": answer == expect["answer"],
        "authority": bool(expect["answer"]) or section(reply.authority) == (expect["authority_if_no_answer"] or []),
        "question": reply.question[0].name.to_text() == query.question[0].name.to_text(),
        "opt": not case["edns"] or reply.edns == 0,
        "additional": case["additional"] is None or section(reply.additional) == case["additional"],
    }
    return [name for name, right in checks.items() if not right]


@pytest.mark.parametrize(("amount", "least"), [(Amount.FOLD, 700), (Amount.WHOLE, 29_000)])
def test_every_case_on_which_four_servers_agree(tmp_path: Path, amount: Amount, least: int) -> None:
    served: tuple[str, Authority] | None = None
    wrong: Counter[str] = Counter()
    example: dict[str, str] = {}
    count = 0
    for case in cases(amount.of("dns/sink_cases.jsonl.gz")):
        if case["agree"] < 4 or not case["expect"]:
            continue
        if served is None or served[0] != case["zone"]:
            served = case["zone"], authority(case["apex"], case["zone"], tmp_path)
        query = dns.message.make_query(case["qname"], case["qtype"], use_edns=0 if case["edns"] else -1, payload=1232)
        query.flags = dns.flags.Flag(0)
        count += 1
        told = None
        for transport in Transport:
            reply = served[1].answer(query.to_wire(), transport=transport, now=NOW)
            assert reply is not None
            if reply.wire != told:
                told = reply.wire
                for kind in differences(case, query, dns.message.from_wire(told)):
                    wrong[f"{transport} {kind}"] += 1
                    example.setdefault(f"{transport} {kind}", case["id"])
    assert count > least
    assert not wrong, (wrong, example)
