"""``catcher catalogue``: lists, adds, removes and exports the held domains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catcher.cli.changes import publish
from catcher.cli.options import config_option, json_option, print_json, print_table
from catcher.config import load_config
from catcher.desk import catalogue as desk
from catcher.desk.doubts import public_suffix
from catcher.desk.guardrun import zone_of
from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import ConfigurationError, EnvironmentFailure, Fault
from catcher.model.leak.demand import TELLABLE, is_small
from catcher.model.mail.policy import RULES, Policy
from catcher.wiring import SystemClock, load_catalogue, open_store_to_read

if TYPE_CHECKING:
    from catcher.catalogue import Catalogue, Entry
    from catcher.config import Config

DEMAND_DAYS = 30
_POLICIES = tuple(policy.value for policy in Policy)
_TABLE_ROWS = 10_000
"""Most rows of a table. A longer list is written row by row with tabs between the columns, because a table needs all
rows in memory."""


def _meanings() -> str:
    """The policies with their meanings, one per line."""
    width = max(map(len, _POLICIES))
    return "\b\nPolicies:\n" + "\n".join(f"  {p:<{width}}  {rules.sentence}" for p, rules in RULES.items())


@click.group("catalogue")
def command() -> None:
    """List, add, remove and export held domains."""


@command.command("list")
@click.argument("domains", metavar="[DOMAIN…]", nargs=-1)
@config_option
@json_option
def list_(domains: tuple[str, ...], config_file: Path, as_json: bool) -> None:
    """List rows with their policy and MX queries.

    Also shows the intended domain and dates. MX queries are those of the last 30 days. One to four are shown as <5: a
    number that small would tell of a single resolver. In --json mx_queries is null then, and mx_queries_below is 5.
    """
    config = load_config(config_file)
    catalogue = load_catalogue(config)
    now = SystemClock().now()
    demand = _demand(config, now)
    rows = (_row(entry, catalogue, now, demand) for entry in _chosen(catalogue, domains))
    if as_json:
        print_json(rows)
        return
    headers = ["domain", "intended", "policy", "until", "then", "lang", f"MX queries, {DEMAND_DAYS} days"]
    cells = ([_cell(row, column) for column in _COLUMNS] for row in rows)
    if len(catalogue) <= _TABLE_ROWS:
        print_table(headers, cells)
    else:
        click.echo("\t".join(headers))
        for row in cells:
            click.echo("\t".join(row))


@command.command("add", epilog=_meanings())
@click.argument("domain")
@click.option("--intended", default="", metavar="DOMAIN", help="The domain that senders mean.")
@click.option("--policy", type=click.Choice(_POLICIES), default="accept", show_default=True, help="What is done.")
@click.option("--until", default="", metavar="YYYY-MM-DD", help="First day, 00:00 UTC, of the policy in --then.")
@click.option("--then", type=click.Choice(_POLICIES), default=None, help="Policy from then on; without it observe.")
@click.option("--note", default="", metavar="TEXT", help="Your own words, shown to nobody else.")
@click.option("--lang", default="", metavar="TAG", help="Language in which senders are told, like fr; empty: yours.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@config_option
@json_option
def add(
    domain: str,
    intended: str,
    policy: str,
    until: str,
    then: str | None,
    note: str,
    lang: str,
    dry_run: bool,
    config_file: Path,
    as_json: bool,
) -> None:
    """Append a row for DOMAIN to the catalogue.

    It goes into the first catalogue file, and the running server takes it over. Doubts about the row, as `catcher
    check` would note them, go to stderr.
    """
    config = load_config(config_file)
    row = {"domain": domain, "intended": intended, "policy": policy, "until": until, "then": then or ""}
    row |= {"note": note, "lang": lang}
    changes, doubts = desk.add(config.catalogue.files, [row], dry_run=dry_run)
    for doubt in doubts:
        click.echo(f"note: {doubt}", err=True)
    publish(changes, config.node.state, dry_run=dry_run, as_json=as_json)


@command.command("remove")
@click.argument("domains", metavar="DOMAIN…", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@config_option
@json_option
def remove(domains: tuple[str, ...], dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Delete the rows of DOMAINs.

    The running server answers REFUSED for them from then on. Before a domain goes to a new owner, give it policy
    release for as long as our MX may be cached.
    """
    config = load_config(config_file)
    changes = desk.remove(config.catalogue.files, domains, dry_run=dry_run)
    publish(changes, config.node.state, dry_run=dry_run, as_json=as_json)


