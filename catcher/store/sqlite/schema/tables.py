"""The present schema: every table with its keys and indexes. ``catcher store schema`` prints it.

A new database gets the whole schema. Each change is made here and, for existing databases, in a step of ``migrations``;
a test compares both. sqlite-utils writes the SQL. Its API offers neither WITHOUT ROWID nor an index of some rows only:
``_create_by_key`` and ``_index_some`` add these two.

Longer than others: the whole schema is in one place.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

from catcher.store.sqlite.library import Database
from catcher.store.sqlite.schema import sight, unstored
from catcher.store.sqlite.schema.structure import StoredTable, tables_of


def create(db: Database) -> None:
    """Makes all tables in an empty database, in the caller's transaction."""
    _observations(db)
    _incidents(db)
    _demand(db)
    _contacts(db)
    _notices(db)
    _alerts(db)
    sight.create(db)
    unstored.create(db)


def _observations(db: Database) -> None:
    """One row for each observation (its columns equal the field dictionary), and the keys of retries and replays."""
    observation = db.table("observation")
    observation.create(
        {
            "id": int,
            "transaction": str,
            "observed_at": str,
            "ref": str,
            "domain": str,
            "policy": str,
            "outcome": str,
            "client": str,
            "tls": int,
            "size_class": str,
            "reverse_path_token": str,
            "reverse_path_domain": str,
            "recipients": str,
            "retry_tag": str,
            "retry_of": int,
            "signatures": str,
            "replayed": int,
            "fresh": int,
            "fresh_reason": str,
            "sender": str,
            "intended": str,
            "nature": str,
            "markings": str,
            "authentication": str,
            "revision": int,
            "author_token": str,
        },
        pk="id",
        not_null={
            *("transaction", "observed_at", "ref", "domain", "policy", "outcome", "client", "recipients", "revision"),
        },
        defaults={"revision": 0},
    )
    observation.create_index(["observed_at"])
    # Mails that stop counting when another organisation's mail comes from their client's address.
    _index_some(db, "idx_observation_spf", "observation", "client", where="fresh_reason = 'spf'")
    # The organisations whose proven mail came from an address, each with the last day; deleted after 30 days, when the
    # observations lose the address.
    _create_by_key(
        db,
        "client_organisation",
        {"client": str, "organisation": str, "day": str},
        key=("client", "organisation"),
    )
    # The key is 64 bits of a hash of tag and envelope. A row is deleted when its observation's tag is emptied.
    # Each mail changes a random page of this table; short integer keys keep the number of pages low.
    _create_by_key(db, "retry", {"key": int, "observation": int}, key=("key", "observation"))
    # One row for each signature, deleted with its observation.
    _create_by_key(
        db,
        "signature",
        {"token": str, "transaction": str, "observation": int},
        key=("token", "transaction", "observation"),
    )


def _incidents(db: Database) -> None:
    """Incidents, their sums, and the id of the last folded observation.

    ``observation`` in a sum is 0, or the id of the one observation from which it comes, as long as that may change.
    """
    incident = db.table("incident")
    incident.create(
        {"number": int, "id": str, "party": str, "role": str, "domain": str},
        pk="number",
        not_null={"id", "party", "role", "domain"},
    )
    incident.create_index(["party", "role", "domain"], unique=True)
    incident.create_index(["id"])
    _create_by_key(
        db,
        "incident_cell",
        {
            "incident": int,
            "day": str,
            "counterpart": str,
            "tier": str,
            "mail_class": str,
            "outcome": str,
            "level": str,
            "tls": int,
            "reason": str,
            "kind": str,
            "observation": int,
            "mails": int,
            "counted": int,
        },
        key=(
            *("incident", "day", "counterpart", "tier", "mail_class", "outcome", "level", "tls", "reason", "kind"),
            "observation",
        ),
        parent=("incident", "incident", "number"),
    )
    _create_by_key(
        db,
        "incident_mailbox",
        {
            "incident": int,
            "period": str,
            "day": str,
            "counterpart": str,
            "side": str,
            "token": str,
            "counted": int,
            "level": str,
            "observation": int,
        },
        key=("incident", "period", "counterpart", "side", "day", "token", "counted", "level", "observation"),
        parent=("incident", "incident", "number"),
    )
    _create_by_key(
        db,
        "incident_total",
        {
            "incident": int,
            "period": str,
            "counterpart": str,
            "side": str,
            "level": str,
            "counted": int,
            "mailboxes": int,
            "steady": int,
            "steady_days": int,
        },
        key=("incident", "period", "counterpart", "side", "level", "counted"),
        parent=("incident", "incident", "number"),
    )
    for table in ("incident_cell", "incident_mailbox"):
        _index_some(db, f"idx_{table}_open", table, "observation", where="observation > 0")
    db.table("folded").create({"table": str, "up_to": int}, pk="table")
    db.table("folded").insert({"table": "observation", "up_to": 0})
    # Observations that were revised after they had been folded.
    db.table("to_fold_again").create({"observation": int}, pk="observation")
    # Work left after a commit: "scrub" rewrites the file, so that no removed octets stay in the file.
    db.table("owed").create({"work": str}, pk="work")


def _demand(db: Database) -> None:
    """Counts of queries, and the policies of each domain with their first days."""
    _create_by_key(
        db,
        "demand",
        {"domain": str, "qtype": str, "rcode": str, "hour": str, "network": str, "queries": int},
        key=("domain", "qtype", "rcode", "hour", "network"),
    )
    db.table("demand").create_index(["hour"])
    policy = db.table("policy")
    policy.create(
        {"number": int, "domain": str, "day": str, "policy": str}, pk="number", not_null={"domain", "day", "policy"}
    )
    policy.create_index(["domain", "number"], index_name="idx_policy_domain")


def _contacts(db: Database) -> None:
    """Contacts of the parties, and the latest outcome of each search step."""
    _create_by_key(
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
    _create_by_key(
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
    _create_by_key(
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
    _create_by_key(
        db,
        "alert_delivery",
        {"alert": int, "channel": str, "attempts": int, "again_at": str, "sent_at": str},
        key=("alert", "channel"),
        nullable={"again_at", "sent_at"},
        parent=("alert", "alert", "number"),
    )
    _index_some(db, "idx_alert_open", "alert_delivery", "alert", where="again_at IS NOT NULL")


def _create_by_key(
    db: Database,
    table: str,
    columns: dict[str, Any],
    *,
    key: tuple[str, ...],
    nullable: set[str] | None = None,
    parent: tuple[str, str, str] | None = None,
) -> None:
    """Makes a table whose rows lie in the order of their key, which is stored once (WITHOUT ROWID).

    ``parent``: a column, and the table and column to which it refers.
    """
    sql = db.create_table_sql(
        table,
        columns,
        pk=key,
        not_null=set(columns) - (nullable or set()),
        foreign_keys=[parent] if parent else None,
    )
    db.execute(f"{sql.rstrip().removesuffix(';')} WITHOUT ROWID")


def _index_some(db: Database, name: str, table: str, column: str, *, where: str) -> None:
    """Makes an index of the rows for which ``where`` holds."""
    db.execute(f'CREATE INDEX "{name}" ON "{table}" ("{column}") WHERE {where}')


def _present() -> Database:
    """An empty database in memory with the present schema."""
    db = Database(memory=True)
    create(db)
    return db


def present_sql() -> str:
    """The statements that make the present schema, in their order."""
    with closing(_present()) as db:
        return db.schema


def present_tables() -> tuple[StoredTable, ...]:
    """The tables of the present schema."""
    with closing(_present()) as db:
        return tables_of(db)
