"""``catcher store``: migrates, verifies and purges the store, and prints its schema."""

from __future__ import annotations

import sys
import time
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

    Destroys the keys of ended months; deletes, coarsens and empties what is stored, in short steps: a server beside it
    goes on storing. The server does the same by itself. Observations are folded into the incidents first, so that their
    sums remain. Exit status 1: a step failed, or the clock isn't sure (see 'catcher store clock').
    """
    from catcher import wiring
    from catcher.config import load_config
    from catcher.desk.upkeep import Pause, upkeep
    from catcher.privacy.sureclock import SureClock

    config = load_config(config_file)
    now = wiring.SystemClock().now()
    store = wiring.open_store(config)
    try:
        sure = SureClock().look(store, now)
        done = upkeep(
            store,
            wiring.key_ring(config),
            now,
            keep_days=config.store.keep_days,
            folder=wiring.folder(config),
            sure=sure,
            dry_run=dry_run,
            pause=Pause(time.sleep, time.monotonic),
        )
    finally:
        store.close()
    result = done.to_json() | {"dry_run": dry_run, "clock_is_sure": sure}
    if as_json:
        print_json([result])
    else:
        _print(result)
    sys.exit(1 if done.failed or not sure else 0)


@command.command()
@click.option("--accept", is_flag=True, help="Declare that the machine's clock is right.")
@click.option("--as", "name", metavar="NAME", help="Who says so: your name, for the record. Needed with --accept.")
@config_option
@json_option
def clock(config_file: Path, as_json: bool, accept: bool, name: str | None) -> None:
    """Say whether the machine's clock is sure.

    It isn't when it is more than two days from the latest sure moment: it jumped, or the server was off for so long.
    Until it is back, or a person says that it is right, nothing is destroyed or forgotten. Exit status 1: it isn't
    sure.
    """
    from catcher import wiring
    from catcher.config import load_config
    from catcher.model.moments import second

    name = " ".join((name or "").split())
    if accept != bool(name) or not name.isprintable() or len(name) > 100:
        raise click.UsageError("--accept and --as NAME go together; a name has at most 100 characters on one line")
    config = load_config(config_file)
    now = wiring.SystemClock().now()
    store = wiring.open_store(config)
    try:
        if accept:
            store.note_sure_moment(now, accepted_by=name)
        state = store.upkeep_state()
    finally:
        store.close()
    sure = state.is_sure(now)
    result = {
        "now": second(now),
        "sure_at": None if state.sure_at is None else second(state.sure_at),
        "sure": sure,
        "accepted_at": None if state.accepted_at is None else second(state.accepted_at),
        "accepted_by": state.accepted_by,
    }
    if as_json:
        print_json([result])
    else:
        click.echo(f"the clock says {result['now']}; the latest sure moment is {result['sure_at'] or 'none yet'}")
        if state.accepted_by is not None:
            click.echo(f"{state.accepted_by} declared the clock right at {result['accepted_at']}")
        click.echo("sure" if sure else "not sure: set the clock, or say 'catcher store clock --accept --as NAME'")
    sys.exit(0 if sure else 1)


def _print(result: dict[str, Any]) -> None:
    gone = "would be" if result["dry_run"] else "were"
    keys = ", ".join(result["keys_destroyed"]) or "none"
    rows = [
        ("observations folded", result["folded"]),
        (f"keys of ended months that {gone} destroyed", keys),
        (f"mailbox tokens that {gone} replaced by their number", result["mailbox_days_settled"]),
        (f"observations that {gone} deleted", result["deleted"]),
        (f"observations that {gone} coarsened", result["coarsened"]),
        (f"observations whose mailbox tokens {gone} emptied", result["tokens_emptied"]),
        (f"retry tags that {gone} emptied", result["retry_tags_emptied"]),
        (f"lines of demand that {gone} deleted", result["demand_deleted"]),
        (f"contacts that {gone} deleted", result["contacts_deleted"]),
        (f"texts of old notices that {gone} deleted", result["notice_texts_deleted"]),
        *((f"step {step} failed", why) for step, why in result["failed"].items()),
    ]
    if not result["clock_is_sure"]:
        rows.append(("the clock isn't sure, so nothing was destroyed or forgotten", "see 'catcher store clock'"))
    print_table(("what", "how many"), rows)
