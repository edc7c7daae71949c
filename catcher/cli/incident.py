"""``catcher incident``: lists and shows incidents, and whether a notice is due."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click

from catcher.cli.opening import domain_value, period_option, shown, with_store
from catcher.cli.options import config_option, json_option, print_json, print_table
from catcher.desk import incidents
from catcher.desk.incidents import Appraisal
from catcher.incident import NoticeDecision
from catcher.model.leak.incident import Role
from catcher.model.leak.life import Effect, Life, VolumeChange
from catcher.model.leak.measures import Measures, NoticeKind, Period
from catcher.model.leak.summary import IncidentOrder, SummaryFilter
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailKind

INCIDENT_ROWS = 50
"""Rows of a table without ``--limit``: a person reads the table."""


@click.group()
def command() -> None:
    """List and show incidents.

    An incident is the mail for one organisation, from one, or passed on by a rule of one, over one domain. Nothing is
    changed; stderr says if new observations aren't folded in yet.
    """


@command.command("list")
@click.option(
    "--sort",
    "order",
    type=click.Choice([order.value for order in IncidentOrder]),
    callback=lambda _context, _option, value: IncidentOrder(value),
    default=IncidentOrder.KEY.value,
    show_default=True,
    help="key: by party; the others: latest, or most, first.",
)
@click.option("--party", callback=domain_value, help="Only of this organisation.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    callback=lambda _context, _option, value: None if value is None else Role(value),
    help="Only in this role.",
)
@click.option("--domain", callback=domain_value, help="Only at this typo domain.")
@click.option("--limit", type=click.IntRange(min=1), help="Most rows that are printed.")
@click.option("--after", metavar="INCIDENT", help="Begin behind this one, the last one of the page before.")
@period_option
@config_option
@json_option
def list_(
    order: IncidentOrder,
    party: str | None,
    role: Role | None,
    domain: str | None,
    limit: int | None,
    after: str | None,
    config_file: Path,
    as_json: bool,
    period: Period | None,
) -> None:
    """List incidents and whether a notice is due.

    A table has 50 rows unless --limit says otherwise; JSON has all of them.
    """
    with with_store(config_file, read_only=True) as (_, desk):
        only = SummaryFilter(party, role, domain)
        found = incidents.listing(desk, period=period, order=order, only=only, after=after)
        if as_json:
            print_json(appraisal.to_json() for appraisal in islice(found, limit))
            return
        rows = limit or INCIDENT_ROWS
        listed = list(islice(found, rows + 1))
        headers = ("incident", "party", "role", "domain", "mails", "count", "first", "last", "life", "notice")
        print_table(headers, map(_row, listed[:rows]))
        if len(listed) > rows:
            last = listed[rows - 1].incident.key.id
            click.echo(f"there are more: --after {last} shows the next ones, --json all", err=True)


@command.command()
@click.argument("id", metavar="INCIDENT")
@period_option
@config_option
@json_option
def show(id: str, config_file: Path, as_json: bool, period: Period | None) -> None:
    """Show an incident in one month.

    Shows what came, from how many, what doesn't count and why, and whether a notice would go out.
    """
    with with_store(config_file, read_only=True) as (_, desk):
        appraisal = incidents.show(desk, id, period=period)
    if as_json:
        print_json([appraisal.to_full_json()])
    else:
        _print_one(appraisal)


def _row(appraisal: Appraisal) -> tuple[object, ...]:
    incident, key = appraisal.incident, appraisal.incident.key
    return (
        key.id,
        shown(key.party),
        key.role,
        shown(key.domain),
        f"{_at_least(appraisal.ever_unstored)}{incident.mails}",
        f"{_at_least(appraisal.ever_unstored)}{incident.counted}",
        incident.first_day,
        incident.last_day,
        "-" if appraisal.standing.life is None else appraisal.standing.life.state,
        _notice(appraisal.verdict),
    )


def _at_least(unstored: int) -> str:
    """Stands before a number of mails; ``unstored``: further mails that were only counted."""
    return "at least " if unstored else ""


def _notice(verdict: NoticeDecision) -> str:
    """``due (answers), second approver``."""
    if not verdict.due:
        return "no"
    kind = "" if verdict.kind is NoticeKind.LEAK else f" ({verdict.kind})"
    return f"due{kind}{', second approver' if verdict.second_approver else ''}"


def _print_one(appraisal: Appraisal) -> None:
    incident, measures, tally = appraisal.incident, appraisal.measures, appraisal.measures.tally
    about = "about " if measures.senders.about else ""
    least, ever = _at_least(appraisal.unstored), _at_least(appraisal.ever_unstored)
    print_table(
        ("incident", incident.key.id),
        (
            ("party", f"{shown(incident.key.party)} ({incident.key.role})"),
            ("domain", shown(incident.key.domain)),
            ("all time", f"{ever}{incident.mails} mails, {ever}{incident.counted} count"),
            ("first, last day", f"{incident.first_day}, {incident.last_day}"),
            ("period", measures.period),
            ("mails", f"{least}{tally.total.mails}, {least}{tally.total.counted} count"),
            ("only counted", _unstored(appraisal)),
            ("month before", "-" if measures.previous is None else f"{measures.previous.counted} count"),
            ("don't count", _reasons(measures)),
            ("answers, scans, reports", _kinds(measures)),
            (
                "sending mailboxes",
                f"{least or about}{measures.senders.number} on {tally.days} days{_figures(measures)}",
            ),
            ("own addresses, mistyped", measures.reflecting),
            ("classes", _words({str(word): count.mails for word, count in tally.classes.items()})),
            ("tiers", _words({str(word): count.mails for word, count in tally.tiers.items()})),
            ("outcomes", _words({str(word): count.mails for word, count in tally.outcomes.items()})),
            ("marked", _marked(measures)),
            ("notice", appraisal.verdict),
            ("second approver", _second(appraisal)),
            ("told", ", ".join(day.isoformat() for day in appraisal.standing.told) or "-"),
            ("life", _life(appraisal.standing.life)),
            ("since a notice", _effect(appraisal.standing.effect)),
            ("senders not told", _change(_control(appraisal.standing.effect))),
        ),
    )
    click.echo()
    if appraisal.standing.senders:
        told = ((shown(sender), _effect(effect)) for sender, effect in appraisal.standing.senders.items())
        print_table(("sender told", "since its notice"), told)
        click.echo()
    headers = ("counterpart", "mails", "count", "mailboxes", "days", "may be named")
    rows = (
        (
            shown(party.domain, nothing="(unproven or no organisation)"),
            party.count.mails,
            party.count.counted,
            f"{'about ' if party.mailboxes.about else ''}{party.mailboxes.number}",
            party.days,
            "yes" if party.above_floor else "no",
        )
        for party in measures.counterparts
    )
    print_table(headers, rows)


def _unstored(appraisal: Appraisal) -> str:
    """``12 further mails to army.ml``."""
    if not appraisal.unstored:
        return "-"
    number = _number(appraisal.unstored, "further mail")
    return f"{number} to {shown(appraisal.incident.key.domain)}, of this party or others"


def _reasons(measures: Measures) -> str:
    """``5: 3 old, 2 unproven``: the mails that don't count, by reason.

    A forward that doesn't count here counts for its forwarder.
    """
    left = {
        "forwarded by a rule" if r is CountReason.FORWARD else str(r or incidents.UNRECORDED): c.mails - c.counted
        for r, c in measures.tally.reasons.items()
    }
    number = sum(left.values())
    return f"{number}: {_words(left)}" if number else "-"


def _kinds(measures: Measures) -> str:
    """``2 answers, 9 dmarc-reports (on 5 days, of 3 reporters)``."""
    found = []
    for kind, count in measures.tally.kinds.items():
        if kind is not MailKind.ORDINARY and count.mails:
            seen = measures.reports.get(kind)
            more = (
                "" if seen is None else f" (on {_number(seen.days, 'day')}, of {_number(seen.reporters, 'reporter')})"
            )
            found.append(f"{_number(count.mails, kind)}{more}")
    return ", ".join(found) or "-"


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _figures(measures: Measures) -> str:
    """Both figures of the mailboxes, where they aren't the same."""
    authors, paths = measures.authors.number, measures.reverse_paths.number
    return "" if authors == paths else f" ({authors} by the author, {paths} by the reverse-path)"


