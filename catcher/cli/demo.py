"""``catcher demo``: simulates a month of stray mail on loopback with made-up organisations."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catcher.cli.options import json_option, print_json
from catcher.model.errors import EnvironmentFailure

if TYPE_CHECKING:
    from catcher.demo.play import Played


@click.command("demo")
@click.option("--keep", is_flag=True, help="Leave the server up afterwards, and say what to try.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="An empty or new folder for everything that is written; else a new temporary one, which stays.",
)
@json_option
def command(keep: bool, folder: Path | None, as_json: bool) -> None:
    """Play a month of stray mail on loopback.

    Made-up organisations send it, by real SMTP and DNS, to a real sink; the reports follow. Nothing leaves this
    machine. Exit status 1: something went otherwise than scripted.
    """
    import logging
    import tempfile

    from catcher.cli.log import configure_logging
    from catcher.demo.month import month_before
    from catcher.demo.run import Demo
    from catcher.demo.show import show_month, things_to_try
    from catcher.wiring import SystemClock

    place = _empty(folder) if folder else Path(tempfile.mkdtemp(prefix="catcher-demo-"))
    click.echo(f"Writing a month's mail; everything is kept in {place}", err=True)
    with (place / "servers.log").open("a", encoding="utf-8") as log:
        configure_logging("debug", log)
        demo = Demo.prepare(place, month_before(SystemClock().now()))
        outcome = demo.searched(demo.run(_progress))
        if as_json:
            print_json(outcome.to_json())
        else:
            for block in show_month(outcome):
                click.echo(block)
        if keep:
            stage = demo.stage
            with demo.kept():
                click.echo("\n" + things_to_try(stage.dns, stage.smtp, stage.sink.path, stage.received), err=True)
                _wait_for_interrupt()
        logging.shutdown()
    if outcome.deviations:
        sys.exit(1)


def _empty(folder: Path) -> Path:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.UsageError(f"--dir {folder}: it isn't an empty folder; name another one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFailure(f"{folder}: {error.strerror}; name a folder that can be made") from error
    return folder.resolve()


def _progress(played: Iterable[Played], number: int) -> list[Played]:
    """Shows a progress bar if stderr is a terminal, else prints a line after each tenth of the events."""
    if sys.stderr.isatty():
        with click.progressbar(played, length=number, label="Playing", file=sys.stderr, update_min_steps=5) as bar:
            return list(bar)
    done = []
    for one in played:
        done.append(one)
        if one.number * 10 // number != (one.number - 1) * 10 // number:
            click.echo(f"{one.event.at:%d %B}: {one.number} of {number} events", err=True)
    return done


def _wait_for_interrupt() -> None:
    """Waits for Ctrl-C or SIGTERM, even if a shell started this process in the background with SIGINT ignored."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        signal.pause()
    except KeyboardInterrupt:
        click.echo("stopping", err=True)
