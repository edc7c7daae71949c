"""An Authority with one of everything, its packet cache, and queries to the cache without a socket."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from struct import pack

from catcher.catalogue import Catalogue
from catcher.dns import Authority, AuthorityReply, Transport
from catcher.dns.answering.cookies import Cookies, Fixed
from catcher.dns.answering.options import ReplySettings, packed
from catcher.dns.answering.secondaries import Secondaries, Secondary
from catcher.dns.answering.tsig import Key
from catcher.dns.packetcache.cache import CACHE_OCTETS, PacketCache
from catcher.dns.packetcache.entry import CacheEntry, octets_of
from catcher.dns.wire import name_to_wire
from catcher.dns.zones.catalogzone import CatalogZone
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.template import Ours, complete
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import NOW, entry, zone

ZONE = """
ns A 192.0.2.1
mail MX 5 a.b
mail MX 10 mx.sink.example.
* MX 10 long.name.below
* TXT "wild"
*.cname CNAME www.zone.example.
*.chain CNAME army.ml.
chain2 CNAME x.army.ml.
a.b A 192.0.2.2
ent.below.deep TXT "x"
d DNAME army.ml.
cut NS ns.cut
cut NS a.b
army NS ns.cut
army DS 1 8 2 0000000000000000000000000000000000000000000000000000000000000000
ns.cut A 192.0.2.3
big TXT "{0}" "{0}" "{0}"
*.big2 TXT "{0}" "{0}" "{0}"
""".format("x" * 180)
NO_WILDCARD = """
@ MX 10 host
host A 192.0.2.1
sub.host A 192.0.2.1
x NS ns.cut.zone.example.
x DS 1 8 2 0000000000000000000000000000000000000000000000000000000000000000
"""


KEY = Key(name_to_wire("k.example"), "hmac-sha256", b"secret secret secret secret!")
SECONDARIES = Secondaries([Secondary("192.0.2.2", 53, KEY), Secondary("2001:db8::1", 53, None)])
CLIENTS = ("192.0.2.1", "192.0.2.2", "2001:db8::1")


def authority(folder: Path, *, packet_cache: bool = True, demand_cookies: bool = False) -> Authority:
    ours = Ours("mx.sink.example", ("ns1.sink.example", "ns2.zone.example"), ())
    catalogue = Catalogue.of(
        [
            entry("army.ml"),
            entry("hq.army.ml", Policy.NULL),
            entry("other.ml", Policy.OBSERVE),
            entry("gone.ml", Policy.RELEASE),
            entry("sink.example"),
            entry("army.zone.example"),
            entry("left.zone.example", Policy.RELEASE),
            entry("typo.example"),
            entry("dated.ml", Policy.ACCEPT, date(2026, 11, 4), Policy.RELEASE),
            entry("turned.ml", Policy.ACCEPT, date(2026, 11, 3), Policy.NULL),
        ]
    )
    zones = {
        "zone.example": zone(folder, ZONE, "zone.example"),
        "bare.example": zone(folder, NO_WILDCARD, "bare.example"),
        "x.bare.example": zone(folder, ZONE, "x.bare.example"),
    }
    settings = ReplySettings(
        nsid=b"sink-1", cookies=Cookies(Fixed((bytes(16),))), packet_cache=packet_cache, demand_cookies=demand_cookies
    )
    return Authority(
        catalogue,
        Publications(complete({}, ours), 1),
        zones,
        settings=settings,
        secondaries=SECONDARIES,
        catalog=CatalogZone("catalog.example", catalogue, 1, "ns1.sink.example"),
        unloaded=["broken.example"],
    )


def fast(truth: Authority, now: datetime = NOW, capacity: int = 32_768, octets: int = CACHE_OCTETS) -> PacketCache:
    def answer(message: bytes, client: str) -> AuthorityReply | None:
        return truth.answer(message, transport=Transport.UDP, now=now, client=client)

    cache = PacketCache(truth, answer, lambda part: 0, capacity, octets)
    cache.at(now)
    return cache


def counted(truth: Authority) -> tuple[PacketCache, list[bytes]]:
    """A cache over ``truth``, and the messages that it has asked it for."""
    asked: list[bytes] = []

    def answer(message: bytes, client: str) -> AuthorityReply | None:
        asked.append(message)
        return truth.answer(message, transport=Transport.UDP, now=NOW, client=client)

    cache = PacketCache(truth, answer, lambda octets: 0)
    cache.at(NOW)
    return cache, asked


def entry_for(cache: PacketCache, message: bytes, client: str) -> CacheEntry | None:
    return cache.exact.get(message[2:]) or cache.find(message[2:], 0, packed(client)) or cache.ask(message, client)


def reply_to(cache: PacketCache, message: bytes, client: str = "192.0.2.1") -> tuple[bytes, object] | None:
    found = entry_for(cache, message, client)
    return None if found is None else (octets_of(found, message), found[1])


def question(name: str, qtype: int = 15) -> bytes:
    text = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    return b"ID\0\0\0\1\0\0\0\0\0\0" + text + b"\0" + pack("!HH", qtype, 1)


def with_cookie(name: str, cookie: bytes = b"clientID", qtype: int = 15) -> bytes:
    message = question(name, qtype)
    opt = pack("!BHHIHHH", 0, 41, 1232, 0, 4 + len(cookie), 10, len(cookie))
    return message[:10] + b"\0\1" + message[12:] + opt + cookie
