"""``catcher notify``: drafts, approves and sends notices. No notice is sent without a person's approval.

Longer than others: all commands of a noun stand in one file, and this noun has seven commands.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Collection, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from catcher.cli.opening import shown, with_contacts, with_store
from catcher.cli.options import config_option, json_option, print_json, print_table
from catcher.desk.catalogue import stop_now
from catcher.desk.privatefile import write_private
from catcher.model.telling.notice import Notice, NoticeForm
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.model.telling.suppression import Suppression
from catcher.wiring import SystemClock, tenant_discovery

if TYPE_CHECKING:
    from collections.abc import Callable


F = TypeVar("F", bound="Callable[..., Any]")


def _who_option(function: F) -> F:
    return click.option(
        "--as",
        "who",
        metavar="NAME",
        callback=lambda _context, _option, value: _name(value) if value else pwd.getpwuid(os.getuid()).pw_name,
        help="Who decides this; it stands in the ledger.  [default: your login name]",
    )(function)


def _name(text: str) -> str:
    """``text`` as a name for the ledger: one line of printable characters."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise click.BadParameter("a name of printable characters is wanted")
    return name


@click.group()
def command() -> None:
    """Draft, approve and send notices; hold them back.

    `list` drafts what is due, a person reads each draft (`approve --dry-run`) and approves it, `send` hands what is
    approved to the smarthost; run `list` and `send` from cron or a timer.
    """


