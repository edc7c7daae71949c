"""Shows the month's result to a person: tables, their meaning in plain words, and commands to try next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from catcher.demo.compare import Compared
from catcher.demo.event import Manner, Story
from catcher.demo.outcome import MonthResult
from catcher.demo.plain_words import sentences
from catcher.desk.incidents import Appraisal
from catcher.model.leak.incident import Role
from catcher.model.leak.measures import NoticeKind
from catcher.model.mail.fingerprint import MailClass, Tier
from catcher.model.mail.observation import Observation

_EXAMPLES = (
    Story.CONTRACTOR, Story.HOSPITAL, Story.MINISTRY, Story.COLLEGE, Story.FORWARDED, Story.UNIVERSITY, Story.FORGED,
    Story.FORGED_SIGNED, Story.REPLAY, Story.SIGN_UP_BOMB, Story.BOUNCES,
)  # fmt: skip
_INCIDENTS = 16
_PARTS = {
    Role.INTENDED: "is written to by mistake",
    Role.SENDER: "sends there",
    Role.FORWARDER: "forwards there by a rule",
}
_FORMS = {
    ".txt": "text",
    ".html": "a page for a browser",
    ".csv": "rows",
    ".json": "JSON",
    ".eml": "a mail",
    ".pdf": "a letter",
    ".png": "the chart",
}


def show_month(outcome: MonthResult) -> Iterator[str]:
    """The whole text, as a series of blocks."""
    yield _heading(
        f"{outcome.period.first:%B %Y} in {outcome.seconds:.0f} seconds: {len(outcome.compared)} events, "
        f"{outcome.queries} DNS queries, {len(outcome.observations)} observations"
    )
    yield _stories(outcome)
    yield _heading("What kind of mail, and how well its sender is proven")
    yield _classes(outcome.observations)
    yield _heading("Week by week")
    yield _weeks(outcome.observations)
    yield _heading("A few observations: all that is kept of a mail, but for tokens that tell mailboxes apart")
    yield _examples(outcome.compared)
    yield _heading("Kept away: DNS demand and what was turned down")
    yield _turned_away(outcome)
    yield _heading("Incidents: what the observations add up to, by affected party")
    yield _incidents(outcome.appraisals)
    yield _heading("In plain words")
    yield "\n".join(f"- {sentence}" for sentence in sentences(outcome))
    if outcome.reports:
        yield _heading("Reports")
        yield _reports(outcome)
    if outcome.deviations:
        yield _heading("Not as scripted")
        yield "\n".join(outcome.deviations)


def things_to_try(dns: tuple[str, int], smtp: tuple[str, int], configuration: Path, received: Path) -> str:
    """Commands for a person to try while the servers are running.

    ``dns`` and ``smtp`` are address and port; ``received`` is the folder in which sent notices are stored.
    """
    swaks = f"  swaks --server {smtp[0]}:{smtp[1]} --from you@contractor.example --to"
    return "\n".join(
        (
            "The sink stays up until Ctrl-C; its clock stands where the month ended. In another terminal:",
            f"  dig @{dns[0]} -p {dns[1]} army.ml MX",
            f"  dig @{dns[0]} -p {dns[1]} travle.example MX",
            f"{swaks} someone@army.ml",
            f"{swaks} someone@navy.ml",
            f"  catcher observation list -c {configuration}",
            f"  catcher incident list -c {configuration}",
            f"  catcher notify list -c {configuration}    (drafts notices; each waits for approval)",
            f"  catcher notify approve ID --as YOU -c {configuration}",
            f"  catcher notify send -c {configuration}    (to a mail host of the demo, which keeps them in {received})",
            f"  catcher report list -c {configuration}",
        )
    )


def _heading(text: str) -> str:
    return f"\n{text}\n{'=' * len(text)}"


def _table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    return tabulate(list(rows), headers=list(headers), tablefmt="simple", disable_numparse=True)


def _stories(outcome: MonthResult) -> str:
    rows = []
    for story in Story:
        compared = [one for one in outcome.compared if one.played.event.story is story]
        observations = [o for one in compared for o in one.observations]
        rows.append(
            (
                story.value,
                len(compared),
                len(observations) or "-",
                _most_common(f"{o.sender.tier} {o.sender.domain or ''}" for o in observations),
                sum(o.counts for o in observations) or "-",
                "no" if any(one.deviations for one in compared) else "yes",
            )
        )
    return _table(("what happened", "events", "observed", "sender, most often", "counted", "as scripted"), rows)


def _most_common(words: Iterable[str]) -> str:
    ((word, _),) = Counter(words).most_common(1) or [("", 0)]
    return word


def _classes(observations: Sequence[Observation]) -> str:
    counts = Counter((o.nature.mail_class, o.sender.tier) for o in observations)
    counting = Counter(o.nature.mail_class for o in observations if o.counts)
    tiers = sorted(Tier, key=lambda tier: -tier.rank)
    rows = [
        (mail_class, *(counts[mail_class, tier] or "-" for tier in tiers), counting[mail_class] or "-")
        for mail_class in MailClass
        if any(counts[mail_class, tier] for tier in tiers)
    ]
    return _table(("class", *tiers, "counted"), rows)


def _weeks(observations: Sequence[Observation]) -> str:
    present = [c for c in MailClass if any(o.nature.mail_class is c for o in observations)]
    counts = Counter(((o.observed_at.day - 1) // 7, o.nature.mail_class) for o in observations)
    last = max((o.observed_at.day for o in observations), default=0)
    weeks = sorted({week for week, _ in counts})
    rows = [
        (
            f"{7 * week + 1}-{min(7 * week + 7, last)}",
            *(counts[week, mail_class] or "-" for mail_class in present),
            "▇" * round(sum(counts[week, mail_class] for mail_class in present) / 4),
        )
        for week in weeks
    ]
    return _table(("days", *present, ""), rows)


def _examples(compared: Sequence[Compared]) -> str:
    rows = []
    for story in _EXAMPLES:
        found = (o for one in compared if one.played.event.story is story for o in one.observations)
        for o in list(found)[:1]:
            intended = next((i.domain for i in o.intended if i.domain), "")
            rows.append(
                (
                    f"{o.observed_at:%d %H:%M}",
                    o.domain,
                    intended,
                    f"{o.sender.tier} {o.sender.domain or ''}",
                    o.nature.mail_class,
                    ", ".join(m.level for m in o.markings) or "-",
                    o.size_class or "-",
                    _for_a_notice(o),
                    o.ref,
                )
            )
    return _table(("day", "typed", "meant", "sender", "class", "marking", "size", "for a notice", "reference"), rows)


def _for_a_notice(observation: Observation) -> str:
    """Whether the observation counts, and the reason."""
    counting = observation.counting
    return f"{'yes' if counting.counts else 'no'}: {counting.reason}"


def _turned_away(outcome: MonthResult) -> str:
    ends: Counter[tuple[str, str]] = Counter()
    for one in outcome.compared:
        event, reply, route = one.played.event, one.played.reply, one.played.route
        domain = event.forward_paths[0].rpartition("@")[2] if event.forward_paths else "(a log-in)"
        if reply is None and route is not None:
            ends[domain, f"DNS: {route.value}; the mail stayed with its sender"] += 1
        elif event.manner is Manner.LOG_IN and reply is not None:
            ends[domain, f"AUTH answered with {reply.code}, connection closed"] += 1
        elif reply is not None and reply.code is not None and reply.code != 250:
            stage = "the data" if one.observations and one.observations[0].size_class else "RCPT"
            ends[domain, f"SMTP: {reply.code} after {stage}"] += 1
    rows = [(domain, outcome.demand.get(domain, "-"), end, count) for (domain, end), count in sorted(ends.items())]
    return _table(("domain", "MX queries", "how it ended", "times"), rows)


def _incidents(appraisals: Sequence[Appraisal]) -> str:
    rows = [
        (
            one.incident.key.party,
            _PARTS[one.incident.key.role],
            one.incident.key.domain,
            one.incident.mails,
            one.incident.counted,
            one.measures.senders.number,
            one.measures.tally.days,
            _notice(one),
        )
        for one in appraisals[:_INCIDENTS]
    ]
    table = _table(
        ("party", "its part", "typo domain", "mails", "counted", "from mailboxes", "on days", "notice"), rows
    )
    rest = appraisals[_INCIDENTS:]
    if not rest:
        return table
    return f"{table}\n… and {len(rest)} more, with {sum(one.incident.counted for one in rest)} mails that are counted"


def _notice(appraisal: Appraisal) -> str:
    """``due``, ``due (answers)``, ``due, second approver`` or ``no``."""
    verdict = appraisal.verdict
    if not verdict.due:
        return "no"
    kind = " (answers)" if verdict.kind is NoticeKind.ANSWERS else ""
    return f"due{kind}{', second approver' if verdict.second_approver else ''}"


def _reports(outcome: MonthResult) -> str:
    roles = {one.incident.key.id: one.incident.key.role for one in outcome.appraisals}
    sides = Counter(roles[report.incident] for report in outcome.reports)
    own = [path for report in outcome.reports for path in report.files if path.parent.suffix != ".kit"]
    endings = dict.fromkeys(path.suffix for path in own)
    reasons = dict.fromkeys(reason for report in outcome.reports for reason in report.left_out)
    return "\n".join(
        (
            f"{sides[Role.INTENDED]} to intended parties, {sides[Role.SENDER]} to senders, "
            f"{sides[Role.FORWARDER]} to forwarders; each as "
            + ", ".join(f"{_FORMS[ending]} ({ending})" for ending in endings)
            + "; beside them a folder .kit with the rules to paste. In",
            *map(str, dict.fromkeys(path.parent for path in own)),
            *(
                f"  {path.name}  {report.subject}"
                for report in outcome.reports
                for path in report.files
                if path.suffix == ".html"
            ),
            *reasons,
        )
    )
