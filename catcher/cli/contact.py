"""``catcher contact``: finds, enters, confirms and lists contacts of organisations, and imports directories.

Longer than others: all commands of a noun stand in one file, and this noun has six commands.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catcher.cli.options import config_option, json_option, print_json, print_table
from catcher.config import load_config
from catcher.desk import contacts, directories
from catcher.directory import party_of
from catcher.model.domain import DomainError, to_alabel
from catcher.model.telling.contact import next_contact
from catcher.wiring import SystemClock, contact_book, finder, load_catalogue, open_store, open_store_to_read

if TYPE_CHECKING:
    from catcher.config import Config
    from catcher.desk.contacts import ContactBook
    from catcher.model.telling.contact import Contact, Source, StepOutcome

_FAULTS_SHOWN = 20


@click.group()
def command() -> None:
    """Find, confirm and list contacts; import them."""


@command.command()
@click.argument("parties", metavar="PARTY…", nargs=-1, required=True)
@config_option
@json_option
def find(parties: tuple[str, ...], config_file: Path, as_json: bool) -> None:
    """Look for contacts at each PARTY.

    Goes step by step and records the result of each: your contacts file, imported directories, security.txt (RFC
    9116), RDAP (RFC 9083), the zone's SOA, the mailboxes of RFC 2142, the national CSIRT. An address found outside
    PARTY's own domain waits until a person confirms it (`catcher contact confirm`). Exit status 1: a PARTY has nobody
    who may be written to.
    """
    import asyncio

    wanted = list(dict.fromkeys(map(_party, parties)))

    async def search() -> bool:
        everybody = True
        looking = finder(config, book, SystemClock())
        for party in wanted:
            now = SystemClock().now()
            found = await looking.find(party, now, on_step=_watched(party))
            known = book.record(party, found.contacts, found.outcomes, looked=found.answered, now=now)
            _print_search(party, found.outcomes, known, as_json)
            everybody = everybody and next_contact(known) is not None
        return everybody

    with _contacts(config_file) as (config, book, _):
        everybody = asyncio.run(search())
    if not everybody:
        raise click.exceptions.Exit(1)


@command.command()
@click.argument("party")
@click.argument("address")
@click.option("--language", default="", metavar="TAG", help="What to write to them in: en, fr …")
@click.option("--openpgp", default="", metavar="FILE", help="Their OpenPGP key; relative to the contacts file.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@config_option
@json_option
def add(party: str, address: str, language: str, openpgp: str, dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Enter ADDRESS of PARTY into your contacts file.

    Your contacts file goes before everything that is found.
    """
    config = load_config(config_file)
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
    _print_done({"party": row.party, "address": row.address, "done": not dry_run}, "entered", as_json)