@command.command("list")
@click.option(
    "--state", "states", type=click.Choice([state.value for state in NoticeState]), multiple=True, help="Only these."
)
@click.option("--dry-run", is_flag=True, help="Draft nothing; show what is due.")
@config_option
@json_option
def list_(states: tuple[str, ...], dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Draft what is due, then list notices.

    Notices that are due but held back are listed, too, with the reason. Thresholds, quiet days, suppressions and
    contacts ([notify] in catcher.toml) decide what is due. A draft that is not sent within a week is withdrawn, and
    drafted anew with the numbers of that day. Microsoft is asked whose a tenant is, unless notify.tenant_discovery is
    false.
    """
    from catcher.notices import configured

    with with_contacts(config_file, read_only=dry_run) as (config, desk, book, _):
        bound = tenant_discovery(config, SystemClock())
        drafting = configured.drafting(config, desk, book, bound=bound)
        rest = drafting.due() if dry_run else drafting.draft()
        if states:
            rest = []
        notices = [n for n in desk.store.notices() if not states or n.state.value in states]
        if as_json:
            print_json([*(notice.to_json() for notice in notices), *(each.to_json() for each in rest)])
            return
        rows = [(n.id, n.state.value, *_about(n), n.period, _next(n)) for n in notices]
        rows += [
            (
                each.key.id,
                "held back" if each.held_back else "due",
                *(shown(each.key.party), each.key.role.value, shown(each.key.domain)),
                each.appraisal.measures.period.name,
                each.held_back,
            )
            for each in rest
        ]
        if not rows:
            click.echo("no notice, and none is due; `catcher incident show INCIDENT` says why", err=True)
            return
        print_table(("notice", "state", "party", "as", "domain", "period", "about"), rows)


def _line(text: str) -> str:
    """``text`` on one line of printable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _about(notice: Notice) -> tuple[str, str, str]:
    return shown(notice.key.party), notice.key.role.value, shown(notice.key.domain)


def _next(notice: Notice) -> str:
    """The addressee, and either the next step of the notice or its latest one."""
    last = notice.steps[-1]
    match notice.state:
        case NoticeState.DRAFTED:
            approved = f"approved by {', '.join(notice.approvers)}; " if notice.approvers else ""
            left = notice.approvals - len(notice.approvers)
            why = f"{notice.steps[0].note}; " if notice.steps[0].note else ""
            what = f"{why}{approved}waits for {'approval' if left == 1 else f'{left} approvals'}"
        case NoticeState.APPROVED if notice.form is NoticeForm.LETTER:
            what = f"a letter: print it (`letter`), post it, then say so (`catcher notify posted {notice.id}`)"
        case _ if notice.request is not None:
            what = f"{notice.request} {_minute(last.at)}; decide by `catcher notify confirm {notice.id}`"
        case NoticeState.DEFERRED if last.again_at is not None:
            what = f"again from {_minute(last.again_at)}: {last.note}"
        case _:
            what = f"{last.act} {_minute(last.at)} by {last.who}" + (f": {last.note}" if last.note else "")
    return f"{notice.addressee.address}; {what}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


@command.command()
@click.argument("ids", metavar="NOTICE...", nargs=-1, required=True)
@_who_option
@click.option("--dry-run", is_flag=True, help="Print what would be approved, word for word, and approve nothing.")
@config_option
@json_option
def approve(ids: tuple[str, ...], who: str, dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Approve drafts, so that `send` sends them.

    Read them first, with --dry-run. Two people have to approve with notify.second_approver, and where `list` says that
    a notice needs a second approver.
    """
    from catcher.notices import approval

    with with_store(config_file, read_only=dry_run) as (_, desk):
        if dry_run:
            for notice in approval.find(desk.store, ids):
                text = approval.text_of(desk.store, notice)
                if as_json:
                    print_json([{**notice.to_json(), "text": text}])
                else:
                    click.echo(text, nl=False)
            return
        for notice in approval.approve(desk.store, ids, who=who, now=desk.now):
            _print(notice, as_json)


@command.command()
@click.argument("id", metavar="NOTICE")
@click.option(
    "--to", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF that is written."
)
@config_option
def letter(id: str, file: Path, config_file: Path) -> None:
    """Write a letter as PDF.

    Read it before you approve it; print and post it afterwards.
    """
    from catcher.notices import approval

    with with_store(config_file, read_only=True) as (_, desk):
        (notice,) = approval.find(desk.store, [id])
        if notice.form is not NoticeForm.LETTER:
            raise approval.NotNow(f"{notice.id}: it is a mail; `catcher notify approve --dry-run` prints it")
        click.echo(write_private(file.parent, file.name, approval.notice_octets(desk.store, notice)))


@command.command()
@click.argument("ids", metavar="NOTICE...", nargs=-1, required=True)
@_who_option
@config_option
@json_option
def posted(ids: tuple[str, ...], who: str, config_file: Path, as_json: bool) -> None:
    """Record that you have posted approved letters.

    Their parties count as told from then on.
    """
    from catcher.notices import approval

    with with_store(config_file) as (_, desk):
        for notice in approval.posted(desk.store, ids, who=who, now=desk.now):
            _print(notice, as_json)


@command.command()
@click.argument("id", metavar="NOTICE")
@click.option("--decline", is_flag=True, help="Say no: nothing is done, and that is recorded.")
@click.option("--dry-run", is_flag=True, help="Say what was asked for and what would be done; change nothing.")
@_who_option
@config_option
@json_option
def confirm(id: str, decline: bool, dry_run: bool, who: str, config_file: Path, as_json: bool) -> None:
    """Do what a party asked for in its answer.

    `stop` turns its mail away at once, as `stop-mail` does. `transfer` only records that you agree: the name's
    handing over is between you and them, and policy release is for the days in between. Be sure first that it was the
    party who asked: anybody who read the notice could answer it.
    """
    from catcher.notices import approval

    with with_store(config_file, read_only=dry_run) as (config, desk):
        notice, request = approval.requested(desk.store, id)
        stops = request is Act.STOP_REQUESTED and not decline
        if dry_run:
            if as_json:
                print_json([{**notice.to_json(), "dry_run": True, "request": request, "turns_mail_away": stops}])
                return
            would = f"mail to {shown(notice.key.domain)} would be turned away" if stops else "nothing would change"
            click.echo(f"{notice.id}: {request} by {shown(notice.key.party)}; {would}")
            return
        if stops:
            stop_now(config, notice.key.domain, now=desk.now)
        note = f"mail to {notice.key.domain} is turned away" if stops else f"on {request}"
        _print(approval.decide(desk.store, notice, done=not decline, who=who, note=note, now=desk.now), as_json)


@command.command()
@click.argument("ids", metavar="[NOTICE]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Say what would be sent to whom; connect to nothing.")
@config_option
@json_option
def send(ids: tuple[str, ...], dry_run: bool, config_file: Path, as_json: bool) -> None:
    """Send approved notices: all, or those named.

    Each goes to the smarthost in a dialogue of its own. One that it can't take now is tried again by a later `send`.
    Exit status 1: it refused one, or one that you named can't go now. 3: the smarthost can't be reached; nothing is
    lost.
    """
    from catcher.notices import approval, configured
    from catcher.notices.sending import ready
    from catcher.supervise.lock import lock

    with with_contacts(config_file, read_only=dry_run) as (config, desk, book, _):
        named = approval.find(desk.store, ids)
        sender = configured.sender(config, desk.store, book, SystemClock())
        if dry_run:
            waiting = ready(desk.store, desk.now, frozenset(ids))
            kept = _name_unsent(named, {notice.id for notice in waiting})
            if as_json:
                print_json(notice.to_json() for notice in waiting)
            else:
                print_table(
                    ("notice", "to", "party", "as", "domain"),
                    [(n.id, n.addressee.address, *_about(n)) for n in waiting],
                )
            if kept:
                raise click.exceptions.Exit(1)
            return
        fd = lock(config.node.state, "notify", holder="another `catcher notify send` is at work; wait for its end")
        try:
            unsent, tried = 0, set()
            for notice in sender.send(frozenset(ids)):
                tried.add(notice.id)
                unsent += notice.state in (NoticeState.DEFERRED, NoticeState.FAILED, NoticeState.WITHDRAWN)
                _print(notice, as_json)
        finally:
            os.close(fd)
        if unsent + _name_unsent(named, tried):
            raise click.exceptions.Exit(1)


def _name_unsent(named: Sequence[Notice], going: Collection[str]) -> int:
    """Prints on stderr each notice of ``named`` that isn't in ``going``, with the reason; returns their number."""
    kept = [notice for notice in named if notice.id not in going]
    for notice in kept:
        click.echo(f"{notice.id} is not sent now; it is {notice.state}: {_next(notice)}", err=True)
    return len(kept)


@command.command()
@click.argument("what", metavar="PARTY|INCIDENT|DOMAIN")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stands in the ledger.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The first day on which notices may go out again; today lifts an earlier one.  [default: for good]",
)
@_who_option
@click.option("--dry-run", is_flag=True, help="Say which notices would be taken back; change nothing.")
@config_option
@json_option
def suppress(
    what: str, reason: str, until: datetime | None, who: str, dry_run: bool, config_file: Path, as_json: bool
) -> None:
    """Keep notices from going out.

    To a PARTY, on an INCIDENT, or on a typo DOMAIN that we hold. Notices on their way are taken back. The latest word
    on the same subject holds.
    """
    from catcher.notices import approval

    with with_contacts(config_file, read_only=dry_run) as (_, desk, _, catalogue):
        keys = list(desk.store.incident_keys())
        scope, subject = approval.subject_of(what, keys=keys, is_held=lambda name: catalogue.get(name) is not None)
        day: date | None = until and until.date()
        made = Suppression(scope, subject, _line(reason), who, desk.now, day)
        if dry_run:
            taken_back = approval.covered(desk.store, made, desk.now.date())
        else:
            taken_back = approval.suppress(desk.store, made)
        if as_json:
            print_json([{**made.to_json(), "dry_run": dry_run, "taken_back": [notice.id for notice in taken_back]}])
            return
        until_text = f"until {day.isoformat()}" if day else "for good"
        click.echo(f"{scope} {shown(subject) if scope != 'incident' else subject}: no notices, {until_text}")
        for notice in taken_back:
            click.echo(f"{notice.id} to {notice.addressee.address} is taken back")


def _print(notice: Notice, as_json: bool) -> None:
    if as_json:
        print_json([notice.to_json()])
    else:
        click.echo(f"{notice.id} {notice.state}: {_next(notice)}")
