"""``catcher observation``: lists, shows and exports observations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from catcher.cli.opening import domain_value, shown, with_store
from catcher.cli.options import config_option, json_option, print_json, print_table
from catcher.desk import observations
from catcher.desk.context import Desk
from catcher.model.leak.unstored import BEYOND_SHARES, TO_OPERATOR
from catcher.model.mail.fingerprint import Evidence, EvidenceKind, Tier
from catcher.model.mail.observation import Observation

F = TypeVar("F", bound=Callable[..., Any])

TABLE_ROWS = 50
"""Most rows of a table without ``--limit``: a person reads the table, and it is laid out in memory."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


def _moment(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """Parses an RFC 3339 time or a date, which means 00:00 UTC."""
    if value is None:
        return None
    try:
        if _DATE.match(value):
            day = date.fromisoformat(value)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter("write a date (2026-06-01) or an RFC 3339 time (2026-06-01T08:30:00Z)") from error
    if moment.tzinfo is None:
        raise click.BadParameter("the time has no zone; add Z for UTC")
    return moment.astimezone(UTC)


def _filters(function: F) -> F:
    for option in (
        click.option("--limit", type=click.IntRange(min=1), help="Most rows that are printed."),
        click.option("--until", callback=_moment, metavar="TIME", help="Observed before this date or RFC 3339 time."),
        click.option("--since", callback=_moment, metavar="TIME", help="Observed at or after this one."),
        click.option("--domain", callback=domain_value, help="Only this catalogued domain."),
    ):
        function = option(function)
    return function


@click.group()
def command() -> None:
    """List, show and export observations.

    Nothing is changed.
    """


@command.command("list")
@_filters
@config_option
@json_option
def list_(
    config_file: Path,
    as_json: bool,
    domain: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
) -> None:
    """List observations, latest first.

    A table has 50 rows unless --limit says otherwise; JSON has all of them.
    """
    with with_store(config_file, read_only=True) as (_, desk):
        rows = limit if as_json or limit is not None else TABLE_ROWS + 1
        found = observations.find(desk, domain=domain, since=since, until=until, limit=rows)
        if as_json:
            print_json(observation.to_json() for observation in found)
            _say_unstored(desk, domain, since, until)
            return
        listed = list(found)
        _print_table(listed if limit is not None else listed[:TABLE_ROWS])
        _say_unstored(desk, domain, since, until)
        if limit is None and len(listed) > TABLE_ROWS:
            click.echo(f"the latest {TABLE_ROWS} are shown; --limit N shows more, --json all", err=True)


@command.command()
@click.argument("name", metavar="ID|REF")
@config_option
@json_option
def show(name: str, config_file: Path, as_json: bool) -> None:
    """Show one observation by number or reference.

    A reference, from a sender's log, may stand for several. Says whether the mail counts towards a notice, and why.
    """
    with with_store(config_file, read_only=True) as (_, desk):
        found = observations.show(desk, name)
    if as_json:
        print_json(
            observation.to_json() | {"revision": observation.revision, "counts": observation.counting.to_json()}
            for observation in found
        )
        return
    for observation in found:
        _print_one(observation)


@command.command()
@_filters
@config_option
@json_option
def export(
    config_file: Path,
    as_json: bool,
    domain: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
) -> None:
    """Write observations to stdout, oldest first.

    As CSV in which no cell begins like a formula, or as JSON lines.
    """
    with with_store(config_file, read_only=True) as (_, desk):
        found = observations.find(desk, domain=domain, since=since, until=until, limit=limit, newest_first=False)
        if as_json:
            print_json(observation.to_json() for observation in found)
        else:
            for line in observations.csv_lines(found):
                click.echo(line, nl=False)
        _say_unstored(desk, domain, since, until)


def _say_unstored(desk: Desk, domain: str | None, since: datetime | None, until: datetime | None) -> None:
    """Says which mails are no observations."""
    for kinds, why in (
        (BEYOND_SHARES, "only counted: sender or network had its share of the day"),
        (TO_OPERATOR, "for postmaster@ or abuse@, and answered with the pointer to you"),
    ):
        mails = observations.unstored(desk, kinds, domain=domain, since=since, until=until)
        if mails:
            noun = "mail was" if mails == 1 else "mails were"
            click.echo(f"{mails} further {noun} {why}", err=True)


def _print_table(found: Iterable[Observation]) -> None:
    headers = ("id", "time (UTC)", "ref", "domain", "sender", "tier", "meant for", "class", "outcome", "counts")
    print_table(headers, map(_table_row, found))


def _table_row(o: Observation) -> tuple[object, ...]:
    return (
        o.id,
        f"{o.observed_at:%Y-%m-%d %H:%M}",
        o.ref,
        shown(o.domain),
        _sender(o),
        o.sender.tier,
        ", ".join(shown(i.domain, nothing="?") for i in o.intended) or "-",
        o.nature.mail_class,
        o.outcome,
        "yes" if o.counts else f"no: {o.counting.reason}",
    )


def _sender(o: Observation) -> str:
    """The sender's domain. A network's name comes from HELO or PTR, and texts from there are never printed."""
    return "(a network)" if o.sender.tier is Tier.NETWORK else shown(o.sender.domain)


def _evidence(e: Evidence) -> str:
    name = "" if e.kind in (EvidenceKind.HELO, EvidenceKind.IPREV) else f" for {shown(e.domain)}"
    return f"{e.kind} {e.result}{name} ({e.tier})"


def _print_one(o: Observation) -> None:
    authentication = o.authentication
    rows = (
        ("time (UTC)", f"{o.observed_at:%Y-%m-%d %H:%M}"),
        ("reference", o.ref),
        ("domain", shown(o.domain)),
        ("policy, outcome", f"{o.policy}, {o.outcome}"),
        ("sender", f"{_sender(o)}, {o.sender.tier}"),
        ("evidence", "; ".join(map(_evidence, o.sender.evidence)) or "-"),
        ("conflicts", "; ".join(map(_evidence, o.sender.conflicts)) or "-"),
        ("meant for", ", ".join(f"{shown(i.domain, nothing='?')} ({i.basis})" for i in o.intended) or "-"),
        ("class", f"{o.nature.mail_class}, genuine {o.nature.genuine:.2f}"),
        ("reasons", ", ".join(o.nature.reasons) or "-"),
        ("markings", ", ".join(f"{m.scheme} {m.level}" for m in o.markings) or "-"),
        ("SPF", authentication.spf.result),
        ("DKIM", ", ".join(f"{d.result} {shown(d.domain)}" for d in authentication.dkim) or "none"),
        ("DMARC", authentication.dmarc.result),
        ("size, TLS", f"{o.size_class or '-'}, {'yes' if o.tls else 'no'}"),
        ("recipients", o.recipient_count),
        ("revision", f"{o.revision}{', look-ups were answered later' if o.revision else ''}"),
        ("retry of", o.retry_of if o.retry_of is not None else "-"),
        ("counts", f"{'yes' if o.counts else 'no'}: {o.counting.reason.explanation}"),
        ("kind", o.nature.kind or "-"),
    )
    print_table(("observation", str(o.id)), rows)
