"""``catcher contact``: imports directories of organisations, and lists what they say."""

from __future__ import annotations

from pathlib import Path

import click

from catcher.cli.options import config_option, json_option, print_json, print_table

_FAULTS_SHOWN = 20


@click.group()
def command() -> None:
    """Imports directories of organisations and their contacts, and lists what they say."""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(["gov", "mil", "csv"]), default="csv", show_default=True, help="Its columns.")
@click.option("--name", metavar="N", help="What to call it; importing it again replaces it.  [default: FILE's name]")
@config_option
@json_option
def import_(file: Path, kind: str, name: str | None, config_file: Path, as_json: bool) -> None:
    """Imports a directory: domain, organisation and, where it has one, a contact for security reports.

    Kinds: gov (the .gov list), mil (the .mil list), csv (domain,organisation,contact). Rows that can't be used are
    named and left out; the exit status is 1 then. The server reads directories when it starts and on SIGHUP.
    """
    from catcher.config import load
    from catcher.desk.files import write_private
    from catcher.directory import imports
    from catcher.model.errors import ConfigurationError, Fault

    folder = load(config_file).node.state / "directory"
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError([Fault(file.name, "it is not UTF-8", "a CSV file in UTF-8")]) from error
    rows, faults = imports.read(text, imports.Kind(kind), file.name)
    for fault in faults[:_FAULTS_SHOWN]:
        click.echo(str(fault), err=True)
    if len(faults) > _FAULTS_SHOWN:
        click.echo(f"and {len(faults) - _FAULTS_SHOWN} rows more", err=True)
    name = name or file.stem.lower().replace("_", "-").replace(".", "-")
    write_private(folder, imports.file_name(name), imports.rendered(rows))
    contacts = sum(row.contact is not None for row in rows)
    if as_json:
        print_json([{"name": name, "domains": len(rows), "contacts": contacts, "left_out": len(faults)}])
    else:
        click.echo(f"{name}: {len(rows)} domains, {contacts} with a contact, {len(faults)} rows left out")
    if faults:
        raise click.exceptions.Exit(1)


@command.command("list")
@click.argument("domain", required=False)
@config_option
@json_option
def list_(domain: str | None, config_file: Path, as_json: bool) -> None:
    """Lists the imported directories; with DOMAIN, what they say of it and of the names above it."""
    from catcher.config import load
    from catcher.directory.imports import directories
    from catcher.model.domain import DomainError, parents, to_alabel

    found = directories(load(config_file).node.state / "directory")
    if domain is None:
        summary = [(name, len(rows), sum(row.contact is not None for row in rows)) for name, rows in found.items()]
        if as_json:
            print_json({"name": name, "domains": domains, "contacts": contacts} for name, domains, contacts in summary)
        else:
            print_table(["directory", "domains", "contacts"], summary)
        return
    try:
        above = parents(to_alabel(domain))
    except DomainError as error:
        raise click.BadParameter(str(error)) from error
    listed = [(name, row) for name, rows in found.items() for row in rows if row.domain in above]
    listed.sort(key=lambda pair: above.index(pair[1].domain))
    table = [(name, row.domain, row.organisation, row.contact) for name, row in listed]
    if as_json:
        print_json(dict(zip(("directory", "domain", "organisation", "contact"), row, strict=True)) for row in table)
    else:
        print_table(
            ["directory", "domain", "organisation", "contact"], [[cell or "-" for cell in row] for row in table]
        )
    if not table:
        raise click.exceptions.Exit(1)
