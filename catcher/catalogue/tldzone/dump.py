"""Recognises what a program printed beside the records: that it made a transfer, that it failed, where a dump ends."""

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
_KNOT_BEGINS = b";; zone dump (knot dns"
_KNOT_ENDS = re.compile(rb";; written \d+ records")
"""The first and the last line of a zone file that Knot wrote."""
_OWNER = rb"([^ \t;$\"()\\]++)(?<=\.)"
_TTL = rb"\d[0-9smhdw]*+"
_PRINTED = re.compile(_OWNER + rb"[ \t]++" + _TTL + rb"\t++in\t++soa[ \t]")
"""An SOA as dig, kdig and drill print it: absolute owner, TTL, class and type with tabs between (also ICANN, Registry
Agreement, specification 4 §2.1.4). ldns-read-zone, ldns-signzone and OpenDNSSEC write zone files of the same form."""
_PADDED = re.compile(_OWNER + rb"(\t++)(?:" + _TTL + rb"[ \t])?(?:in[ \t])?soa[ \t]")
"""An SOA as dig prints it with +multiline, +nocl or +nottlid: tabs lead to the 24th column."""

_COLUMNS = re.compile(_OWNER + rb"( *+)\t(?:" + _TTL + rb"\t)?(?:in\t)?soa\t")
"""An SOA as kdig prints it, also with +nottl and +noclass: blanks lead to the 20th column, then come tabs."""
_COLUMN = 20


def failure(comment: bytes) -> str | None:
    """The words of a comment (lower case) that tell of a failed transfer; None for any other comment."""
    if _FAILED.match(comment) is None:
        return None
    return comment.lstrip(b"; \t").decode("ascii", "backslashreplace").strip()[:80]


def is_of_transfer(comment: bytes) -> bool:
    """Whether dig or kdig wrote this comment beside a transfer."""
    return _TRANSFER.match(comment) is not None


def knot_mark(comment: bytes) -> bool | None:
    """False for the first line of a zone file that Knot wrote, True for its last one, None for any other comment."""
    if comment.startswith(_KNOT_BEGINS):
        return False
    return True if _KNOT_ENDS.match(comment) else None


def is_printed_soa(line: bytes) -> bool:
    """Whether the SOA in ``line`` (lower case) is written as the first record of a printed transfer."""
    if _PRINTED.match(line) is not None:
        return True
    padded = _PADDED.match(line)
    if padded is not None and len(padded[2]) == 3 - len(padded[1]) // 8:
        return True
    columns = _COLUMNS.match(line)
    return columns is not None and bool(columns[2]) and len(columns[1]) + len(columns[2]) == _COLUMN
