"""Finds reports about authentication in a header section: DMARC aggregate and failure reports (RFC 9990, RFC 9991)."""

from __future__ import annotations

import re

from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.nature.facts import Fact
from catcher.fingerprint.nature.phrases import is_passed_on

_AGGREGATE = re.compile(r"(?:\breport domain ?:.{0,300}\bsubmitter ?:|\breport[ -]id ?:.{0,100}\bdmarc\b)", re.S)
"""RFC 7489 §7.2.1.1 and RFC 9990: ``Report Domain: … Submitter: … Report-ID: …``."""
_AGGREGATE_LOOSE = re.compile(
    r"\bdmarc\b.{0,40}\b(?:aggregate|xml|report|bericht|rapport|informe|summary)|\b(?:aggregate|report|bericht|rapport)\b"
    r".{0,40}\bdmarc\b",
    re.S,
)
_FAILURE_SUBJECT = re.compile(
    r"\b(?:dmarc|dkim|spf)\b.{0,30}\b(?:forensic|failure|fail(?:ed)?)\b|\bforensic report\b", re.S | re.I
)
_REPORTER = re.compile(r"(?:\A|[-._+])(?:dmarc\w*|rua|ruf)(?:\Z|[-._+\d])")
_PACKED = re.compile(rb"application/(?:(?:x-)?(?:gzip|zip|xml)|x-zip-compressed|octet-stream)\b", re.IGNORECASE)
_REPORTS = {Fact.ABUSE_REPORT, Fact.TLS_REPORT}
_REPORT_FILE = re.compile(rb"name\*?\d?\*?=\s*\"?[^\s\"!;]{1,255}![^\s\"!;]{1,255}!\d{1,12}!\d{1,12}[!.]", re.I)
"""The file name of an aggregate report (RFC 7489 §7.2.1.1)."""


def find_reports(view: HeaderView, folded: str, found: set[Fact]) -> None:
    """Adds to ``found`` the kind of report, by the folded Subject and the facts found before. The kinds exclude each
    other, the most specific sign decides."""
    if Fact.TLS_REPORT in found:
        return
    content = view.value(b"content-type")
    packed = _PACKED.match(content) is not None
    if not (packed or "report" in folded or "dmarc" in folded or found & _REPORTS):
        return
    by_reporter = any(_REPORTER.search(name) for name in view.senders)
    person = Fact.MAIL_PROGRAM in found and not by_reporter
    if not person and (_FAILURE_SUBJECT.search(folded) or (Fact.ABUSE_REPORT in found and by_reporter)):
        found.add(Fact.FAILURE_REPORT)
        found.discard(Fact.ABUSE_REPORT)
    elif _AGGREGATE.search(folded) and not (person and is_passed_on(folded)):
        found.add(Fact.DMARC_REPORT)
    elif not person:
        named = _AGGREGATE_LOOSE.search(folded) is not None
        if (packed and (by_reporter or named or _REPORT_FILE.search(content))) or (
            named and (by_reporter or Fact.NO_REPLY in found)
        ):
            found.add(Fact.DMARC_REPORT)
