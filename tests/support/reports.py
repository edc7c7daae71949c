"""Report cases: a JSON file that says what came, read into the report that catcher makes of it.

A case has ``party`` and ``role`` (whose report), ``period``, ``made_at``, and ``mail``: rows of what came on
``days``, each with what differs from a person's verified mail from contractor.example to army.ml (``kind``: a word of
``Nature.reasons``; ``reason``: why it is fresh; ``author``: the proven author of a forward). Optional:
``organisations`` (what the directory lists), ``operator``, ``freemail``, ``settled`` (mailbox totals), ``told``
(party → day of its notice), ``answers`` (the domain at which the notice is answered), ``unconfirmed`` (its contact is
no trusted one), ``notices`` (the days of the party's own), ``policies`` ([day, policy] as noted), ``untold`` (the
days on which senders without a notice wrote).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from catcher.incident import Visibility, effect, fold, judge_notice, life, measure_incident
from catcher.model.leak.incident import Counted, Incident, MailboxTotal, Side
from catcher.model.leak.measures import Period
from catcher.model.mail.fingerprint import Authentication, AuthResult, DmarcResult, MailClass, Nature, Tier, TypoKind
from catcher.model.mail.marking import Marking, Scheme
from catcher.model.mail.observation import Observation, SizeClass
from catcher.model.mail.policy import Outcome, Policy, PolicySince
from catcher.model.telling.report import Report, ReportOperator, ReportRules
from catcher.privacy import NoticeCodes
from catcher.report import Directory, compose
from tests.support.observations import intended, observation, sender

CASES = Path(__file__).parents[1] / "cases" / "report"

TOKEN = "token-of-a-mailbox"
"""Every token of a case begins so: none may be seen in a report."""

CODES = NoticeCodes(bytes(range(32)))
"""Of the addresses at which a case's notice is answered."""

OPERATOR = {
    "name": "Registry of Example",
    "contact": "strays@registry.example",
    "url": "https://registry.example/strays",
    "postal": "1 Example Street, Exampleton",
}


def case(name: str) -> dict[str, Any]:
    """The case ``tests/cases/report/NAME.json``."""
    loaded: dict[str, Any] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def names() -> list[str]:
    """All cases, by name."""
    return sorted(path.stem for path in CASES.glob("*.json"))


def composed(case: dict[str, Any]) -> Report:
    """The report that catcher makes of a case."""
    seen = list(_observations(case["mail"]))
    incident = _incident(case, seen)
    now = datetime.fromisoformat(case["made_at"])
    visibility = Visibility(
        PolicySince(date.fromisoformat(day), Policy(name)) for day, name in case.get("policies", [])
    )
    notices = [date.fromisoformat(day) for day in case.get("notices", [])]
    lived = life(incident, now.date(), signs=notices, visibility=visibility)
    since = [day for day in notices if lived is not None and day >= lived.episode]
    untold = {"untold.example": {date.fromisoformat(day): 1 for day in case["untold"]}} if "untold" in case else None
    own = [o for o in seen if o.sender.domain == case["party"] and o.counts]
    measures = measure_incident(incident, Period.parse(case["period"]))
    return compose(
        measures,
        operator=ReportOperator(**case.get("operator", OPERATOR)),
        directory=Directory(case.get("organisations", {}).get),
        limits=ReportRules(3, 3, 2, 2, 30),
        now=now,
        evidence=own,
        told={party: date.fromisoformat(day) for party, day in case.get("told", {}).items()},
        names=not case.get("unconfirmed", False),
        answers=CODES.addresses("ntc-0123456789ab", case["answers"]) if "answers" in case else None,
        life=lived,
        effect=effect(incident, since, now.date(), visibility=visibility, unnotified=untold),
        tells=judge_notice(measures).kind,
        meant_for=case.get("meant_for"),
    )


def _incident(case: dict[str, Any], seen: list[Observation]) -> Incident:
    freemail = case.get("freemail", [])
    folded = fold(seen, party_of=lambda domain: None if domain in freemail else domain)
    (incident,) = [i for i in folded.values() if (i.key.party, i.key.role) == (case["party"], case["role"])]
    settled = frozenset(
        MailboxTotal(t["period"], t["counterpart"], side, "", Counted.YES, t["mailboxes"])
        for t in case.get("settled", [])
        for side in ((Side.AUTHOR, Side.REVERSE_PATH) if t["side"] == Side.SENDER else (Side(t["side"]),))
    )
    return replace(incident, mailboxes=frozenset(), settled=settled) if settled else incident


def _observations(rows: list[dict[str, Any]]) -> Iterator[Observation]:
    number = 0
    for row in rows:
        for day in row["days"]:
            for n in range(row.get("each", 1)):
                number += 1
                yield _one(
                    row, number, datetime.fromisoformat(f"{day}T09:00:00Z").replace(hour=8 + n % 9, minute=number % 60)
                )


def _nature(row: dict[str, Any]) -> dict[str, Any]:
    """``kind`` of a row is a word of ``Nature.reasons``."""
    if "kind" not in row:
        return {}
    return {"nature": Nature(MailClass(row.get("class", "person")), 0.9, TypoKind.RECIPIENT, (row["kind"],))}


def _authentication(row: dict[str, Any]) -> dict[str, Any]:
    """``author`` of a forward: the proven author's domain."""
    if "author" not in row:
        return {}
    return {"authentication": Authentication(dmarc=DmarcResult(AuthResult.PASS, row["author"], "reject"))}


def _one(row: dict[str, Any], number: int, moment: datetime) -> Observation:
    domain = row.get("from", "contractor.example")
    tier = Tier(row.get("tier", "verified"))
    typo = row.get("domain", "army.ml")
    outcome = Outcome(row.get("outcome", "accepted"))
    return observation(
        id=number,
        transaction=f"t-{number:06}",
        ref=f"0000-0000-{number:04}",
        observed_at=moment.astimezone(UTC),
        domain=typo,
        outcome=outcome,
        tls=row.get("tls", True),
        size_class=None if outcome is Outcome.REFUSED else SizeClass.UP_TO_100_KB,
        reverse_path_token=f"{TOKEN} {domain} {row.get('mailbox', 'a')}",
        recipients=(f"{TOKEN} {row.get('to', 'r')}",),
        sender=sender(domain, tier),
        intended=(intended(typo, row.get("for", "army.mil")),),
        mail_class=MailClass(row.get("class", "person")),
        fresh=row.get("fresh", True),
        fresh_reason=row.get("reason", "dkim"),
        **_nature(row),
        **_authentication(row),
        markings=tuple(Marking(Scheme(scheme), level) for scheme, level in row.get("markings", [])),
    )
