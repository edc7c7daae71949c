"""``catcher serve``: runs the server in the foreground."""

from __future__ import annotations

from pathlib import Path

import click

from catcher.cli.options import config_option


@click.command("serve")
@config_option
@click.option(
    "--role",
    type=click.Choice(["dns", "smtp", "all"]),
    default="all",
    show_default=True,
    help="What to serve: answers, mail, or both.",
)
def command(config_file: Path, role: str) -> None:
    """Answer DNS and take mail until SIGTERM.

    Prints 'ready' once every socket listens. SIGHUP reloads catalogue and zones and prints 'reloaded'; SIGTERM
    finishes what runs and ends, a second SIGTERM ends at once.
    """
    if role != "dns":
        from catcher.supervise.memory import restart_without_caches

        restart_without_caches()
    from catcher.cli.log import configure_logging
    from catcher.config import load_config
    from catcher.serve import DRAIN_SECONDS, ROLES, launch
    from catcher.supervise import ControlLoop
    from catcher.wiring import SystemClock

    config = load_config(config_file, files_may_be_missing=True)
    configure_logging(config.log.level)
    running = launch(config, clock=SystemClock(), roles=ROLES if role == "all" else (role,))
    control = config.node.state / ("control.sock" if role == "all" else f"control-{role}.sock")
    control_loop = ControlLoop(
        running.supervisor,
        control,
        reloaded=lambda: click.echo("reloaded"),
        outcome=running.outcome,
        status=running.status,
        metrics=running.metrics,
    )
    running.private_fds = lambda: control_loop.private_fds
    click.echo("ready")
    control_loop.run(DRAIN_SECONDS)
    running.finish()
