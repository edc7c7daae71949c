"""``catcher report``: previews, builds and lists reports for both sides of a leak."""

from __future__ import annotations

from pathlib import Path

import click

from catcher.cli.opening import period_option, shown, with_store
from catcher.cli.options import config_option, json_option, print_json, print_table
from catcher.config import Config
from catcher.desk import forms, reports
from catcher.desk.reports import ReportCandidate
from catcher.model.leak.measures import Period
from catcher.report import Language, ReportForm

_language_option = click.option(
    "--lang",
    "language",
    type=click.Choice([language.value for language in Language]),
    callback=lambda _context, _option, value: Language(value),
    default=Language.ENGLISH.value,
    show_default=True,
    help="The language of the report.",
)


@click.group()
def command() -> None:
    """Preview, build and list reports.

    `build` folds new observations in first; the others change nothing, and stderr says if observations aren't folded
    in yet. Nothing is sent.
    """


@command.command()
@click.argument("id", metavar="INCIDENT")
@click.option(
    "--form",
    type=click.Choice(forms.ENDINGS),
    default=ReportForm.TEXT.value,
    show_default=True,
    help="eml: the mail; pdf: the letter; png: the chart; kit: the rules to paste.",
)
@_language_option
@period_option
@config_option
@json_option
def preview(id: str, form: str, language: Language, config_file: Path, as_json: bool, period: Period | None) -> None:
    """Print the report on an incident.

    Nothing is written.
    """
    with with_store(config_file, read_only=True) as (_, desk):
        report = reports.preview(desk, id, period=period)
        if as_json:
            print_json([report.to_json()])
        else:
            click.echo(forms.form(report, form, language=language, now=desk.now), nl=False)


@command.command()
@click.argument("ids", metavar="[INCIDENT]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Build those that aren't due, too.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Default: <state>/reports.")
@_language_option
@period_option
@config_option
@json_option
def build(
    ids: tuple[str, ...],
    everything: bool,
    folder: Path | None,
    language: Language,
    config_file: Path,
    as_json: bool,
    period: Period | None,
) -> None:
    """Write reports in every form, with remedy kits.

    On the INCIDENTs named; without one, on those that are due.
    """
    if ids and everything:
        raise click.UsageError("give incidents or --all, not both")
    with with_store(config_file) as (config, desk):
        where = folder or _folder(config)
        built = reports.build(desk, where, ids=ids, everything=everything, period=period, language=language)
        if as_json:
            print_json(report.to_json() for report in built)
            return
        number = 0
        missing: dict[str, None] = {}
        for report in built:
            number += 1
            click.echo(report.subject)
            for path in report.files:
                click.echo(f"    {path}")
            missing |= dict.fromkeys(report.left_out)
        for reason in missing:
            click.echo(reason, err=True)
        if not number:
            click.echo("no report is due; `catcher report list` says why, --all builds them all the same", err=True)


@command.command("list")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Default: <state>/reports.")
@period_option
@config_option
@json_option
def list_(folder: Path | None, config_file: Path, as_json: bool, period: Period | None) -> None:
    """List reports: due, built, or why not."""
    with with_store(config_file, read_only=True) as (config, desk):
        found = reports.candidates(desk, folder or _folder(config), period=period)
        if as_json:
            print_json(candidate.to_json() for candidate in found)
        else:
            print_table(("incident", "for", "as", "domain", "period", "report", "built", "notice"), map(_row, found))


def _folder(config: Config) -> Path:
    return config.node.state / "reports"


def _row(candidate: ReportCandidate) -> tuple[object, ...]:
    measures = candidate.appraisal.measures
    return (
        measures.key.id,
        shown(measures.key.party),
        measures.key.role,
        shown(measures.key.domain),
        measures.period,
        candidate.ref,
        "yes" if candidate.built else "no",
        candidate.appraisal.verdict,
    )
