"""An answer before it is put on the wire: its kind, its rcode, and RRsets by section."""

from __future__ import annotations

from enum import IntEnum

from catcher.dns.wire import ExtendedError, Rcode, RRset

MessageSection = list[tuple[bytes, RRset]]
"""RRsets with their absolute owners."""


class AnswerKind(IntEnum):
    """The kinds of answer (RFC 9499 §3, §4). The tally's code has an octet for the kind; the rate limit counts each
    kind apart."""

    ANSWER = 0
    """The RRset asked for, a CNAME or DNAME on the way to it, or a transfer."""
    NODATA = 1
    """The name exists, and has no RRset of this type (RFC 2308 §2.2)."""
    NXDOMAIN = 2
    """The name doesn't exist; it may be the last of a chain of CNAMEs (RFC 2308 §2.1)."""
    REFERRAL = 3
    """The name lies at or below a zone cut: the reply names the servers of the delegated zone (RFC 1034 §4.3.2 step
    3b)."""
    ERROR = 4
    """Every other rcode."""


class Answer:
    """The content of a reply."""

    __slots__ = ("additional", "answer", "authoritative", "authority", "extended", "glue", "kind", "rcode")

    def __init__(
        self,
        kind: AnswerKind = AnswerKind.ANSWER,
        rcode: Rcode = Rcode.NOERROR,
        *,
        authoritative: bool = True,
        extended: ExtendedError | None = None,
    ) -> None:
        self.kind = kind
        self.rcode = rcode
        self.extended = extended
        """The reason, for clients that speak EDNS (RFC 8914)."""
        self.authoritative = authoritative
        """The AA bit."""
        self.answer: MessageSection = []
        self.authority: MessageSection = []
        self.glue: tuple[tuple[bytes, RRset], ...] = ()
        """Additional records that a referral needs: if they don't fit, TC is set (RFC 9471)."""
        self.additional: tuple[tuple[bytes, RRset], ...] = ()
        """Additional records that may be left out."""


def failure(rcode: Rcode, extended: ExtendedError | None = None) -> Answer:
    """An error: no RRset, no AA bit."""
    return Answer(AnswerKind.ERROR, rcode, authoritative=False, extended=extended)


def refusal(reason: ExtendedError) -> Answer:
    """REFUSED, with its reason."""
    return failure(Rcode.REFUSED, reason)


def only(owner: bytes, rrset: RRset) -> Answer:
    """An answer of one RRset."""
    answer = Answer()
    answer.answer.append((owner, rrset))
    return answer
