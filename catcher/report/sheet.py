"""Writes the report as CSV (RFC 4180) for a spreadsheet or a ticket system; its columns resemble Shadowserver's.

The first row is of kind ``summary``. After it comes one row per counterpart (in a report to the intended party) or one
row per mail that the sender can find in its own log (kind ``evidence``). No cell begins like a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from catcher.model.mail.policy import Outcome
from catcher.model.telling.report import PartyName, Report

SHEET_COLUMNS = (
    "timestamp", "severity", "ip", "hostname", "tag", "kind", "report", "incident", "period", "party", "party_name",
    "role", "domain", "intended", "counterpart", "counterpart_name", "mails", "counted", "share", "mailboxes", "days",
    "marked", "crossed", "encrypted", "refused", "size_class", "outcome", "tls", "reference", "told",
)  # fmt: skip
"""The columns. Times are UTC; ``ip`` is the sending organisation's own server, ``hostname`` the typo domain."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(report: Report) -> str:
    """The header and the rows. Each line ends with LF; every cell is quoted."""
    out = io.StringIO()
    writer = csv.DictWriter(out, SHEET_COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({column: _harmless(value) for column, value in row.items()})
    return out.getvalue()


def _rows(report: Report) -> Iterator[Mapping[str, object]]:
    tally, intended = report.tally, report.intended
    common = {
        "timestamp": f"{report.period.first:%Y-%m-%d} 00:00:00",
        "severity": "medium" if report.reported(tally.crossed) else "low",
        "tag": f"misdirected-mail;{report.kind}",
        "hostname": report.domain.domain,
        "report": report.ref,
        "incident": report.incident,
        "period": report.period.name,
        "party": report.party.domain,
        "party_name": report.party.organisation,
        "role": report.kind,
        "domain": report.domain.domain,
        "intended": intended and intended.domain,
    }
    yield {
        **common,
        "kind": "summary",
        "mails": tally.total.mails,
        "counted": tally.total.counted,
        "mailboxes": report.senders.number,
        "days": tally.days,
        "marked": report.reported(tally.marked),
        "crossed": report.reported(tally.crossed),
        "encrypted": report.reported(tally.encrypted),
        "refused": tally.outcomes[Outcome.REFUSED].mails,
    }
    for party in report.counterparts:
        yield {
            **common,
            "kind": "counterpart",
            **_named(party.name),
            "mails": party.count.mails,
            "counted": party.count.counted,
            "share": round(party.share, 4),
            "mailboxes": party.mailboxes.number,
            "days": party.days,
            "told": party.told and party.told.isoformat(),
        }
    for row in report.evidence:
        yield {
            **common,
            "kind": "evidence",
            "timestamp": f"{row.minute:%Y-%m-%d %H:%M}:00",
            "ip": row.server,
            "size_class": row.size_class,
            "outcome": row.outcome,
            "tls": "yes" if row.tls else "no",
            "reference": row.ref,
        }


def _named(name: PartyName) -> dict[str, str | None]:
    return {"counterpart": name.domain, "counterpart_name": name.organisation}


def _harmless(value: object) -> str:
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA) else text
