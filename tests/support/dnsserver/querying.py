"""Hypothesis strategies for queries: names at, above and below what is held, odd options, and some that are broken."""

from __future__ import annotations

from struct import pack

from hypothesis import strategies as st

from catcher.dns.answering.cookies import Cookies, Fixed
from tests.support.dnsserver.serving import NOW

_COOKIES = Cookies(Fixed((bytes(16),)))
_SENT = int(NOW.timestamp()) - 60, int(NOW.timestamp()) - 2400
GOOD_COOKIE, STALE_COOKIE = (_COOKIES.answer(b"clientID", bytes((192, 0, 2, 1)), at)[0] for at in _SENT)
"""Cookies of 192.0.2.1: one that is sent back unchanged, one that is good and gets a successor."""

APEXES = (
    *("army.ml", "hq.army.ml", "other.ml", "gone.ml", "sink.example", "typo.example", "dated.ml", "turned.ml"),
    *("army.zone.example", "left.zone.example", "catalog.example", "version.catalog.example"),
    *("zone.example", "bare.example", "x.bare.example", "broken.example", "elsewhere.test", "ml", "example", ""),
)
LABELS = (
    *(
        "www",
        "*",
        "_dmarc",
        "_domainkey",
        "a",
        "b",
        "mail",
        "x",
        "ns",
        "ns1",
        "hostmaster",
        "mx",
        "sink",
        "long",
        "name",
    ),
    *(
        "below",
        "deep",
        "ent",
        "d",
        "cut",
        "cname",
        "chain",
        "chain2",
        "big",
        "big2",
        "host",
        "sub",
        "\1",
        "army.ml",
        "é",
    ),
    *("x" * 63, "y" * 45),
)
names = st.builds(
    lambda labels, apex: [label.encode("latin-1") for label in labels] + [p.encode() for p in apex.split(".") if p],
    st.lists(st.sampled_from(LABELS), max_size=4),
    st.sampled_from(APEXES),
)
types = st.one_of(st.sampled_from((1, 2, 5, 6, 15, 16, 28, 39, 43, 251, 252, 255, 257, 65280)), st.integers(0, 65535))
options = st.lists(
    st.sampled_from(
        (
            *(b"\0\3\0\0", b"\0\3\0\1x", b"\0\x08\0\7\0\1\x18\0\xc0\0\2", b"\0\x0c\0\4\0\0\0\0", b"\0\x0b\0\0"),
            *(
                b"\0\x0a\0\x08clientID",
                b"\0\x0a\0\3bad",
                b"\0\x0a\0\x18clientID" + bytes(16),
                b"\0\x0a\0\x18" + GOOD_COOKIE,
                b"\0\x0a\0\x18" + STALE_COOKIE,
                b"\0\x0a",
                b"\xff\xff\0\0",
            ),
        )
    ),
    max_size=3,
).map(b"".join)
opts = st.one_of(
    st.just(b""),
    st.builds(
        lambda size, version, flags, data: b"\0" + pack("!HHBBHH", 41, size, 0, version, flags, len(data)) + data,
        st.sampled_from((0, 512, 600, 1232, 4096, 65535)),
        st.sampled_from((0, 0, 0, 1)),
        st.sampled_from((0, 0x8000, 0x4000)),
        options,
    ),
)


SOA = b"\xc0\x0c\0\6\0\1\0\0\0\0\0\x16\0\0" + bytes(20)
_TSIG_RDATA = b"\x0bhmac-sha256\0\0\0\x6b\x49\xd2\0\1\x2c\0\x20" + bytes(32) + b"ID\0\0\0\0"
ADDITIONALS = (
    b"\0\0\1\0\1\0\0\0\0\0\4abcd",
    b"\1a\xc0\x0c\0\x10\0\1\0\0\0\0\0\2\1x",
    b"\1k\7example\0\0\xfa\0\xff\0\0\0\0" + len(_TSIG_RDATA).to_bytes(2, "big") + _TSIG_RDATA,
    b"\1z\0\0\xfa\0\xff\0\0\0\0" + len(_TSIG_RDATA).to_bytes(2, "big") + _TSIG_RDATA,
)
"""An address, a text, and signatures with a key that is known and one that isn't."""


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Queries as they come, many of them of one kind, and some that are broken."""
    labels = draw(names)
    text = b"".join(bytes((len(label) & 0x7F,)) + label for label in labels) + b"\0"
    if draw(st.booleans()):
        text = text.swapcase()
    flags = draw(
        st.one_of(st.sampled_from((0, 0x100, 0x100, 0x120, 0x8000, 0x2000, 0x2800, 0x7900)), st.integers(0, 0x7FF))
    )
    qtype, opt = draw(types), draw(opts)
    more = draw(st.lists(st.sampled_from(ADDITIONALS), max_size=2)) if draw(st.integers(0, 3)) == 0 else []
    behind = [record for record in ([opt] if opt else []) + more if record]
    if draw(st.booleans()):
        behind.reverse()
    soa = SOA if qtype == 251 and draw(st.booleans()) else b""
    counts = draw(
        st.sampled_from(
            ((1, 0, bool(soa), len(behind)),) * 8
            + ((0, 0, 0, 0), (0, 0, 0, 1), (2, 0, 0, 0), (1, 1, 0, 0), (1, 0, 0, 2))
        )
    )
    message = pack("!HHHHHH", draw(st.integers(0, 65535)), flags, *counts) + (text if counts[0] else b"")
    if counts[0]:
        message += pack("!HH", qtype, draw(st.sampled_from((1, 1, 1, 1, 3, 255, 4))))
    message += soa + b"".join(behind)
    if draw(st.integers(0, 9)) == 0:
        message = message[: draw(st.integers(0, len(message)))] + draw(st.binary(max_size=4))
    return message
