"""The present schema: every table with its keys and indexes. ``catcher store schema`` prints it.

A new database gets the whole schema. Each change is made here and, for existing databases, in a step of ``migrations``;
a test compares both. sqlite-utils writes the SQL. Its API offers neither WITHOUT ROWID nor an index of some rows only:
``keyed`` adds these two.

Longer than others: the whole schema is in one place.
"""

from __future__ import annotations

from contextlib import closing
from secrets import token_hex

from catcher.store.sqlite.byday.clients import create_clients
from catcher.store.sqlite.byday.layout import create_part
from catcher.store.sqlite.demand import create_demand
from catcher.store.sqlite.library import Database
from catcher.store.sqlite.schema import sight, sums
from catcher.store.sqlite.schema.keyed import create_by_key, index_some
from catcher.store.sqlite.schema.structure import StoredTable, day_tables_of, tables_of


def create(db: Database) -> None:
    """Makes all tables in an empty database, in the caller's transaction."""
    create_registry(db)
    sums.create(db)
    _policies(db)
    _contacts(db)
    _notices(db)
    _alerts(db)
    sight.create(db)
    sight.create_upkeep(db)


def create_registry(db: Database) -> None:
    """The lists of the tables by day, which are made as mails and queries come, and what is still to be done."""
    # What makes this database another than every other one, and what numbers were used so far.
    origin = db.table("origin")
    origin.create({"epoch": str, "last_id": int, "last_number": int}, not_null={"epoch", "last_id", "last_number"})
    origin.insert({"epoch": token_hex(16), "last_id": 0, "last_number": 0})
    columns = {"number": int, "day": str, "first_id": int, "last_id": int, "rows": int, "indexed": int}
    there = {"trace": int, "token": int, "recent": int}
    db.table("part").create(columns | there, pk="number", not_null={*columns, *there} - {"number"})
    db.table("daily").create({"number": int, "kind": str, "day": str}, pk="number", not_null={"kind", "day"})
    # Tables that nobody reads any more; ``rows`` are deleted in one step.
    db.table("dropping").create({"number": int, "name": str, "rows": int}, pk="number", not_null={"name", "rows"})
    # Ended months: what became of their mailboxes, key and tokens.
    db.table("period").create(
        {"period": str, "settled_at": str, "key_destroyed_at": str, "lost": int},
        pk="period",
        not_null={"lost"},
        defaults={"lost": 0},
    )
    # Rows that can't be decoded.
    db.table("set_apart").create(
        {"observation": int, "reason": str, "at": str}, pk="observation", not_null={"reason", "at"}
    )
    # The latest moment at which the clock was surely right, and when a person accepted a jump.
    db.table("clock").create({"number": int, "sure_at": str, "accepted_at": str}, pk="number")
    # Mails that weren't stored, because their network or sender had its share.
    create_by_key(db, "unstored", {"day": str, "domain": str, "kind": str, "mails": int}, key=("day", "domain", "kind"))


def _policies(db: Database) -> None:
    """The policies of each domain with their first days."""
    policy = db.table("policy")
    policy.create(
        {"number": int, "domain": str, "day": str, "policy": str}, pk="number", not_null={"domain", "day", "policy"}
    )
    policy.create_index(["domain", "number"], index_name="idx_policy_domain")


def _contacts(db: Database) -> None:
    """Contacts of the parties, and the latest outcome of each search step."""
    create_by_key(
        db,
        "contact",
        {
            "party": str,
            "address": str,
            "source": str,
            "seen_at": str,
            "own": int,
            "preference": int,
            "language": str,
            "openpgp": str,
            "confirmed_by": str,
            "confirmed_at": str,
            "bad_at": str,
        },
        key=("party", "address"),
        nullable={"language", "openpgp", "confirmed_by", "confirmed_at", "bad_at"},
    )
    create_by_key(
        db,
        "contact_outcome",
        {"party": str, "step": str, "at": str, "result": str, "reason": str, "host": str, "addresses": int},
        key=("party", "step"),
        nullable={"reason", "host"},
    )


def _notices(db: Database) -> None:
    """Notices, the ledger of their steps, their texts until notices are sent or texts are too old, and suppressions."""
    notice = db.table("notice")
    columns = {
        "number": int,
        "id": str,
        "party": str,
        "role": str,
        "domain": str,
        "period": str,
        "address": str,
        "source": str,
        "trusted": int,
        "openpgp": str,
        "form": str,
        "language": str,
        "ref": str,
        "message_id": str,
        "approvals": int,
        "follows": str,
        "drafted_at": str,
    }
    notice.create(columns, pk="number", not_null=set(columns) - {"number", "openpgp", "follows"})
    notice.create_index(["id"], unique=True)
    create_by_key(
        db,
        "notice_step",
        {"notice": int, "number": int, "act": str, "at": str, "who": str, "note": str, "again_at": str},
        key=("notice", "number"),
        nullable={"again_at"},
        parent=("notice", "notice", "number"),
    )
    db.table("notice_text").create(
        {"notice": int, "text": bytes}, pk="notice", not_null={"text"}, foreign_keys=[("notice", "notice", "number")]
    )
    db.table("suppression").create(
        {"number": int, "scope": str, "subject": str, "reason": str, "who": str, "at": str, "until": str},
        pk="number",
        not_null={"scope", "subject", "reason", "who", "at"},
    )


def _alerts(db: Database) -> None:
    """The operator's alerts, and their deliveries on each channel."""
    alert = db.table("alert")
    alert.create(
        {"number": int, "key": str, "kind": str, "at": str, "incident": str, "counts": str, "domain": str},
        pk="number",
        not_null={"key", "kind", "at", "counts"},
    )
    alert.create_index(["key"], unique=True)
    create_by_key(
        db,
        "alert_delivery",
        {"alert": int, "channel": str, "attempts": int, "again_at": str, "sent_at": str},
        key=("alert", "channel"),
        nullable={"again_at", "sent_at"},
        parent=("alert", "alert", "number"),
    )
    index_some(db, "idx_alert_open", "alert_delivery", "alert", where="again_at IS NOT NULL")


def _present() -> Database:
    """An empty database in memory with the present schema, and one of each table by day."""
    db = Database(memory=True)
    create(db)
    create_part(db, 1)
    create_clients(db, "organisation_1")
    create_demand(db, "demand_1")
    sums.create_mailboxes(db, "2026-01")
    return db


def present_sql() -> str:
    """The statements that make the present schema, in their order. The tables by day have the number 1 there."""
    with closing(_present()) as db:
        return db.schema


def present_tables() -> tuple[StoredTable, ...]:
    """The tables of the present schema, without those by day."""
    with closing(_present()) as db:
        return tables_of(db)


def day_tables() -> tuple[StoredTable, ...]:
    """One of each table by day, numbered 1."""
    with closing(_present()) as db:
        return day_tables_of(db)
