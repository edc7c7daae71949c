"""The page about the packet cache (docs/engineering/packet-cache.md) shows what the code does."""

from __future__ import annotations

import re

import pytest

from catcher.catalogue import Catalogue
from catcher.dns import Authority, AuthorityReply, Transport
from catcher.dns.packetcache import cache as cache_module
from catcher.dns.packetcache.cache import PacketCache
from catcher.dns.packetcache.entry import octets_of
from tests.support.dnsserver.serving import NOW, PUBLICATIONS, entry, query
from tests.support.tree import ROOT

AUTHORITY = Authority(Catalogue.of([entry("army.ml"), entry("navy.ml")]), PUBLICATIONS, {})
PAGE = (ROOT / "docs/engineering/packet-cache.md").read_text(encoding="utf-8")


def octets() -> dict[str, bytes]:
    """The lines of hexadecimal of the page, by their name."""
    lines = re.findall(r"^([A-Za-z ]+?)  +([0-9a-f ]+)$", PAGE, re.MULTILINE)
    return {name: bytes.fromhex(text) for name, text in lines}


class Asked:
    """A cache, and the queries that it put to the Authority."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.cache = PacketCache(AUTHORITY, self._answer, lambda octets: 0)
        self.cache.at(NOW)

    def _answer(self, message: bytes, client: str) -> AuthorityReply | None:
        self.messages.append(message)
        return AUTHORITY.answer(message, transport=Transport.UDP, now=NOW, client=client)

    def reply(self, message: bytes) -> bytes:
        found = self.cache.exact.get(message[2:]) or self.cache.find(message[2:], 0, b"")
        assert found is not None
        return octets_of(found, message)


def message_for(name: str) -> bytes:
    return octets()["ID"] + octets()["head"] + query(name, "MX").to_wire()[12:]


def test_the_parts_make_the_query_and_the_reply() -> None:
    shown = octets()
    assert shown["query"] == shown["ID"] + shown["head"] + shown["QNAME"] + shown["question tail"]
    assert shown["query"] == message_for("x.army.ml")
    assert shown["reply"] == shown["ID"] + shown["before"] + shown["QNAME"] + shown["behind"]
    assert shown["before"][:2] == b"\x85\0" and shown["behind"].startswith(shown["question tail"])


def test_the_cache_gives_the_pages_reply_also_from_what_it_kept() -> None:
    asked = Asked()
    for _ in range(3):
        assert asked.reply(octets()["query"]) == octets()["reply"]
    assert octets()["query"][2:] in asked.cache.exact and len(asked.messages) == 1


def test_three_names_are_found_as_the_table_says() -> None:
    asked = Asked()
    asked.reply(octets()["query"])
    for name, apexes, queries in (("y.army.ml", 1, 1), ("Z.NAVY.ml", 2, 1), ("xx.army.ml", 2, 2)):
        question = message_for(name)
        reply = asked.reply(question)
        assert reply[12 : 12 + len(name) + 2] == question[12 : 12 + len(name) + 2]
        assert (asked.cache.counts()["apexes"], len(asked.messages)) == (apexes, queries)


@pytest.mark.parametrize("table", Asked().cache.counts())
def test_a_table_is_on_the_page(table: str) -> None:
    assert table in PAGE


def test_the_bounds_are_the_pages() -> None:
    assert PacketCache.__init__.__defaults__ == (32_768, 64 << 20) == (32_768, cache_module.CACHE_OCTETS)
    assert "at most 64 MiB a worker" in PAGE
    for table, share in cache_module._SHARES.items():
        name = {"of clients": "replies to clients", "names": "exact names, names above"}.get(table, table)
        (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| {name} |") or line.startswith(f"| {name},"))
        assert row.split("|")[5].strip().partition(",")[0] == str(64 * share // 16)
    assert sum(cache_module._SHARES.values()) == 16
    assert f"{cache_module._FILTER_SLOTS:,}, always: {2 * cache_module._FILTER_SLOTS:,} octets" in PAGE
