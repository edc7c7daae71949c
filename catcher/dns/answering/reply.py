"""A reply with the facts by which it is counted, and the reply to a message that asks for a cookie alone."""

from __future__ import annotations

from typing import NamedTuple

from catcher.dns.answering.answer import AnswerKind
from catcher.dns.answering.cookies import CLIENT_OCTETS
from catcher.dns.answering.message import cookie_reply
from catcher.dns.answering.options import ReplyOptions
from catcher.dns.answering.query import Edns
from catcher.dns.answering.transfer import Transfer
from catcher.dns.wire import Rcode


class AuthorityReply(NamedTuple):
    """The octets of the reply, and the facts by which the demand tally and the rate limit count it."""

    wire: bytes
    kind: AnswerKind
    domain: str | None = None
    """The catalogued domain that the query asks about; None if it asks about another name."""
    qtype: int = 0
    rcode: Rcode = Rcode.NOERROR
    transfer: Transfer | None = None
    """The transfer whose further messages follow ``wire`` (TCP alone)."""
    proven: bool = False
    """Whether the client sent a good cookie, which proves its address (RFC 7873 §5.2.5)."""
    client_decides: bool = False
    """Whether another client may get another reply to the same unsigned octets: secondaries without a key."""


def to_cookie_query(query: bytes, edns: Edns, options: ReplyOptions) -> AuthorityReply:
    """The reply to a message without a question: a cookie (RFC 7873 §5.4); FORMERR where cookies are off."""
    sent = edns.cookie or b""
    if edns.version:
        rcode = Rcode.BADVERS
    elif not options.octets:
        rcode = Rcode.FORMERR
    else:
        rcode = Rcode.NOERROR if options.cookie_valid or len(sent) == CLIENT_OCTETS else Rcode.BADCOOKIE
    kind = AnswerKind.ERROR if rcode else AnswerKind.NODATA
    wire = cookie_reply(query, edns, rcode, options.octets)
    return AuthorityReply(wire, kind, rcode=rcode, proven=options.cookie_valid)
