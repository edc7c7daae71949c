"""``catcher store``: migrates, verifies and purges the store, and prints its schema."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from catcher.cli.options import config_option, json_option, print_json, print_table


@click.group()
def command() -> None:
    """Migrate, verify, purge or print the store."""


@command.command()
@config_option
@json_option
def migrate(config_file: Path, as_json: bool) -> None:
    """Bring the store to the present schema.

    Makes it when there is none. The server does the same when it starts.
    """
    from catcher import store
    from catcher.config import load_config

    url = load_config(config_file).store.url
    path, applied = store.shown_store(url), store.migrate_store(url)
    if as_json:
        print_json([{"path": path, "applied": applied}])
    elif applied:
        click.echo(f"{path}: applied {', '.join(applied)}")
    else:
        click.echo(f"{path}: nothing to do")


@command.command()
@config_option
@json_option
def verify(config_file: Path, as_json: bool) -> None:
    """Check whether the store is whole.

    File, references, schema, columns, durability, mode. Exit status 1: it is not.
    """
    from catcher import store
    from catcher.config import load_config

    url = load_config(config_file).store.url
    faults = store.verify_store(url)
    if as_json:
        print_json({"where": fault.where, "what": fault.what, "remedy": fault.remedy} for fault in faults)
    elif faults:
        for fault in faults:
            click.echo(str(fault))
    else:
        click.echo(f"{store.shown_store(url)}: all is well")
    sys.exit(1 if faults else 0)


@command.command()
@config_option
@json_option
def schema(config_file: Path, as_json: bool) -> None:
    """Print the tables of the present schema.

    It is what a new store gets, and what an older one has after 'catcher store migrate'. Nothing is opened.
    """
    from catcher import store
    from catcher.config import load_config

    url = load_config(config_file).store.url
    if as_json:
        print_json(store.schema_tables(url))
    else:
        click.echo(store.schema_sql(url))


@command.command()
@click.option("--dry-run", is_flag=True, help="Say what would go; nothing goes.")
@config_option
@json_option
def purge(config_file: Path, as_json: bool, dry_run: bool) -> None:
    """Forget what is due.

    Destroys the keys of ended months; deletes, coarsens and empties what is stored. The server does the same by
    itself. Observations are folded into the incidents first, so that their sums remain.
    """
    from catcher import wiring
    from catcher.config import load_config
    from catcher.desk.upkeep import upkeep

    config = load_config(config_file)
    store = wiring.open_store(config)
    try:
        done = upkeep(
            store,
            wiring.key_ring(config),
            wiring.SystemClock().now(),
            keep_days=config.store.keep_days,
            folder=wiring.folder(config),
            dry_run=dry_run,
        )
    finally:
        store.close()
    result = done.to_json() | {"dry_run": dry_run}
    if as_json:
        print_json([result])
    else:
        _print(result)


def _print(result: dict[str, Any]) -> None:
    gone = "would be" if result["dry_run"] else "were"
    keys = ", ".join(result["keys_destroyed"]) or "none"
    rows = (
        ("observations folded", result["folded"]),
        (f"keys of ended months that {gone} destroyed", keys),
        (f"mailbox tokens that {gone} replaced by their number", result["mailbox_days_settled"]),
        (f"observations that {gone} deleted", result["deleted"]),
        (f"observations that {gone} coarsened", result["coarsened"]),
        (f"retry tags that {gone} emptied", result["retry_tags_emptied"]),
        (f"lines of demand that {gone} deleted", result["demand_deleted"]),
        (f"contacts that {gone} deleted", result["contacts_deleted"]),
        (f"texts of old notices that {gone} deleted", result["notice_texts_deleted"]),
    )
    print_table(("what", "how many"), rows)
