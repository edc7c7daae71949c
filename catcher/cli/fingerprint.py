"""``catcher fingerprint``: prints the sender, the intended receiver and the kind of messages in files."""

from __future__ import annotations

import asyncio
import ipaddress
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from catcher import catalogue, config, wiring
from catcher.cli.lookalike import watch_option
from catcher.cli.message import read_message, transaction_of
from catcher.cli.options import config_option, json_option, print_json
from catcher.directory import Organisations, Suffixes, owners, platform_of
from catcher.model.clock import Clock
from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.counting import counting_of
from catcher.model.mail.fingerprint import Fingerprint
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.marking import NO_OWN_MARKINGS

_WATCHED_FILES = 20
"""Most files without a progress bar; for more files, a bar is shown if stderr is a terminal."""


def _mailbox(text: str) -> Mailbox | None:
    """``a@b`` or ``<a@b>``; None for ``<>`` and the empty text."""
    address = text.strip().removeprefix("<").removesuffix(">")
    if not address:
        return None
    local_part, at, domain = address.rpartition("@")
    try:
        if at and local_part:
            return Mailbox(local_part, domain if domain.startswith("[") else to_alabel(domain))
    except DomainError as error:
        raise click.BadParameter(f"the domain is none: {error}") from error
    raise click.BadParameter("an address like somebody@contractor.example is needed")


