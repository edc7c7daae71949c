"""Random zones, random questions: catcher answers as NSD and Knot do, and where they differ as one of them does.

HTTPS records (RFC 9460), DNAME, wildcards and types that nobody knows are among them.
``CATCHER_SEED=…`` draws others, as `make soak` does; ``CATCHER_QUERIES=…`` asks more.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode

from catcher.catalogue import Catalogue
from catcher.dns import Authority, Transport
from catcher.dns.zones import wholezone
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.template import Ours, complete
from tests.support.asking import ask
from tests.support.authoritative import knot, knot_zones, nsd, nsd_zones
from tests.support.randomzones import questions, zones
from tests.support.seeds import seed

ZONES = 120
QUERIES = int(os.environ.get("CATCHER_QUERIES", "20000"))
SEED = seed(2026)
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Meaning = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Rcode, flags, and sections as sorted lines."""


def lines(section: Sequence[object]) -> tuple[str, ...]:
    return tuple(sorted(line.lower() for rrset in section for line in str(rrset).splitlines()))


def meaning(wire: bytes) -> Meaning:
    """What a reply says, without what servers are free to add: NS and addresses beside what was asked for."""
    message = dns.message.from_wire(wire)
    flags = " ".join(sorted(dns.flags.to_text(message.flags & (dns.flags.AA | dns.flags.TC | dns.flags.RD)).split()))
    answer = lines(message.answer)
    if message.flags & dns.flags.TC:
        return dns.rcode.to_text(message.rcode()), flags, (), (), ()
    referral = not message.flags & dns.flags.AA
    return (
        dns.rcode.to_text(message.rcode()),
        flags,
        answer,
        () if any(rrset.rdtype == message.question[0].rdtype for rrset in message.answer) else lines(message.authority),
        lines(message.additional) if referral else (),
    )


def test_random_zones_and_questions(tmp_path: Path) -> None:
    print(f"seed {SEED} (CATCHER_SEED={SEED} repeats it)")
    chance = random.Random(SEED)
    made, files, loaded = zones(chance, ZONES), {}, {}
    for zone in made:
        files[zone.apex] = tmp_path / f"{zone.apex}.zone"
        files[zone.apex].write_text(zone.text())
        ready, faults = wholezone.load_zone(zone.apex, files[zone.apex])
        assert ready is not None and not faults, faults
        loaded[zone.apex] = ready
    nothing = Publications(complete({}, Ours("mx.sink.example", ("ns1.sink.example",), ())), 1)
    authority = Authority(Catalogue.of([]), nothing, loaded)
    asked = list(questions(chance, made, QUERIES))
    with ExitStack() as servers:
        last = made[-1].apex
        first = servers.enter_context(nsd(tmp_path / "nsd", nsd_zones(files), last))
        second = servers.enter_context(knot(tmp_path / "knot", knot_zones(files), last))
        started = time.monotonic()
        theirs = [
            (a, b)
            for at in range(0, len(asked), 60_000)
            for a, b in zip(
                ask(first.port, asked[at : at + 60_000]), ask(second.port, asked[at : at + 60_000]), strict=True
            )
        ]
    print(f"asked both in {time.monotonic() - started:.1f} s")
    told: Counter[str] = Counter()
    for query, replies in zip(asked, theirs, strict=True):
        reply = authority.answer(query, transport=Transport.UDP, now=NOW)
        assert reply is not None
        means = {wire: meaning(wire) for wire in {reply.wire, *replies}}
        ours, nsds, knots = (means[wire] for wire in (reply.wire, *replies))
        if ours == nsds == knots:
            told["as both"] += 1
        elif ours in (nsds, knots):
            told["as NSD alone" if ours == nsds else "as Knot alone"] += 1
        else:
            told["unexplained"] += 1
            if told["unexplained"] <= 5:
                print(dns.message.from_wire(query).question[0], query.hex())
                print("  ours", ours, "\n  NSD ", nsds, "\n  Knot", knots)
    print(dict(told))
    assert not told["unexplained"], f"seed {SEED}"
    assert told["as both"] > 0.9 * QUERIES
