"""The tables of the ledgers that tell on which days mail could be seen (``model.leak.sight``)."""

from __future__ import annotations

from catcher.store.sqlite.library import Database


def create_upkeep(db: Database) -> None:
    """One row: the latest sure moment, and the day whose upkeep is done."""
    db.table("upkeep").create(
        {"number": int, "sure_at": str, "accepted_at": str, "accepted_by": str, "day": str}, pk="number"
    )


def create(db: Database) -> None:
    """One row for each uptime of the sink, and one for each change of a domain's delegation."""
    db.table("uptime").create({"number": int, "began": str, "latest": str}, pk="number", not_null={"began", "latest"})
    delegation = db.table("delegation")
    delegation.create(
        {"number": int, "domain": str, "day": str, "ours": int}, pk="number", not_null={"domain", "day", "ours"}
    )
    delegation.create_index(["domain", "number"], index_name="idx_delegation_domain")
