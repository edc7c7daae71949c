"""``catcher bench``: compares DNS and SMTP with installed peers, and measures fingerprint, report and commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from catcher.cli.options import json_option, print_json, print_table

if TYPE_CHECKING:
    from catcher.bench.mail import smtp as smtp_bench


@click.group("bench")
def command() -> None:
    """Measure catcher beside its peers, as ratios."""


@command.command("dns")
@json_option
@click.option("--seconds", default=2.0, show_default=True, help="How long each server is loaded, each time.")
@click.option("--rounds", default=3, show_default=True, help="How often; the median counts.")
@click.option("--scale/--no-scale", default=True, show_default=True, help="Also with 1, 1,000 and 1,000,000 domains.")
@click.option("--shapes/--no-shapes", default=True, show_default=True, help="Also what odd queries of strangers cost.")
@click.option("--full", is_flag=True, help="NSD with a million zones, too, which takes minutes.")
def dns(as_json: bool, seconds: float, rounds: int, scale: bool, shapes: bool, full: bool) -> None:
    """Measure CPU a query beside NSD and Knot.

    A bare echo in C is measured, too; then each shape of query that a stranger may send, beside a cheap one; then
    start-up and memory of large catalogues beside NSD's; then start-up, memory and reloads of 1,000,000 domains and
    5,000 zones against their limits.
    """
    from catcher.bench import dns as dns_bench
    from catcher.bench import scale as scale_bench

    rows: list[dict[str, Any]] = []
    for told in dns_bench.measure_dns(seconds, rounds):
        if isinstance(told, str):
            click.echo(told, err=True)
        else:
            rows.append(_rounded(asdict(told)))
    _show(as_json, rows)
    if shapes:
        _shapes(as_json, rounds)
    if scale:
        rows = []
        for row in scale_bench.measure_scale(seconds, full=full):
            click.echo(f"measured {row.server} with {row.domains:,} domains", err=True)
            rows.append(_rounded(asdict(row)))
        _show(as_json, rows)
        rows = []
        for figure in scale_bench.measure_limits():
            click.echo(f"measured {figure.served}: {figure.measure}", err=True)
            rows.append(_rounded(asdict(figure)))
        _show(as_json, rows)


def _shapes(as_json: bool, rounds: int) -> None:
    from catcher.bench import shapes as shapes_bench

    figures: list[shapes_bench.ShapeFigure] = []
    for told in shapes_bench.measure_shapes(rounds):
        if isinstance(told, str):
            click.echo(told, err=True)
        else:
            figures.append(told)
    _show(as_json, (_rounded(asdict(figure)) for figure in figures))
    dear = [f"{figure.shape} ({figure.of_cheap:.2f})" for figure in figures if not figure.met]
    if dear:
        click.echo(f"dearer than {figures[0].must:g} cheap queries: {', '.join(dear)}", err=True)


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    for key, value in row.items():
        if isinstance(value, float):
            row[key] = round(value) if key in ("queries_per_second", "busy_percent", "megabytes") else round(value, 2)
        elif value is None:
            row[key] = ""
    return row


@command.command("smtp")
@json_option
@click.option("--mails", default=5000, show_default=True, help="How many small mails each server takes each way.")
@click.option(
    "--connections", default=8000, show_default=True, help="How many with the largest envelope; 0: not at all."
)
def smtp(as_json: bool, mails: int, connections: int) -> None:
    """Measure mails a second beside other sinks.

    Also CPU and memory. The peers are Haraka, a plain aiosmtpd and Postfix's smtp-sink. The body stream is measured
    alone, and so is the memory of connections with the largest envelope.
    """
    from catcher.bench.mail import stream
    from catcher.bench.mail.connections import measure_connections
    from catcher.bench.mail.smtp import measure_smtp, smtp_figures, surroundings
    from catcher.bench.mail.verdict import judgements

    click.echo(surroundings(), err=True)
    streamed = []
    for found in stream.measure_stream():
        click.echo(f"measured {found.measure}", err=True)
        streamed.append(found)
    rounds: list[smtp_bench.SmtpRound] = []
    for each in measure_smtp(mails):
        if not any((each.server, each.load) == (before.server, before.load) for before in rounds):
            click.echo(f"measuring {each.server}, {each.load}", err=True)
        rounds.append(each)
    rows = list(smtp_figures(rounds))
    plain = {r.load: r.cpu_microseconds for r in rows if r.server == "aiosmtpd"}
    _show(as_json, (_with_ratio(asdict(row), plain.get(row.load)) for row in rows))
    largest = measure_connections(connections) if connections else ()
    _show(as_json, (asdict(verdict) for verdict in (*judgements(rounds, streamed), *largest)))


@command.command("upkeep")
@json_option
@click.option("--full", is_flag=True, help="Also with 5,000,000 observations; their preparation takes minutes.")
def upkeep(as_json: bool, full: bool) -> None:
    """Measure the longest wait of a mail during upkeep.

    A server starts on 1,000,000 observations and forgets a month's due, while mail comes.
    """
    from catcher.bench.mail import upkeep as upkeep_bench

    rows = []
    for row in upkeep_bench.measure_upkeep(upkeep_bench.FULL if full else upkeep_bench.REDUCED):
        click.echo(f"measured {row.observations:,} {row.stretch}", err=True)
        rows.append(_rounded(asdict(row)))
    _show(as_json, rows)


@command.command("fingerprint")
@json_option
@click.option("--rounds", default=2000, show_default=True, help="How often each message is judged.")
def fingerprint(as_json: bool, rounds: int) -> None:
    """Measure CPU a message, without look-ups.

    Without DKIM, too.
    """
    from catcher.bench.fingerprint import measure_fingerprint

    _show(as_json, (asdict(row) for row in measure_fingerprint(rounds)))


@command.command("report")
@json_option
@click.option("--full", is_flag=True, help="A million observations instead of 100,000; takes minutes.")
def report(as_json: bool, full: bool) -> None:
    """Measure a report over many observations.

    Seconds and memory. Folding them is measured apart.
    """
    from catcher.bench import report as report_bench

    rows = []
    for row in report_bench.measure_report(report_bench.FULL if full else report_bench.REDUCED):
        click.echo(f"measured {row.observations:,}: {row.step}", err=True)
        rows.append(_rounded(asdict(row)))
    _show(as_json, rows)


@command.command("commands")
@json_option
@click.option("--rounds", default=7, show_default=True, help="Runs of each command; the median counts.")
def commands(as_json: bool, rounds: int) -> None:
    """Measure CPU seconds of reading commands.

    Each is a whole process, over a store of 500 observations.
    """
    from catcher.bench import commands as commands_bench

    rows = []
    for figure in commands_bench.measure_commands(rounds):
        click.echo(f"measured {figure.command}", err=True)
        rows.append(asdict(figure) | {"cpu_seconds": round(figure.cpu_seconds, 3)})
    _show(as_json, rows)


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
