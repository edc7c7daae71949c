"""The tables of incidents and their sums."""

from __future__ import annotations

import re

from catcher.store.sqlite.library import Database
from catcher.store.sqlite.schema.keyed import create_by_key, index_some

_PERIOD = re.compile(r"\d{4}-\d{2}\Z", re.ASCII)
_PARENT = ("incident", "incident", "number")
_ORDERED = ("last_day", "mails", "counted")
SUMMARY_INDEXES = (
    *(("role", column, "id") for column in _ORDERED),
    *(("role", "domain", column, "id") for column in _ORDERED),
    *(("role", "party", column, "id") for column in _ORDERED),
    ("role", "party", "domain"),
    ("role", "domain", "party"),
)
"""The indexes of summaries: one for each order under each filter, so that a page is read without sorting."""


def create(db: Database) -> None:
    """Incidents with their summaries, their sums, and the id of the last folded observation.

    ``observation`` in a sum is 0, or the id of the one observation from which it comes, as long as that may change.
    """
    incident = db.table("incident")
    incident.create(
        {
            "number": int,
            "id": str,
            "party": str,
            "role": str,
            "domain": str,
            # The summary of the cells; '' where there is no day. ``last_counted`` is the day of the last mail that
            # counts, ``counterparts`` the number of organisations on the other side.
            "first_day": str,
            "last_day": str,
            "last_counted": str,
            "mails": int,
            "counted": int,
            "counterparts": int,
        },
        pk="number",
        not_null={"id", "party", "role", "domain", *SUMMARY_DEFAULTS},
        defaults=SUMMARY_DEFAULTS,
    )
    incident.create_index(["party", "role", "domain"], unique=True)
    incident.create_index(["id"])
    for columns in SUMMARY_INDEXES:
        incident.create_index(columns)
    create_by_key(
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
        parent=_PARENT,
    )
    index_some(db, "idx_incident_cell_open", "incident_cell", "observation", where="observation > 0")
    create_by_key(
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
        parent=_PARENT,
    )
    db.table("folded").create({"table": str, "up_to": int}, pk="table")
    db.table("folded").insert({"table": "observation", "up_to": 0})
    # Observations that were revised, or stopped counting; those among them that are folded are folded again.
    db.table("to_fold_again").create({"observation": int}, pk="observation")
    # Work left after a commit: "scrub" empties the log and "rewrite TABLE" copies a table, so that no removed octets
    # stay; "stop ADDRESS" stops mails from counting by that address.
    db.table("owed").create({"work": str}, pk="work")
    create_registers(db)


SUMMARY_DEFAULTS: dict[str, str | int] = {
    "first_day": "",
    "last_day": "",
    "last_counted": "",
    "mails": 0,
    "counted": 0,
    "counterparts": 0,
}


def create_registers(db: Database) -> None:
    """The tables that a database of 0.4 lacks."""
    # The organisations on the other side of an incident, each with its number of mails; never ''.
    create_by_key(
        db,
        "incident_counterpart",
        {"incident": int, "counterpart": str, "mails": int},
        key=("incident", "counterpart"),
        parent=_PARENT,
    )
    # The periods of which mailboxes were kept. A closed one gets no line any more: it is being settled, it is settled,
    # or its table was dropped.
    create_by_key(db, "mailbox_period", {"period": str, "closed": int, "dropped": int}, key=("period",))
    # The incidents whose mailboxes of a period are replaced by totals: their lines are ignored.
    create_by_key(db, "settled", {"incident": int, "period": str}, key=("incident", "period"), parent=_PARENT)
    # Folded observations whose judgement may change until a moment.
    db.table("open_observation").create({"observation": int, "until": str}, pk="observation", not_null={"until"})
    db.table("open_observation").create_index(["until"])


def mailbox_table(period: str) -> str:
    """The name of the table of a period's mailboxes."""
    if not _PERIOD.match(period):
        raise ValueError("a period is a month: YYYY-MM")
    return f"mailbox_{period.replace('-', '_')}"


def create_mailboxes(db: Database, period: str) -> str:
    """Makes the table of a period's mailboxes; returns its name. ``key_id`` and ``bucket`` have no use yet.

    A check of each line's reference to its incident would take a tenth of the time of a fold; ``sums.incident``
    keeps an incident that has lines.
    """
    table = mailbox_table(period)
    create_by_key(
        db,
        table,
        {
            "incident": int,
            "counterpart": str,
            "side": str,
            "day": str,
            "token": str,
            "counted": int,
            "level": str,
            "observation": int,
            "key_id": int,
            "bucket": int,
        },
        key=("incident", "counterpart", "side", "day", "token", "counted", "level", "observation"),
        nullable={"key_id", "bucket"},
    )
    index_some(db, f"idx_{table}_open", table, "observation", where="observation > 0")
    return table
