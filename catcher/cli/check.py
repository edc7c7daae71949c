"""``catcher check``: checks configuration, catalogue, zones, keys and guard, and prints all faults and findings."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catcher import catalogue as catalogue_room
from catcher.catalogue.guardrecord import load_guard
from catcher.catalogue.tldzone import TldZoneFile
from catcher.cli.options import config_option, json_option, print_json
from catcher.cli.waiting import loading_progress
from catcher.config import load_config
from catcher.desk import catalogue as desk_catalogue
from catcher.desk import guardrun
from catcher.desk.doubts import doubtful, doubtful_watch
from catcher.desk.guardrun import Waivers
from catcher.directory import Csirts, Listings, owners
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.serving import ReloadResult
from catcher.wiring import SystemClock, explanations, organisations, own_markings, parties, transfer_of

if TYPE_CHECKING:
    from catcher.catalogue import Catalogue
    from catcher.catalogue.guard import Run
    from catcher.catalogue.tldzone import ZoneSource
    from catcher.config import Config

_COUNTED = 50_000
"""Most names of a catalogue whose policies are counted; for more names, counting takes seconds."""
_NOTES_SHOWN = 20


@click.command("check")
@click.option(
    "--against",
    "zones",
    metavar="ZONE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="A TLD's zone file or pipe, plain or packed (gzip, xz, zstd, bzip2, tar); - is stdin. Repeatable.",
)
@click.option("--axfr", "server", metavar="SERVER[:PORT]", help="Transfer the TLD's zone from here, and compare it.")
@click.option("--zone", "origin", metavar="ZONE", help="With --axfr: the TLD.")
@click.option(
    "--key",
    "key_file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --axfr: the TSIG key, as tsig-keygen prints it.",
)
@click.option("--accept-shrink", is_flag=True, help="Take a zone with over a tenth fewer delegations than before.")
@click.option("--accept-serial", is_flag=True, help="Take a zone with an older serial than before.")
@config_option
@json_option
def command(
    zones: tuple[Path, ...],
    server: str | None,
    origin: str | None,
    key_file: Path | None,
    accept_shrink: bool,
    accept_serial: bool,
    config_file: Path,
    as_json: bool,
) -> None:
    """Check configuration, catalogue, zones and keys.

    Names every fault. With --against or --axfr, names that are somebody else's in the TLD's zone are refused. A zone
    that is cut, older or far smaller than before, or that can't be read to the letter clears no name. Exit status: 0
    all is well; 1 findings: a refused name, a DS at a held name, an outdated guard, a key that others can read; 2
    faults in the configuration, the catalogue or a zone. Notes change no status: a row that is a public suffix, a row
    whose intended domain is catalogued itself.
    """
    try:
        sources = partial(_sources, zones, server, origin, key_file)
        findings, notes, summary = _check(config_file, sources, Waivers(accept_shrink, accept_serial))
    except ConfigurationError as error:
        if not as_json:
            raise
        print_json(_rows("fault", error.faults))
        sys.exit(error.exit_status)
    if as_json:
        print_json(_rows("finding", findings))
        print_json(_rows("note", notes))
        print_json({"kind": "summary", "about": about, "told": text} for about, text in summary)
    else:
        for finding in findings:
            click.echo(str(finding))
        for about, text in summary:
            click.echo(f"{about}: {text}")
        for note in islice(notes, _NOTES_SHOWN):
            click.echo(f"note: {note}")
        if more := sum(1 for _ in notes):
            click.echo(f"… and {more} notes more; --json lists them all")
        click.echo(f"{len(findings)} finding{'s' * (len(findings) > 1)}" if findings else "all is well")
    sys.exit(1 if findings else 0)


def _sources(zones: tuple[Path, ...], server: str | None, origin: str | None, key: Path | None) -> list[ZoneSource]:
    """The zones to compare with. Raises UsageError, ConfigurationError, EnvironmentFailure."""
    if (server is None) is not (origin is None) or (server is None and key is not None):
        raise click.UsageError("--axfr SERVER and --zone ZONE go together; --key belongs to them")
    if list(map(str, zones)).count("-") > 1:
        raise click.UsageError("stdin can be read once")
    sources: list[ZoneSource] = []
    for file in zones:
        if str(file) == "-":
            sources.append(TldZoneFile(sys.stdin.buffer, "stdin"))
        else:
            sources.append(TldZoneFile(file, file.name))
    if server is not None and origin is not None:
        sources.append(transfer_of(server, origin, key))
    return sources


def _check(
    config_file: Path, sources: Callable[[], list[ZoneSource]], waivers: Waivers
) -> tuple[list[Fault], Iterator[Fault], list[tuple[str, str]]]:
    """Findings, notes about rows, and a summary. Raises one ConfigurationError with the faults of all files."""
    now = SystemClock().now()
    config = load_config(config_file)
    catalogue = _everything(config, now)
    findings = [
        *guardrun.exposed(config.node.state),
        *guardrun.unusable(config.node.state),
        *desk_catalogue.misplaced(config, catalogue),
    ]
    summary = list(_about(config, catalogue, now))
    if zones := sources():
        runs, refused = guardrun.run(config, catalogue, zones, now=now, waivers=waivers)
        findings += refused
        summary += [(run.zone, _compared(run)) for run in runs]
        findings += guardrun.beside_the_catalogue(runs)
        with loading_progress() as waiting:
            outcome = desk_catalogue.tell_server(config.node.state, waiting=waiting)
        if outcome is not None:
            summary.append(("running server", outcome.sentence))
            if outcome.result is ReloadResult.FAILED:
                findings.append(Fault("running server", outcome.error, "mend that and run 'catcher reload'"))
            findings += [part.fault for part in outcome.kept]
    section = config.catalogue
    guard = load_guard(config.node.state, required=section.guard == "required", hours=section.guard_hours)
    findings += guardrun.standing(catalogue, guard, now=now)
    notes = doubtful(catalogue)
    if config.fingerprint.watchlist is not None:
        notes = chain(notes, doubtful_watch(organisations(config).watched, config.fingerprint.watchlist.name))
    return findings, notes, summary


def _everything(config: Config, now: datetime) -> Catalogue:
    """Reads all files that the server reads; returns the catalogue. Raises ConfigurationError with all faults."""
    from catcher import dns

    faults: list[Fault] = []
    try:
        catalogue = catalogue_room.read_catalogue(config.catalogue.files)
    except ConfigurationError as error:
        faults += error.faults
        catalogue = catalogue_room.Catalogue.of(())
    for read in (
        lambda: dns.load_authority(config, catalogue, now=now, keep_serial=False),
        lambda: organisations(config),
        lambda: own_markings(config),
        lambda: parties(config),
        lambda: explanations(config, catalogue),
        lambda: Listings.load(config.notify.contacts, config.node.state),
        lambda: Csirts.load(config.node.state),
        lambda: owners(config.fingerprint.networks) if config.fingerprint.networks else None,
    ):
        try:
            read()
        except ConfigurationError as error:
            faults += error.faults
    if faults:
        raise ConfigurationError(faults)
    return catalogue


def _about(config: Config, catalogue: Catalogue, now: datetime) -> Iterator[tuple[str, str]]:
    yield config.path.name, "right"
    held = f"{len(catalogue)} names"
    if len(catalogue) <= _COUNTED:
        policies = Counter(entry.policy_at(now) for entry in catalogue)
        held += "".join(f", {number} {policy}" for policy, number in policies.most_common())
    yield "catalogue", held
    yield "zones", f"{len(config.dns.zone)} beside the catalogue"
    if config.notify.domain is not None:
        yield from _notices(config)
    examples = [n for n in (config.smtp.hostname, *config.dns.nameservers) if n.endswith((".example", ".invalid"))]
    if examples:
        yield "note", f"{', '.join(examples)}: example names, which nobody can reach; put in your own before you serve"
    if not config.dns.packet_cache:
        yield (
            "note",
            "dns.packet_cache is false: every query is answered without the packet cache, which takes more CPU",
        )
    if config.catalogue.guard == "off":
        yield (
            "note",
            'catalogue.guard is "off": names are served unless a comparison with their TLD\'s zone refused them',
        )


def _notices(config: Config) -> Iterator[tuple[str, str]]:
    """DNS records to publish so that receivers can authenticate notices. Raises EnvironmentFailure for a broken key."""
    from catcher.notices import configured

    if configured.key_file(config).exists():
        key = configured.dkim_key(config)
        yield "notices", f'publish at {key.name}: TXT "{key.record}"'
    else:
        yield "notices", "the DKIM key is made when the first is sent, or by `catcher notify send --dry-run`"
    domain = configured.domain_of(config)
    yield "notices", f"publish at {domain}: MX 10 {config.smtp.hostname}"
    if config.notify.smarthost is not None:
        host = config.notify.smarthost
        yield "notices", f'publish at {domain}: TXT "v=spf1 a:{host} -all", or whatever hosts deliver for {host}'
    if config.notify.smarthost is None:
        yield "note", "notify.smarthost is not set: notices are drafted and approved, not sent"


def _compared(run: Run) -> str:
    judged = len(run.cleared) + len(run.refused)
    return f"zone {run.origin}, serial {run.serial}: {judged} names compared, {len(run.refused)} refused"


def _rows(kind: str, faults: Iterable[Fault]) -> Iterator[dict[str, str]]:
    return ({"kind": kind, "where": f.where, "what": f.what, "remedy": f.remedy} for f in faults)