def _marked(measures: Measures) -> str:
    named = [f"{level} {seen.mails} from {seen.mailboxes} mailboxes" for level, seen in measures.levels.items()]
    return f"{measures.tally.marked.mails}{': ' if named else ''}{', '.join(named)}"


def _second(appraisal: Appraisal) -> str:
    verdict = appraisal.verdict
    return f"yes: {', '.join(verdict.residuals) or 'no way recorded'}" if verdict.second_approver else "-"


def _life(life: Life | None) -> str:
    if life is None:
        return "-"
    unseen = f"; policy turns mail away since {life.unseen_since}" if life.unseen_since else ""
    lost = f"; perhaps not delegated to us since {life.lost_since}" if life.lost_since else ""
    blind = f", {life.unseen_days} days on which the sink didn't see" if life.unseen_days else ""
    days = f"{life.silent} silent days{blind}, {life.quiet_after} make it quiet"
    return f"{life.state} since {life.since}: latest on {life.latest}, {days}{unseen}{lost}"


def _effect(effect: Effect | None) -> str:
    if effect is None:
        return "-"
    if effect.change is None:
        return f"notice of {effect.notice}; void: the policy changed on {effect.policy_changed}"
    alike = "; senders not told alike" if effect.alike else "; more than senders not told" if effect.beyond else ""
    cut = f"; up to or from the policy's change on {effect.policy_changed}" if effect.policy_changed else ""
    return f"notice of {effect.notice}; {_change(effect.change)}{alike}{cut}"


def _control(effect: Effect | None) -> VolumeChange | None:
    return None if effect is None else effect.control


def _change(change: VolumeChange | None) -> str:
    """``fell: 22 sender-days in 28 days → 3 in 28, ratio 0.14 (0.03 to 0.45), 40 → 4 mails``."""
    if change is None:
        return "-"
    before, after = change.before, change.after
    ratio = "" if change.ratio is None else f", ratio {change.ratio:.2f} ({change.low:.2f} to {change.high:.2f})"
    days = f"{before.sender_days} sender-days in {before.days} days → {after.sender_days} in {after.days}"
    return f"{change.trend}: {days}{ratio}, {before.mails} → {after.mails} mails"


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {word}" for word, number in counts.items() if number) or "-"
