"""``catcher bench``: measures DNS and SMTP beside the peers that are installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from catcher.cli.options import json_option, print_json, print_table

if TYPE_CHECKING:
    from catcher.bench import dns as dns_bench
    from catcher.bench import smtp as smtp_bench


@click.group("bench")
def command() -> None:
    """Measure catcher beside its peers, in one run, as ratios."""


@command.command("dns")
@json_option
@click.option("--seconds", default=5, show_default=True, help="How long each server is loaded with each mix.")
def dns(as_json: bool, seconds: int) -> None:
    """CPU per query at saturation, beside NSD and Knot."""
    from catcher.bench.dns import measure

    rows: list[dns_bench.Row] = []
    for row in measure(seconds):
        click.echo(f"measured {row.server}, {row.mix}", err=True)
        rows.append(row)
    best = (
        {r.mix: min(o.cpu_microseconds for o in rows if o.mix == r.mix and o.server != "catcher") for r in rows}
        if (any(r.server != "catcher" for r in rows))
        else {}
    )
    _show(as_json, (_with_ratio(asdict(row), best.get(row.mix)) for row in rows))


@command.command("smtp")
@json_option
@click.option("--mails", default=5000, show_default=True, help="How many mails each server takes each way.")
def smtp(as_json: bool, mails: int) -> None:
    """Mails per second and CPU a mail, beside a plain aiosmtpd and Postfix's smtp-sink."""
    from catcher.bench.smtp import measure

    rows: list[smtp_bench.Row] = []
    for row in measure(mails):
        click.echo(f"measured {row.server}, {row.connections} connections", err=True)
        rows.append(row)
    plain = {r.connections: r.cpu_microseconds for r in rows if r.server == "aiosmtpd"}
    _show(as_json, (_with_ratio(asdict(row), plain[row.connections]) for row in rows))


def _with_ratio(row: dict[str, Any], reference: float | None) -> dict[str, Any]:
    row["cpu_ratio"] = None if reference is None else round(row["cpu_microseconds"] / reference, 2)
    row["cpu_microseconds"] = round(row["cpu_microseconds"], 2)
    for key, value in row.items():
        if key.endswith("_per_second"):
            row[key] = round(value)
    return row


def _show(as_json: bool, rows: Iterable[Mapping[str, Any]]) -> None:
    rows = list(rows)
    if as_json:
        print_json(rows)
    else:
        print_table([key.replace("_", " ") for key in rows[0]], [list(row.values()) for row in rows])