def _reverse_path(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[Mailbox | None] | None:
    return None if value is None else (_mailbox(value),)


def _forward_paths(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> tuple[Mailbox, ...]:
    found = tuple(map(_mailbox, values))
    if None in found:
        raise click.BadParameter("a recipient is never empty")
    return tuple(m for m in found if m is not None)


def _client(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    if value is None:
        return ""
    try:
        address = ipaddress.ip_address(value)
    except ValueError as error:
        raise click.BadParameter("an IPv4 or IPv6 address is needed") from error
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter("a time like 2026-01-31T12:00:00Z is needed") from error
    if moment.tzinfo is None:
        raise click.BadParameter("the time has no zone: write 2026-01-31T12:00:00Z")
    return moment.astimezone(UTC)


@click.command("fingerprint")
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--mail-from", metavar="A", callback=_reverse_path, help="Reverse-path; '' or '<>' is the null one.")
@click.option("--rcpt-to", metavar="B", multiple=True, callback=_forward_paths, help="Recipient; default: To and Cc.")
@click.option("--client-ip", metavar="I", callback=_client, help="Address of the SMTP client; SPF needs it.")
@click.option("--helo", metavar="H", default="", help="What the client said in HELO or EHLO.")
@click.option(
    "--zone",
    "zones",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Zone file to resolve with instead of the network; its origin is its SOA's owner.",
)
@click.option("--no-lookups", is_flag=True, help="Ask no DNS at all: results are then 'none'.")
@click.option("--at", metavar="RFC3339", callback=_moment, help="Judge as if it were then.")
@watch_option
@config_option
@json_option
def command(
    files: tuple[str, ...],
    mail_from: tuple[Mailbox | None] | None,
    rcpt_to: tuple[Mailbox, ...],
    client_ip: str,
    helo: str,
    zones: tuple[Path, ...],
    no_lookups: bool,
    at: datetime | None,
    watch: Path | None,
    config_file: Path,
    as_json: bool,
) -> None:
    """Judge message files: sender, addressee, kind.

    FILE is a message as it travels (RFC 5322), '-' is stdin; bare LF is read as CRLF, a leading mbox line is dropped.
    Without --mail-from the Return-Path field stands for it. Says whether the mail would count towards a notice, and
    why. No configuration is needed; where there is one, its catalogue, watch-list and resolvers are used.
    """
    from catcher.fingerprint import fingerprint
    from catcher.intake.asking import ask_until_answered

    if zones and no_lookups:
        raise click.UsageError("--zone and --no-lookups exclude each other")
    context, resolver = _surroundings(config_file, watch, zones, no_lookups, wiring.SystemClock(), at)

    unread: list[str] = []

    async def judge() -> None:
        for file in _watched(files):
            try:
                header, body = read_message(file)
            except EnvironmentFailure as error:
                unread.append(str(error))
                continue
            transaction = transaction_of(
                header, body, at=context.now, client=client_ip, helo=helo, reverse_path=mail_from, forward_paths=rcpt_to
            )
            own = transaction.reverse_path.domain if transaction.reverse_path else transaction.client
            judge_it = partial(fingerprint, transaction, context=context)
            found = await ask_until_answered(judge_it, resolver, on_behalf_of=own)
            if as_json:
                print_json([{"file": file, "counts": counting_of(found).to_json(), **found.to_json()}])
            else:
                click.echo(summary(file, found))

    asyncio.run(judge())
    if unread:
        raise EnvironmentFailure("\n".join(unread))


def _watched(files: Sequence[str]) -> Iterator[str]:
    if len(files) <= _WATCHED_FILES or sys.stdout.isatty() or not sys.stderr.isatty():
        yield from files
        return
    with click.progressbar(files, file=sys.stderr, label="messages") as bar:
        yield from bar


def _surroundings(
    config_file: Path,
    watch: Path | None,
    zones: Sequence[Path],
    no_lookups: bool,
    clock: Clock,
    at: datetime | None,
) -> tuple[Any, Any]:
    """The Context, and the Resolver or None, from the options and from the configuration if there is one."""
    from catcher.fingerprint import Context
    from catcher.intake import declared_by, matcher, unwound_by
    from catcher.resolve import LiveResolver, ZoneResolver

    organisations = Organisations({})
    held = None
    own_markings, platform = NO_OWN_MARKINGS, platform_of
    network_owner: Callable[[str], str | None] = lambda _: None  # noqa: E731
    servers: Sequence[Any] = ()
    lookups = not no_lookups
    given = click.get_current_context().get_parameter_source("config_file")
    if config_file.exists() or given is not click.core.ParameterSource.DEFAULT:
        settings = config.load_config(config_file)
        organisations = wiring.organisations(settings)
        own_markings, platform = wiring.own_markings(settings), wiring.parties(settings).platform_of
        servers = settings.fingerprint.resolvers
        if settings.fingerprint.networks is not None:
            network_owner = owners(settings.fingerprint.networks)
        lookups = lookups and (settings.fingerprint.lookups or bool(zones))
        held = catalogue.read_catalogue(settings.catalogue.files)
    if watch is not None:
        organisations = Organisations.load(watch)
    suffixes = Suffixes()
    intended = unwound_by(matcher(organisations, suffixes), organisations.name)
    if held is not None:
        intended = declared_by(held, organisations.name, intended)
    context = Context(
        now=at or clock.now(),
        intended=intended,
        organizational_domain=suffixes.organizational_domain,
        organisation=organisations.name,
        platform=platform,
        network_owner=network_owner,
        own_markings=own_markings,
        lookups=lookups,
    )
    if not lookups:
        return context, None
    if zones:
        return context, ZoneResolver(zones)
    return context, LiveResolver(servers, clock=clock, per_hour=1_000_000)


def summary(file: str, found: Fingerprint) -> str:
    """A few lines for people. Domains are A-labels, and no text is a link."""
    sender, nature = found.sender, found.nature
    named = f" ({sender.organisation})" if sender.organisation else ""
    results = found.authentication
    signatures = [f"dkim {d.result} {d.domain or '?'}{' aligned' if d.aligned else ''}" for d in results.dkim]
    counting = counting_of(found)
    lines = [
        ("counts", f"{'yes' if counting.counts else 'no'}: {counting.reason.explanation} ({counting.reason})"),
        ("sender", f"{sender.domain or 'nobody'}{named}: {sender.tier}"),
        ("evidence", "; ".join(f"{e.kind} {e.domain} {e.result} ({e.tier})" for e in sender.evidence) or "none"),
        ("conflicts", "; ".join(f"{e.kind} {e.domain}" for e in sender.conflicts)),
        *(("for", _for(i.typed, i.domain, i.organisation, i.basis)) for i in found.intended),
        ("kind", f"{nature.mail_class}, genuine {nature.genuine}, typo {nature.typo or 'unknown'}"),
        ("because", ", ".join(nature.reasons)),
        ("markings", ", ".join(f"{m.scheme}: {m.level}" for m in found.markings)),
        (
            "results",
            "; ".join(
                [f"spf {results.spf.result}", *signatures, f"dmarc {results.dmarc.result}", f"arc {results.arc.result}"]
            ),
        ),
    ]
    return "\n".join([file, *(f"  {label:<10}{text}" for label, text in lines if text)])


def _for(typed: str, domain: str | None, organisation: str | None, basis: str) -> str:
    if domain is None:
        return f"{typed}: not known for whom"
    return f"{typed} → {domain}{f' ({organisation})' if organisation else ''}: {basis}"
