"""``catcher serve``: runs the server in the foreground."""

from __future__ import annotations

import os
import signal
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

    Prints 'ready' once every socket listens; mail that can't start is told in the log and tried again, and DNS doesn't
    wait for it. SIGHUP reads everything anew, catcher.toml too, and prints 'reloaded'; SIGTERM finishes what runs and
    ends, a second SIGTERM ends at once.
    """
    # The first load reads all files anyway. SIGUSR1 and SIGUSR2 are what programs that rotate logs like to send. An
    # ignored signal stays ignored over the exec below.
    for ignored in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(ignored, signal.SIG_IGN)
    if role != "dns":
        from catcher.supervise.memory import restart_without_caches

        restart_without_caches()
    from catcher.cli.log import configure_logging
    from catcher.config import load_config
    from catcher.model.serving import ReloadOutcome
    from catcher.serve import DRAIN_SECONDS, ROLES, Running
    from catcher.supervise import ControlLoop
    from catcher.supervise.control.servicestate import ServiceState
    from catcher.wiring import SystemClock

    service = ServiceState(os.environ)
    config = load_config(config_file, files_may_be_missing=True)
    configure_logging(config.log.level)
    running = Running(
        config,
        SystemClock(),
        ROLES if role == "all" else (role,),
        configured=lambda new: configure_logging(new.log.level),
    )
    control = ControlLoop(
        running.loop,
        config.node.state / ("control.sock" if role == "all" else f"control-{role}.sock"),
        service,
        reload=running.reload,
        reloaded=lambda: click.echo("reloaded"),
        status=running.status,
        metrics=running.metrics,
    )

    def started(outcome: ReloadOutcome) -> None:
        click.echo("ready")
        service.ready(outcome.sentence)

    running.start(started)
    running.loop.run(until=lambda: control.stops > 0 or running.refusal is not None)
    control.close()
    running.stop(seconds=DRAIN_SECONDS, hurry=lambda: control.stops > 1)
    if running.refusal is not None and not control.stops:
        raise running.refusal
