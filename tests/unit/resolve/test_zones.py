"""Zone files as the only DNS: the answers that an authoritative server of them would give."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from catcher.model.errors import ConfigurationError
from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from catcher.resolve import ZoneResolver

CONTRACTOR = """
$TTL 300
contractor.example. IN SOA ns.contractor.example. Host\\.master 1 1 1 1 1
$ORIGIN contractor.example.
@        NS    NS1
@        NS    ns2.hosting.example.
@        MX    10 Mail
@        MX    0 .
@        TXT   "v=spf1 " "mx -all"
mail     A     192.0.2.25
mail     AAAA  2001:db8::25
www      CNAME mail
away     CNAME www.hosting.example.
loop     CNAME loop
lost     CNAME nowhere
*.wild   TXT   "wild"
a.b.empty TXT  "deep"
sp\\032ace TXT  "odd"
25       PTR   Host.Contractor.Example.
child    NS    ns.child
ns.child A     192.0.2.53
own      NS    ns.own
below.own TXT  "hidden by the cut"
old      DNAME new
old      TXT   "its own"
x.old    TXT   "hidden by the DNAME"
x.new    TXT   "new"
far      DNAME hosting.example.
deep     DNAME deep.deep
"""
OWN = 'own.contractor.example. 1h30m IN SOA ns hostmaster 1 1 1 1 1\nwww.own.contractor.example. TXT "child"\n'
REVERSE = """\
; a delegation without a class of its own (RFC 2317)
$TTL 1h
$ORIGIN 2.0.192.in-addr.arpa.
0/25 1D (
  IN ) SOA ns.contractor.example. ( hostmaster.contractor.example. 1 1 1 1 1 )
