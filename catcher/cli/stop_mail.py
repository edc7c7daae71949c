"""``catcher stop-mail``: turns mail away at once, without a restart."""

from __future__ import annotations

from pathlib import Path

import click

from catcher.catalogue.stops import EVERY_DOMAIN, Stops
from catcher.cli.changes import publish
from catcher.cli.options import config_option, json_option
from catcher.config import load_config, state_folder
from catcher.desk.catalogue import NotCatalogued, named, stop_mail
from catcher.model.errors import CatcherError
from catcher.wiring import SystemClock


@click.command("stop-mail")
@click.argument("domains", metavar="DOMAIN…", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every row of the catalogue.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@config_option
@json_option
def command(domains: tuple[str, ...], every: bool, dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Turn mail for DOMAINs away at once.

    A running server refuses them from the next recipient on, in open sessions as well. Then their policy becomes null
    in the catalogue, and DNS follows.

    Rows that take no mail keep their policy. A date that would bring a policy that takes mail is deleted.
    """
    if bool(domains) == every:
        raise click.UsageError("name the domains, or say --all for every row")
    names = {EVERY_DOMAIN} if every else named(domains)
    state = state_folder(config_file)
    stops = Stops(state) if state is not None and state.is_dir() and not dry_run else None
    if stops is not None:
        stops.add(names)
    try:
        config = load_config(config_file)
        changes = stop_mail(
            config.catalogue.files, None if every else domains, now=SystemClock().now(), dry_run=dry_run
        )
        publish(changes, config.node.state, dry_run=dry_run, as_json=as_json, always=True)
    except NotCatalogued:
        if stops is not None:
            stops.discard(names)
        raise
    except CatcherError:
        if stops is not None:
            click.echo("mail is turned away at RCPT from now on; DNS follows when this is mended:", err=True)
        raise
    if stops is not None:
        stops.discard(names)
