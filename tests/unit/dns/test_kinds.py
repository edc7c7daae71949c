"""What is the same for many queries, told apart from what only looks like it."""

from __future__ import annotations

from catcher.catalogue import Catalogue
from catcher.dns import Authority
from catcher.dns.kinds import Kinds
from tests.support.dnsserver.serving import NOW, PUBLICATIONS, entry, query

KINDS = Kinds(Authority(Catalogue.of([entry("army.ml")]), PUBLICATIONS, {}), NOW)
OPT_WITH_COOKIE = b"\0\0\x29\x04\xd0\0\0\0\0\0\x0c\0\x0a\0\x08abcdefgh"


def test_junk_that_looks_like_an_opt_is_no_cookie() -> None:
    """ARCOUNT is 0: the answering part doesn't read it, so nothing may be expected of the reply."""
    wire = query("army.ml", "TXT").to_wire()
    assert KINDS.of(wire[2:] + OPT_WITH_COOKIE) is None
    counted = KINDS.of(wire[2:11] + b"\1" + wire[12:] + OPT_WITH_COOKIE)
    assert counted is not None and counted.cookie == b"abcdefgh"
