"""The classifier: queries that get the same reply, told apart from those that only look like it."""

from __future__ import annotations

import re

from catcher.catalogue import Catalogue
from catcher.dns import Authority, Transport
from catcher.dns.packetcache import classify
from catcher.dns.packetcache.canonical import canonical
from catcher.dns.packetcache.classify import Classifier, QueryKey
from tests.support.dnsserver.serving import NOW, PUBLICATIONS, entry, query

AUTHORITY = Authority(Catalogue.of([entry("army.ml"), entry("navy.ml")]), PUBLICATIONS, {})
CLASSIFIER = Classifier(AUTHORITY, NOW)
OPT_WITH_COOKIE = b"\0\0\x29\x04\xd0\0\0\0\0\0\x0c\0\x0a\0\x08abcdefgh"


def example() -> dict[str, bytes]:
    """The lines of hexadecimal in the module's worked example, by their name."""
    lines = re.findall(r"^    ([A-Za-z ]+?)  +((?:[0-9a-f]{2,}(?: |$))+)", classify.__doc__ or "", re.MULTILINE)
    return {name: bytes.fromhex(octets) for name, octets in lines}


def key_of(name: str) -> QueryKey:
    message = example()["head"] + query(name, "MX").to_wire()[12:]
    key = CLASSIFIER.classify(message)
    assert key is not None
    return key


def test_the_worked_example_is_true() -> None:
    octets = example()
    message = octets["head"] + octets["QNAME"] + octets["question tail"]
    key = CLASSIFIER.classify(message)
    assert key is not None
    assert (key.question_tail, key.name_end, key.covers_below) == (octets["question tail"], 21, 2)
    assert key.except_labels == {b"_dmarc", b"_domainkey", b"*", b"example"}
    assert octets["except labels"] == b"_dmarc_domainkey*example"
    reply = AUTHORITY.answer(octets["ID"] + message, transport=Transport.UDP, now=NOW)
    assert reply is not None
    assert reply.wire == octets["ID"] + octets["before"] + octets["QNAME"] + octets["behind"]
    assert octets["behind"].startswith(octets["question tail"])


def test_names_of_the_example_have_its_key_or_another() -> None:
    same, other = key_of("x.army.ml"), key_of("xx.army.ml")
    for name in ("y.army.ml", "Z.NAVY.ml"):
        assert key_of(name)[:3] == same[:3]
    assert other.answer_class == same.answer_class and other.name_end == 22
    assert key_of("army.ml").answer_class != same.answer_class


def test_junk_that_looks_like_an_opt_is_no_cookie() -> None:
    """ARCOUNT is 0: ``Authority`` doesn't read it, so it says nothing about the reply."""
    wire = query("army.ml", "TXT").to_wire()[2:]
    assert canonical(wire + OPT_WITH_COOKIE, len(wire) - 4, {b"\0\x10"}, b"\xff\xfe") == (wire, None)
    made = canonical(wire[:9] + b"\1" + wire[10:] + OPT_WITH_COOKIE, len(wire) - 4, {b"\0\x10"}, b"\xff\xfe")
    assert made is not None and made[1] == b"abcdefgh"
