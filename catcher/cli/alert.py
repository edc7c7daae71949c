"""``catcher alert``: lists the alerts to the operator and tests their delivery."""

from __future__ import annotations

from pathlib import Path

import click

from catcher.cli.opening import shown, with_store
from catcher.cli.options import config_option, json_option, print_json, print_table
from catcher.config import load_config
from catcher.model.errors import CatcherError, ConfigurationError, EnvironmentFailure, Fault
from catcher.model.telling.alert import Alert, AlertDelivery, AlertKind
from catcher.wiring import SystemClock

_MOST = 100


@click.group()
def command() -> None:
    """List alerts to the operator; test their ways.

    A running server looks every five minutes for what calls for one.
    """


@command.command("list")
@click.option("--all", "everything", is_flag=True, help=f"All of them, not the latest {_MOST}.")
@config_option
@json_option
def list_(everything: bool, config_file: Path, as_json: bool) -> None:
    """List alerts, latest first, and their delivery."""
    with with_store(config_file, read_only=True) as (_, desk):
        alerts = desk.store.alerts(limit=None if everything else _MOST)
        if as_json:
            print_json(alert.to_full_json() for alert in alerts)
        else:
            print_table(("at (UTC)", "alert", "incident", "domain", "counts", "sent"), map(_row, alerts))


@command.command()
@config_option
@json_option
def test(config_file: Path, as_json: bool) -> None:
    """Send a test alert by every way of [alerts].

    Exit status 3: one doesn't take it; 2: there is none.
    """
    import asyncio

    from catcher.notices import configured

    now = SystemClock().now()
    config = load_config(config_file)
    couriers = configured.couriers(config)
    if not couriers:
        remedy = "set alerts.mail to your address, or alerts.webhook and alerts.secret"
        where = f"{config.path.name}: alerts"
        raise ConfigurationError([Fault(where, "it names neither mail nor webhook, so nothing was sent", remedy)])
    failures = []
    for courier in couriers:
        outcome = "taken"
        try:
            asyncio.run(courier.deliver([Alert(f"{AlertKind.TEST} {now.isoformat()}", AlertKind.TEST, now)], now))
        except CatcherError as error:
            outcome = str(error)
            failures.append(outcome)
        if as_json:
            print_json([{"channel": courier.channel, "taken": outcome == "taken", "about": outcome}])
        else:
            click.echo(f"{courier.channel}: {outcome}")
    if failures:
        raise click.exceptions.Exit(EnvironmentFailure.exit_status)


def _row(alert: Alert) -> tuple[object, ...]:
    counts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in alert.counts.items())
    sent = ", ".join(map(_sent, alert.deliveries)) or "-"
    return f"{alert.at:%Y-%m-%d %H:%M}", alert.kind, alert.incident or "-", shown(alert.domain), counts, sent


def _sent(delivery: AlertDelivery) -> str:
    if delivery.sent_at is not None:
        return f"{delivery.channel} {delivery.sent_at:%H:%M}"
    if delivery.again_at is None:
        return f"{delivery.channel} given up after {delivery.attempts}"
    return f"{delivery.channel} again {delivery.again_at:%H:%M}" if delivery.attempts else f"{delivery.channel} waits"
