"""Finds, shows and exports observations. Observations are streamed, because there may be millions."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from catcher.desk.context import Desk, NotFound
from catcher.desk.unstored import unstored_between
from catcher.model.leak.unstored import UnstoredKind
from catcher.model.mail.observation import Observation

CSV_COLUMNS = (
    "id",
    "observed_at",
    "ref",
    "domain",
    "policy",
    "outcome",
    "size_class",
    "tls",
    "sender_domain",
    "sender_organisation",
    "sender_tier",
    "intended",
    "class",
    "genuine",
    "markings",
    "spf",
    "dkim",
    "dmarc",
    "arc",
    "recipients",
    "retry_of",
    "counts",
    "count_reason",
)
"""The columns of the CSV export. ``recipients`` is the number of recipients; their tokens are only in the JSON."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def find(
    desk: Desk,
    *,
    domain: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
    newest_first: bool = True,
) -> Iterator[Observation]:
    """Observations with ``since <= observed_at < until``."""
    desk.fold()
    return desk.store.observations(domain=domain, since=since, until=until, limit=limit, newest_first=newest_first)


def unstored(
    desk: Desk,
    kinds: frozenset[UnstoredKind],
    *,
    domain: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """The number of mails of ``kinds`` on the days from ``since`` to ``until`` that were only counted."""
    return unstored_between(desk.store, domain, since and since.date(), until and until.date(), kinds=kinds)


def show(desk: Desk, name: str) -> list[Observation]:
    """The observation with the id ``name``, else all observations with the reference ``name``. Raises NotFound."""
    desk.fold()
    if name.isascii() and name.isdecimal() and len(name) <= 18:
        found = desk.store.observation(int(name))
        if found is not None:
            return [found]
    by_ref = list(desk.store.observations(ref=name.upper())) or list(desk.store.observations(ref=name))
    if not by_ref:
        more = " (some mails were only counted)" if unstored_between(desk.store, None, None, None) else ""
        raise NotFound(f"no observation has that id or reference{more}; `catcher observation list` shows them")
    return by_ref


def csv_lines(observations: Iterable[Observation]) -> Iterator[str]:
    """RFC 4180 lines with a header row. No cell begins like a formula, even if a stranger's text did."""
    yield _line(CSV_COLUMNS)
    for observation in observations:
        yield _line(_cell(value) for value in _row(observation))


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(list(cells))
    return out.getvalue()


def _cell(value: object) -> str:
    """A spreadsheet runs a cell that begins with one of ``_FORMULA``; an apostrophe in front makes the cell text."""
    text = "" if value is None else str(value)
    text = " ".join(text.split()) if any(char in text for char in "\r\n\t\x0b\x0c") else text
    return "'" + text if text.startswith(_FORMULA) else text


def _row(o: Observation) -> tuple[object, ...]:
    authentication = o.authentication
    return (
        o.id,
        o.observed_at.isoformat().replace("+00:00", "Z"),
        o.ref,
        o.domain,
        o.policy,
        o.outcome,
        o.size_class,
        "yes" if o.tls else "no",
        o.sender.domain,
        o.sender.organisation,
        o.sender.tier,
        " ".join(i.domain for i in o.intended if i.domain),
        o.nature.mail_class,
        o.nature.genuine,
        " ".join(f"{m.scheme}:{m.level}" for m in o.markings),
        authentication.spf.result,
        " ".join(d.result for d in authentication.dkim) or "none",
        authentication.dmarc.result,
        authentication.arc.result,
        o.recipient_count,
        o.retry_of,
        "yes" if o.counts else "no",
        o.counting.reason,
    )
