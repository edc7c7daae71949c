"""Recognises what a program printed beside the records: that it made a transfer, and that the transfer failed."""

from __future__ import annotations

import re

_FAILED = re.compile(
    rb";+[ \t]*+(?:transfer failed|communications error|connection (?:timed out|refused|reset|closed|to )"
    rb"|no servers? could be reached|got bad packet|couldn't|can't|could not|failed to|network (?:error|unreachable)"
    rb"|host unreachable|timed out|some tsig could not|unexpected|end of file|no packet received|mismatched)"
    rb"|;;[ \t]*+(?:fatal[ \t:]|error|warning|bad )"
    rb"|;[ \t]*+(?:error[ \t]*+:|bad \()"
)
"""The first words of dig (BIND), kdig (Knot) and drill (ldns) for a transfer that broke off or wasn't proven."""
_TRANSFER = re.compile(
    rb";[ \t]*+<<>>[ \t]*+dig|;;[ \t]*+(?:global options|axfr for|ixfr for|xfr size|received \d|query time|msg size)"
)
_PRINTED = re.compile(rb"[^ \t;$\"()\\]++(?<=\.)[ \t]++(?<=\t)\d++\t++in\t++soa[ \t]")
"""An SOA as programs print it that make transfers: absolute owner, TTL, class and type with tabs between (also ICANN,
Registry Agreement, specification 4 §2.1.4)."""


def failure(comment: bytes) -> str | None:
    """The words of a comment (lower case) that tell of a failed transfer; None for any other comment."""
    if _FAILED.match(comment) is None:
        return None
    return comment.lstrip(b"; \t").decode("ascii", "backslashreplace").strip()[:80]


def is_of_transfer(comment: bytes) -> bool:
    """Whether dig or kdig wrote this comment beside a transfer."""
    return _TRANSFER.match(comment) is not None


def is_printed_soa(line: bytes) -> bool:
    """Whether the SOA in ``line`` (lower case) is written as the first record of a printed transfer."""
    return _PRINTED.match(line) is not None
