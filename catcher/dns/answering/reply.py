"""A query with its facts, and the reply to it with the facts by which it is counted."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from catcher.dns.answering.answer import Answer, AnswerKind
from catcher.dns.answering.cookies import CLIENT_OCTETS
from catcher.dns.answering.message import cookie_reply, encode
from catcher.dns.answering.options import ReplyOptions
from catcher.dns.answering.query import Edns, Query
from catcher.dns.answering.transfer import Transfer
from catcher.dns.answering.tsig import Key, TsigSignature
from catcher.dns.wire import Rcode, Transport


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
    """Whether the client proved its address: by a good cookie (RFC 7873 §5.2.5), or by the signature of a secondary."""
    client_decides: bool = False
    """Whether another client may get another reply to the same unsigned octets: secondaries without a key."""


class Exchange(NamedTuple):
    """One query, and the facts about the query that are not in its octets."""

    query: Query
    transport: Transport
    now: datetime
    client: str
    options: ReplyOptions
    """EDNS options of the reply, beside the extended error."""
    signature: TsigSignature | None

    @property
    def key(self) -> Key | None:
        """The key that signed the query."""
        return None if self.signature is None else self.signature.key


def to_exchange(
    exchange: Exchange, answer: Answer | Transfer, domain: str | None = None, *, client_decides: bool = False
) -> AuthorityReply:
    """Encodes an answer, signed if the query was signed; begins a transfer."""
    query, signature, now = exchange.query, exchange.signature, exchange.now
    if isinstance(answer, Transfer):
        wire = answer.next(now) or b""
        return AuthorityReply(
            wire, AnswerKind.ANSWER, domain, query.qtype, transfer=answer, client_decides=client_decides
        )
    wire = encode(
        query, answer, exchange.transport, exchange.options.octets, 0 if signature is None else signature.octets
    )
    if signature is not None:
        wire = signature.sign(wire, int(now.timestamp()))
    proven = exchange.options.cookie_valid or exchange.key is not None
    return AuthorityReply(wire, answer.kind, domain, query.qtype, answer.rcode, None, proven, client_decides)


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