@command.command("export")
@click.option(
    "--form",
    type=click.Choice(["zone", "nsupdate", "csv"]),
    default="zone",
    show_default=True,
    help="Lines of a master file, input of nsupdate, or CSV.",
)
@click.option(
    "--formerly",
    metavar="HOST",
    multiple=True,
    help="nsupdate: a name server of the delegations as they are; name all, and they are replaced. Repeatable.",
)
@config_option
@json_option
def export(form: str, formerly: tuple[str, ...], config_file: Path, as_json: bool) -> None:
    """Print the delegations for the TLD zone.

    These are each domain's name servers. Left out: released domains, public suffixes, what the guard refused, and what
    a required guard doesn't clear; stderr says how many. The nsupdate form changes a name only if the TLD's zone has no
    record of it, or if it is delegated to the --formerly servers alone; for the others nsupdate says YXDOMAIN or
    NXRRSET and goes on.
    """
    from catcher.catalogue import export as exporting

    config = load_config(config_file)
    held = load_catalogue(config)
    left_out = exporting.LeftOut()
    domains = exporting.deliverable(held, public_suffix, SystemClock().now(), left_out)
    if as_json:
        print_json({"domain": domain, "nameservers": list(config.dns.nameservers)} for domain in domains)
    else:
        servers = [_host(text) for text in formerly]
        for line in exporting.export(domains, config.dns.nameservers, form, zone_of=zone_of(held), formerly=servers):
            click.echo(line)
    if str(left_out):
        click.echo(f"left out: {left_out}", err=True)


def _host(text: str) -> str:
    try:
        return to_alabel(text)
    except DomainError as error:
        remedy = "write a name like ns1.sink.example"
        raise ConfigurationError([Fault("--formerly", f"this is no host: {error}", remedy)]) from None


_COLUMNS = ("domain", "intended", "in_force", "until", "then", "lang", "mx_queries")


def _row(entry: Entry, catalogue: Catalogue, now: datetime, demand: Mapping[str, int] | None) -> dict[str, Any]:
    queries = None if demand is None else demand.get(entry.domain, 0)
    small = queries is not None and is_small(queries)
    return {
        "domain": entry.domain,
        "intended": entry.intended,
        "in_force": catalogue.policy_at(entry, now),
        "policy": entry.policy,
        "until": entry.until and entry.until.isoformat(),
        "then": entry.then if entry.until else None,
        "note": entry.note,
        "lang": entry.lang or None,
        "where": entry.where,
        "mx_queries": None if small else queries,
        "mx_queries_below": TELLABLE if small else None,
    }


def _cell(row: Mapping[str, Any], column: str) -> str:
    if column == "mx_queries" and row["mx_queries_below"] is not None:
        return f"<{row['mx_queries_below']}"
    value = row[column]
    return "–" if value is None else str(value)


def _chosen(catalogue: Catalogue, domains: tuple[str, ...]) -> Iterator[Entry]:
    if not domains:
        yield from catalogue
        return
    for text in domains:
        try:
            entry = catalogue.get(to_alabel(text))
        except DomainError as error:
            raise ConfigurationError(
                [Fault(text, f"this is no domain: {error}", "write a name like army.ml")]
            ) from None
        if entry is None:
            raise ConfigurationError([Fault(text, "no row of the catalogue names it", "see 'catcher catalogue list'")])
        yield entry


def _demand(config: Config, now: datetime) -> Mapping[str, int] | None:
    """Domain → number of MX queries; None if there is no database or it can't be read."""
    from catcher.store import store_exists

    if not store_exists(config.store.url):
        return None
    try:
        store = open_store_to_read(config)
        try:
            return store.demand(since=now - timedelta(days=DEMAND_DAYS), qtype="MX")
        finally:
            store.close()
    except EnvironmentFailure as error:
        click.echo(f"the queries are not shown: {error}", err=True)
        return None
