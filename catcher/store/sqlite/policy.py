"""The table of the policies' ledger: one line for each observed change of a domain's policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from catcher.model.mail.policy import Policy, PolicySince
from catcher.store.sqlite.library import Database


def note(db: Database, day: date, policies: Mapping[str, Policy]) -> int:
    """Adds a line for each domain whose policy has changed. The caller opens the transaction."""
    lines = [
        {"domain": domain, "day": day.isoformat(), "policy": policy.value}
        for domain, policy in policies.items()
        if differs(db, domain, policy)
    ]
    db.table("policy").insert_all(lines)
    return len(lines)


def differs(db: Database, domain: str, policy: Policy) -> bool:
    """Whether ``domain`` has no line, or its latest line has another policy. It runs often, so it is a plain SELECT."""
    row = db.execute("SELECT policy FROM policy WHERE domain = ? ORDER BY number DESC LIMIT 1", [domain]).fetchone()
    return row is None or row[0] != policy.value


def read(db: Database, domain: str) -> tuple[PolicySince, ...]:
    """The lines of ``domain``, oldest first."""
    rows = db.table("policy").rows_where("domain = ?", [domain], order_by="number")
    return tuple(PolicySince(date.fromisoformat(row["day"]), Policy(row["policy"])) for row in rows)
