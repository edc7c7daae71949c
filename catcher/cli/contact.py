"""``catcher contact``: whom to tell at an organisation: entered, imported, confirmed; and directories of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catcher.cli.options import config_option, json_option, print_json, print_table

if TYPE_CHECKING:
    from catcher.config import Config
    from catcher.desk.contacts import ContactBook
    from catcher.model.contact import Contact, StepOutcome

_FAULTS_SHOWN = 20


@click.group()
def command() -> None:
    """Says whom to tell at an organisation, and imports directories of organisations."""


@command.command()
@click.argument("party")
@click.argument("address")
@click.option("--language", default="", metavar="TAG", help="What to write to them in: en, fr …")
@click.option("--openpgp", default="", metavar="FILE", help="Their OpenPGP key; relative to the contacts file.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@config_option
@json_option
def add(party: str, address: str, language: str, openpgp: str, dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Enter ADDRESS as a contact of PARTY into your contacts file; it goes before all that is found."""
    from catcher.config import load
    from catcher.desk import contacts
    from catcher.serve import load_catalogue

    config = load(config_file)
    catalogue = load_catalogue(config)
    row = contacts.add(
        config.notify.contacts,
        party=_party(party),
        address=address,
        language=language,
        openpgp=openpgp,
        is_typo=lambda domain: catalogue.find(domain) is not None,
        dry_run=dry_run,
    )
    _tell({"party": row.party, "address": row.address, "done": not dry_run}, "entered", as_json)


@command.command()
@click.argument("party")
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@config_option
@json_option
def remove(party: str, address: str, dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Take ADDRESS of PARTY out of your contacts file."""
    from catcher.config import load
    from catcher.desk import contacts

    row = contacts.remove(load(config_file).notify.contacts, party=_party(party), address=address, dry_run=dry_run)
    _tell({"party": row.party, "address": row.address, "done": not dry_run}, "removed", as_json)


@command.command()
@click.argument("party")
@click.argument("address")
@click.option("--as", "name", metavar="NAME", required=True, help="Who says so: your name, for the record.")
@config_option
@json_option
def confirm(party: str, address: str, name: str, config_file: Path, as_json: bool) -> None:
    """Say that ADDRESS is the right one at PARTY: it may be written to, and may read counterparties' names.

    For an address that was found outside PARTY's own domain, and for one that bounced and works again.
    """
    name = " ".join(name.split())
    if not name or not name.isprintable() or len(name) > 100:
        raise click.BadParameter("a person's name, at most 100 characters on one line", param_hint="--as")
    with _book(config_file) as (_, book, now):
        contact = book.confirm(_party(party), address, by=name, now=now)
    _tell({**contact.to_json(), "done": True}, "confirmed", as_json)


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
@click.argument("party", required=False)
@click.option("--steps", is_flag=True, help="What came of each step of the latest search, instead.")
@click.option("--directories", is_flag=True, help="The imported directories, or what they say of PARTY, instead.")
@config_option
@json_option
def list_(party: str | None, steps: bool, directories: bool, config_file: Path, as_json: bool) -> None:
    """Lists contacts, whom to write to first; with PARTY its own alone, from imported directories, too.

    Status: good (may be written to), unconfirmed (found outside the party's own domain; `catcher contact confirm`), bad
    (a mail to it came back). The exit status is 1 when there is nothing to list.
    """
    if directories:
        _list_directories(party, config_file, as_json)
        return
    with _book(config_file) as (_, book, now):
        parties = book.parties() if party is None else [_party(party)]
        if steps:
            found = _print_steps((o for each in parties for o in book.store.contact_outcomes(each)), as_json)
        else:
            found = print_contacts((c for each in parties for c in book.of(each, now)), as_json)
    if not found:
        raise click.exceptions.Exit(1)


def print_contacts(contacts: Iterable[Contact], as_json: bool) -> bool:
    """Prints contacts; whether there were any."""
    rows = [contact.to_json() for contact in contacts]
    if as_json:
        print_json(rows)
    elif rows:
        columns = ("party", "address", "source", "status", "trusted", "language", "confirmed_by")
        cells = ([_cell(row[column]) for column in columns] for row in rows)
        print_table([column.replace("_", " ") for column in columns], cells)
    return bool(rows)


def _print_steps(outcomes: Iterable[StepOutcome], as_json: bool) -> bool:
    rows = [outcome.to_json() for outcome in outcomes]
    if as_json:
        print_json(rows)
    elif rows:
        columns = ("party", "step", "result", "reason", "host", "addresses", "at")
        print_table(columns, ([_cell(row[column]) for column in columns] for row in rows))
    return bool(rows)


def _cell(value: object) -> str:
    return "-" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _tell(row: dict[str, Any], what: str, as_json: bool) -> None:
    if as_json:
        print_json([row])
    else:
        click.echo(f"{row['party']}: {row['address']} {'' if row['done'] else 'would be '}{what}")


def _list_directories(domain: str | None, config_file: Path, as_json: bool) -> None:
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


@contextmanager
def _book(config_file: Path) -> Iterator[tuple[Config, ContactBook, datetime]]:
    """The configuration, the contacts over its store, which is closed at the end, and the time."""
    from catcher.config import load
    from catcher.serve import SystemClock, contact_book, load_catalogue, open_store

    config = load(config_file)
    catalogue = load_catalogue(config)
    store = open_store(config)
    try:
        yield config, contact_book(config, store, catalogue), SystemClock().now()
    finally:
        store.close()


def _party(text: str) -> str:
    """The organisation that ``text``, a domain of it, stands for."""
    from catcher.directory import party_of
    from catcher.model.domain import DomainError, to_alabel

    try:
        name = to_alabel(text)
    except DomainError as error:
        raise click.BadParameter(str(error), param_hint="PARTY") from error
    party = party_of(name)
    if party is None:
        raise click.BadParameter(
            f"{name} is a mailbox provider, a platform or a public suffix: no organisation to tell", param_hint="PARTY"
        )
    return party