7.0/25 PTR seven.contractor.example.
"""
HOSTING = "$ORIGIN hosting.example.\n@ 60 IN SOA ns hostmaster 1 1 1 1 1\nwww A 192.0.2.80\n"


@pytest.fixture
def resolver(tmp_path: Path) -> ZoneResolver:
    files = {"contractor.zone": CONTRACTOR, "hosting.zone": HOSTING, "own.zone": OWN, "reverse.zone": REVERSE}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return ZoneResolver([tmp_path / name for name in files])


@pytest.mark.parametrize(
    ("name", "rrtype", "expected"),
    [
        ("contractor.example", "MX", LookupResult(Status.FOUND, ((10, "mail.contractor.example"), (0, "")))),
        ("contractor.example", "TXT", LookupResult(Status.FOUND, (b"v=spf1 mx -all",))),
        ("contractor.example", "NS", LookupResult(Status.FOUND, ("ns1.contractor.example", "ns2.hosting.example"))),
        ("contractor.example", "SOA", LookupResult(Status.FOUND, (r"Host\.master.contractor.example",))),
        ("mail.contractor.example", "SOA", LookupResult(Status.NODATA)),
        ("mail.contractor.example", "A", LookupResult(Status.FOUND, ("192.0.2.25",))),
        ("mail.contractor.example", "AAAA", LookupResult(Status.FOUND, ("2001:db8::25",))),
        ("25.contractor.example", "PTR", LookupResult(Status.FOUND, ("host.contractor.example",))),
        ("mail.contractor.example", "TXT", LookupResult(Status.NODATA)),
        ("nowhere.contractor.example", "A", LookupResult(Status.NXDOMAIN)),
        ("www.contractor.example", "A", LookupResult(Status.FOUND, ("192.0.2.25",))),
        ("away.contractor.example", "A", LookupResult(Status.FOUND, ("192.0.2.80",))),
        ("lost.contractor.example", "A", LookupResult(Status.NXDOMAIN)),
        ("lost.contractor.example", "CNAME", LookupResult(Status.FOUND, ("nowhere.contractor.example",))),
        ("away.contractor.example", "CNAME", LookupResult(Status.FOUND, ("www.hosting.example",))),
        ("mail.contractor.example", "CNAME", LookupResult(Status.NODATA)),
        ("loop.contractor.example", "A", LookupResult(Status.FAILED)),
        ("x.wild.contractor.example", "TXT", LookupResult(Status.FOUND, (b"wild",))),
        ("y.x.wild.contractor.example", "TXT", LookupResult(Status.FOUND, (b"wild",))),
        ("x.wild.contractor.example", "A", LookupResult(Status.NODATA)),
        ("wild.contractor.example", "TXT", LookupResult(Status.NODATA)),
        ("b.empty.contractor.example", "TXT", LookupResult(Status.NODATA)),
        ("c.empty.contractor.example", "TXT", LookupResult(Status.NXDOMAIN)),
        ("sp\\032ace.contractor.example", "TXT", LookupResult(Status.FOUND, (b"odd",))),
        ("child.contractor.example", "NS", LookupResult(Status.FOUND, ("ns.child.contractor.example",))),
        ("child.contractor.example", "TXT", LookupResult(Status.FAILED)),
        ("ns.child.contractor.example", "A", LookupResult(Status.FAILED)),
        ("x.child.contractor.example", "NS", LookupResult(Status.FAILED)),
        ("www.own.contractor.example", "TXT", LookupResult(Status.FOUND, (b"child",))),
        ("below.own.contractor.example", "TXT", LookupResult(Status.NXDOMAIN)),
        ("own.contractor.example", "NS", LookupResult(Status.NODATA)),
        ("old.contractor.example", "TXT", LookupResult(Status.FOUND, (b"its own",))),
        ("x.old.contractor.example", "TXT", LookupResult(Status.FOUND, (b"new",))),
        ("x.old.contractor.example", "CNAME", LookupResult(Status.FOUND, ("x.new.contractor.example",))),
        ("y.old.contractor.example", "TXT", LookupResult(Status.NXDOMAIN)),
        ("www.far.contractor.example", "A", LookupResult(Status.FOUND, ("192.0.2.80",))),
        ("x.deep.contractor.example", "TXT", LookupResult(Status.FAILED)),
        (f"{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 40}.deep.contractor.example", "TXT", LookupResult(Status.FAILED)),
        ("7.0/25.2.0.192.in-addr.arpa", "PTR", LookupResult(Status.FOUND, ("seven.contractor.example",))),
        ("elsewhere.example", "A", LookupResult(Status.NXDOMAIN)),
        ("a..example", "A", LookupResult(Status.NXDOMAIN)),
    ],
)
def test_a_question_is_answered_from_the_files_alone(
    resolver: ZoneResolver, name: str, rrtype: str, expected: LookupResult
) -> None:
    question = Question(name, LookupType(rrtype))
    assert asyncio.run(resolver.ask([question], on_behalf_of="x.example")) == {question: expected}


@pytest.mark.parametrize(
    "text",
    [
        "a.example. 1h30m IN SOA ns h 1 1 1 1 1\n",
        "$ORIGIN a.example.\n@ IN 1w2d SOA ns h 1 1 1 1 1\n",
        "$TTL 1h30m\n$ORIGIN a.example.\n@ ( 1H30M\n IN ) SOA ns h (1 1 1 1 1)\n",
        "$ORIGIN example.\na SOA ns h 1 1 1 1 1\n",
        "; SOA\n$ORIGIN a.example. ; x\n@ CLASS1 SOA ns h 1 1 1 1 1\n",
        '$ORIGIN a.example.\n\n@ 60 TXT "a SOA ; x"\n 60 SOA ns h 1 1 1 1 1\n',
        "$ORIGIN a.example.\nsoa 60 A 192.0.2.1\n@ 60 soa ns h 1 1 1 1 1\n",
    ],
)
def test_a_zones_origin_is_the_owner_of_its_soa_however_it_is_written(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.zone").write_text(text + "x.a.example. 60 A 192.0.2.7\n", encoding="utf-8")
    asked = Question("x.a.example", LookupType.A)
    assert ZoneResolver([tmp_path / "a.zone"]).answer(asked) == LookupResult(Status.FOUND, ("192.0.2.7",))
    assert ZoneResolver([tmp_path / "a.zone"]).answer(Question("a.example", LookupType.SOA)).status is Status.FOUND


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("@ IN SOA ns hostmaster 1 1 1 1 1\n", "origin"),
        ("$ORIGIN contractor.example.\n@ A 192.0.2.1\n", "origin"),
        ("contractor.example. IN SOA ns. h. 1 1 1 1 1\nx.contractor.example. A not-an-address\n", "no zone file"),
        ("contractor.example. IN SOA ns. h. 1 1 1 1 1\n$INCLUDE /etc/passwd\n", "no zone file"),
    ],
)
def test_a_file_that_is_no_zone_is_a_fault(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "wrong.zone").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=what) as caught:
        ZoneResolver([tmp_path / "wrong.zone", tmp_path / "absent.zone"])
    assert [fault.where for fault in caught.value.faults] == ["wrong.zone", "absent.zone"]