@command.command()
@click.argument("party")
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@config_option
@json_option
def remove(party: str, address: str, dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Take ADDRESS of PARTY out of your contacts file."""
    row = contacts.remove(
        load_config(config_file).notify.contacts, party=_party(party), address=address, dry_run=dry_run
    )
    _print_done({"party": row.party, "address": row.address, "done": not dry_run}, "removed", as_json)


@command.command()
@click.argument("party")
@click.argument("address")
@click.option("--as", "name", metavar="NAME", required=True, help="Who says so: your name, for the record.")
@config_option
@json_option
def confirm(party: str, address: str, name: str, config_file: Path, as_json: bool) -> None:
    """Confirm that ADDRESS is right for PARTY.

    It may be written to then, and may read counterparties' names. For an address found outside PARTY's own domain,
    and for one that bounced and works again.
    """
    name = " ".join(name.split())
    if not name or not name.isprintable() or len(name) > 100:
        raise click.BadParameter("a person's name, at most 100 characters on one line", param_hint="--as")
    with _contacts(config_file) as (_, book, now):
        contact = book.confirm(_party(party), address, by=name, now=now)
    _print_done({**contact.to_json(), "done": True}, "confirmed", as_json)


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind", type=click.Choice(directories.IMPORT_KINDS), default="csv", show_default=True, help="Its columns."
)
@click.option("--name", metavar="N", help="What to call it; importing it again replaces it.  [default: FILE's name]")
@config_option
@json_option
def import_(file: Path, kind: str, name: str | None, config_file: Path, as_json: bool) -> None:
    """Import a directory of organisations and contacts.

    Kinds: gov (the .gov list), mil (the .mil list), csv (domain,organisation,contact), csirt (under,name,contact: the
    national CSIRTs by top-level domain, in place of the few that catcher knows), mailboxes (domains of mailbox
    providers, one a row, beside those that catcher knows: they are nobody's organisation). Rows that can't be used
    are named and left out; the exit status is 1 then. A contact that can't be written to is named and left out of its
    row; that alone changes no status. The server reads directories when it starts and on SIGHUP.
    """
    config = load_config(config_file)
    catalogue = load_catalogue(config)

    def is_typo(domain: str) -> bool:
        return catalogue.find(domain) is not None

    done = directories.import_file(file, kind, name=name, state=config.node.state, is_typo=is_typo)
    left_out = len(done.faults)
    for faults, what in ((done.faults, "rows"), (done.unusable, "contacts")):
        for fault in faults[:_FAULTS_SHOWN]:
            click.echo(str(fault), err=True)
        if len(faults) > _FAULTS_SHOWN:
            click.echo(f"and {len(faults) - _FAULTS_SHOWN} {what} more", err=True)
    if as_json:
        print_json([{"name": done.name, "domains": done.domains, "contacts": done.contacts, "left_out": left_out}])
    else:
        click.echo(f"{done.name}: {done.domains} domains, {done.contacts} with a contact, {left_out} rows left out")
    if left_out:
        raise click.exceptions.Exit(1)


@command.command("list")
@click.argument("party", required=False)
@click.option("--steps", is_flag=True, help="What came of each step of the latest search, instead.")
@click.option("--directories", is_flag=True, help="The imported directories, or what they say of PARTY, instead.")
@config_option
@json_option
def list_(party: str | None, steps: bool, directories: bool, config_file: Path, as_json: bool) -> None:
    """List contacts, the first to write to on top.

    With PARTY its own alone, from imported directories, too. Status: good (may be written to), unconfirmed (found
    outside the party's own domain; `catcher contact confirm`), bad (a mail to it came back). Exit status 1: there is
    nothing to list.
    """
    if directories:
        _list_directories(party, config_file, as_json)
        return
    with _contacts(config_file, read_only=True) as (_, book, now):
        parties = book.parties() if party is None else [_party(party)]
        if steps:
            found = _print_steps((o for each in parties for o in book.store.contact_outcomes(each)), as_json)
        else:
            found = _print_contacts((c for each in parties for c in book.of(each, now)), as_json)
    if not found:
        _explain_empty(party, steps=steps)
        raise click.exceptions.Exit(1)


def _explain_empty(party: str | None, *, steps: bool) -> None:
    """Prints on stderr why the list is empty, and the commands that find or enter contacts."""
    whose = f"{_party(party)}: " if party is not None else ""
    what = "nobody was looked for" if steps else "no contacts"
    name = _party(party) if party is not None else "PARTY"
    more = "" if steps else f", `catcher contact add {name} ADDRESS` enters one"
    click.echo(f"{whose}{what}; `catcher contact find {name}` looks for them{more}", err=True)


def _watched(party: str) -> Callable[[Source], None] | None:
    """Returns a function that shows each step if stderr is a terminal, because a step can take a minute; else None."""
    if not sys.stderr.isatty():
        return None
    return lambda step: click.echo(f"{party}: {step} …", err=True)


def _print_search(party: str, outcomes: Sequence[StepOutcome], contacts: Sequence[Contact], as_json: bool) -> None:
    if as_json:
        steps = [outcome.to_json() for outcome in outcomes]
        print_json([{"party": party, "steps": steps, "contacts": [contact.to_json() for contact in contacts]}])
        return
    _print_steps(outcomes, as_json)
    click.echo()
    if not _print_contacts(contacts, as_json):
        click.echo(f"{party}: nobody was found; `catcher contact add {party} ADDRESS` enters a contact")
    elif any(contact.status == "unconfirmed" for contact in contacts):
        click.echo(f"unconfirmed: not written to before `catcher contact confirm {party} ADDRESS --as NAME`")
    click.echo()


def _print_contacts(contacts: Iterable[Contact], as_json: bool) -> bool:
    """Prints contacts; returns whether there were any."""
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


def _print_done(row: dict[str, Any], what: str, as_json: bool) -> None:
    if as_json:
        print_json([row])
    else:
        click.echo(f"{row['party']}: {row['address']} {'' if row['done'] else 'would be '}{what}")


def _list_directories(domain: str | None, config_file: Path, as_json: bool) -> None:
    state = load_config(config_file).node.state
    headers: tuple[str, ...]
    rows: list[tuple[object, ...]]
    if domain is None:
        headers, rows = ("directory", "domains", "contacts"), [*directories.summary(state)]
    else:
        try:
            found = directories.about(to_alabel(domain), state)
        except DomainError as error:
            raise click.BadParameter(str(error)) from error
        headers = ("directory", "domain", "organisation", "contact")
        rows = [(row.directory, row.domain, row.organisation, row.contact) for row in found]
    if as_json:
        keys = ("name", *headers[1:]) if domain is None else headers
        print_json(dict(zip(keys, row, strict=True)) for row in rows)
    else:
        print_table(headers, ([_cell(cell) for cell in row] for row in rows))
    if domain is not None and not rows:
        raise click.exceptions.Exit(1)


@contextmanager
def _contacts(config_file: Path, *, read_only: bool = False) -> Iterator[tuple[Config, ContactBook, datetime]]:
    """The configuration, the contacts and the time. The store of the contacts is closed at the end of the block."""
    config = load_config(config_file)
    catalogue = load_catalogue(config)
    store = open_store_to_read(config) if read_only else open_store(config)
    try:
        yield config, contact_book(config, store, catalogue), SystemClock().now()
    finally:
        store.close()


def _party(text: str) -> str:
    """The organisation to which ``text``, a domain name, belongs."""
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
