"""Writes the month's result in sentences. All their numbers come from the store, none from the script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catcher.demo.event import Story
from catcher.demo.organisations import CONTRACTOR
from catcher.demo.outcome import MonthResult
from catcher.model.leak.incident import Role
from catcher.model.leak.measures import NoticeKind
from catcher.model.mail.fingerprint import MailKind, Tier
from catcher.model.mail.observation import Observation


def sentences(outcome: MonthResult) -> Iterator[str]:
    """One sentence for each important result."""
    yield _leak(outcome)
    forged = _of(outcome, Story.FORGED, Story.FORGED_SIGNED)
    above = sum(o.sender.domain == CONTRACTOR.domain and o.sender.tier is not Tier.CLAIMED for o in forged)
    yield (
        f"{len(forged)} mails forged the contractor's name in From; {_times(above)} was it found more than claimed. "
        "Those that a spammer signed are proven for the spammer's own domain only."
    )
    replays = _of(outcome, Story.REPLAY)
    yield (
        f"The replayed mail came {len(replays)} more times with its genuine signature; "
        f"{sum(o.replayed for o in replays)} of them were recognised, and {_number(replays)} count towards a notice."
    )
    bomb = _of(outcome, Story.SIGN_UP_BOMB)
    yield f"Of {len(bomb)} sign-up confirmations to one address in one hour, {_number(bomb)} count towards a notice."
    provoked = _of(outcome, Story.BOUNCES, Story.AUTO_REPLIES)
    yield f"Of {len(provoked)} bounces and provoked automatic replies, {_number(provoked)} count towards a notice."
    retries = sum(o.retry_of is not None for o in outcome.observations)
    yield f"{retries} retries after a lost reply were recognised: each mail counts once."
    yield from _rules(outcome)
    log_ins = [one.played for one in outcome.compared if one.played.event.is_log_in]
    yield f"{sum(p.hung_up for p in log_ins)} of {len(log_ins)} attempts to log in were refused and hung up on."
    if outcome.searched is not None:
        s = outcome.searched
        yield (
            f"Searched {s.files} files ({s.octets / 1e6:.1f} MB: database, logs at debug, reports) for {s.words} words "
            f"of bodies, Subjects, attachment names, passwords and addresses: found in {len(s.found) or 'none'}."
        )


def _leak(outcome: MonthResult) -> str:
    due = [one for one in outcome.appraisals if one.verdict.due]
    senders = [one.incident.key.party for one in due if one.incident.key.role is Role.SENDER]
    intended = [one.incident.key.party for one in due if one.incident.key.role is Role.INTENDED]
    forwarders = [one.incident.key.party for one in due if one.incident.key.role is Role.FORWARDER]
    return (
        f"A notice is due to those who were meant ({_names(intended)}), to those who send there ({_names(senders)}) "
        f"and to those whose rule forwards there ({_names(forwarders)}): only senders and forwarders can stop it."
    )


def _rules(outcome: MonthResult) -> Iterator[str]:
    """The incidents for which one rule of the notices decides: residuals, answers, reports that a stray rua= draws."""
    twice = [one.incident.key.party for one in outcome.appraisals if one.verdict.due and one.verdict.second_approver]
    yield (
        f"{_names(twice)}: two people approve, since an attack that the rules can't exclude would look the same "
        "(`incident show` names it)."
    )
    alone = [
        one.incident.key.party
        for one in outcome.appraisals
        if one.verdict.due and one.verdict.kind is NoticeKind.ANSWERS
    ]
    yield (
        f"{_names(alone)}: all that counts are answers, so the notice says that somebody gives addresses at the typo "
        "domain as his own."
    )
    reports = [o for o in outcome.observations if o.nature.kind is MailKind.DMARC_REPORT]
    parties = dict.fromkeys(i.domain for o in reports for i in o.intended if i.domain)
    yield (
        f"{len(reports)} DMARC reports came, and {_number(reports)} count: the report to {_names(parties)} says that a "
        "DMARC record has the typo in its rua=."
    )


def _names(domains: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(domains)) or "nobody"


def _of(outcome: MonthResult, *stories: Story) -> list[Observation]:
    return [o for one in outcome.compared if one.played.event.story in stories for o in one.observations]


def _number(observations: list[Observation]) -> int | str:
    return sum(o.counts for o in observations) or "none"


def _times(number: int) -> str:
    return f"{number} times" if number else "nowhere"
