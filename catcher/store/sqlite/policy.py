"""SQL of the policies' ledger: a line for each change that was noticed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from catcher.model.policy import Policy, PolicySince
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.statement import insert

_COLUMNS = ("domain", "day", "policy")


def note(db: Database, day: date, policies: Mapping[str, Policy]) -> int:
    """Adds the lines that are news; to be called in a transaction."""
    lines = [(domain, day.isoformat(), policy.value) for domain, policy in policies.items() if news(db, domain, policy)]
    insert(db, "policy", _COLUMNS, lines)
    return len(lines)


def news(db: Database, domain: str, policy: Policy) -> bool:
    """Whether the ledger's latest line of ``domain`` says otherwise."""
    row = db.execute("SELECT policy FROM policy WHERE domain = ? ORDER BY number DESC LIMIT 1", [domain]).fetchone()
    return row is None or row[0] != policy.value


def read(db: Database, domain: str) -> tuple[PolicySince, ...]:
    """The lines of ``domain``, oldest first."""
    rows = db.execute("SELECT day, policy FROM policy WHERE domain = ? ORDER BY number", [domain])
    return tuple(PolicySince(date.fromisoformat(day), Policy(policy)) for day, policy in rows)
