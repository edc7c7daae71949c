"""``catcher stop-mail``: turns mail away at once, without a restart."""

from __future__ import annotations

from pathlib import Path

import click

from catcher.cli.changes import tell
from catcher.cli.options import config_option, json_option


@click.command("stop-mail")
@click.argument("domains", metavar="DOMAIN…", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every row of the catalogue.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@config_option
@json_option
def command(domains: tuple[str, ...], every: bool, dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Turn mail away for DOMAINs: their policy becomes null, and the running server takes it over.

    Rows that take no mail keep their policy. Where a date would bring a policy that takes mail again, the date goes.
    """
    from catcher.config import load
    from catcher.desk.catalogue import stop_mail
    from catcher.serve import SystemClock

    if bool(domains) == every:
        raise click.UsageError("name the domains, or say --all for every row")
    config = load(config_file)
    changes = stop_mail(config.catalogue.files, None if every else domains, now=SystemClock().now(), dry_run=dry_run)
    tell(changes, config.node.state, dry_run=dry_run, as_json=as_json)
