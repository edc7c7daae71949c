"""The schema, as named steps: each a function, applied once, in one transaction with the record of its name.

A step that has been released is never changed: what is to be different comes as a new one at the end.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from catcher.model.errors import EnvironmentFailure
from catcher.store.sqlite.connection import writing

Migration = Callable[[Database], None]


def observations(db: Database) -> None:
    """One row for each observation; its columns equal the field dictionary."""
    db.table("observation").create(
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
        },
        pk="id",
        not_null={"transaction", "observed_at", "ref", "domain", "policy", "outcome", "client", "recipients"},
    )
    db.table("observation").create_index(["observed_at"])


def look_ups(db: Database) -> None:
    """What tells a retry and a replay. Each line dies with what it is made of: the row's retry_tag, its signatures."""
    db.execute(
        "CREATE TABLE retry (key TEXT NOT NULL, observation INTEGER NOT NULL, "
        '"transaction" TEXT NOT NULL, observed_at TEXT NOT NULL, PRIMARY KEY (key, observation)) WITHOUT ROWID'
    )
    db.execute(
        'CREATE TABLE signature (token TEXT NOT NULL, "transaction" TEXT NOT NULL, observation INTEGER NOT NULL, '
        'PRIMARY KEY (token, "transaction", observation)) WITHOUT ROWID'
    )


def incidents(db: Database) -> None:
    """Incidents and their sums, and how far observations are folded into them."""
    db.execute(
        "CREATE TABLE incident (number INTEGER PRIMARY KEY, id TEXT NOT NULL, party TEXT NOT NULL, "
        "role TEXT NOT NULL, domain TEXT NOT NULL, UNIQUE (party, role, domain))"
    )
    db.execute("CREATE INDEX idx_incident_id ON incident (id)")
    db.execute(
        "CREATE TABLE incident_cell (incident INTEGER NOT NULL REFERENCES incident, day TEXT NOT NULL, "
        "counterpart TEXT NOT NULL, tier TEXT NOT NULL, mail_class TEXT NOT NULL, outcome TEXT NOT NULL, "
        "marked INTEGER NOT NULL, tls INTEGER NOT NULL, mails INTEGER NOT NULL, counted INTEGER NOT NULL, "
        "PRIMARY KEY (incident, day, counterpart, tier, mail_class, outcome, marked, tls)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE incident_mailbox (incident INTEGER NOT NULL REFERENCES incident, period TEXT NOT NULL, "
        "day TEXT NOT NULL, counterpart TEXT NOT NULL, side TEXT NOT NULL, token TEXT NOT NULL, "
        "counted INTEGER NOT NULL, "
        "PRIMARY KEY (incident, period, counterpart, side, day, token, counted)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE incident_total (incident INTEGER NOT NULL REFERENCES incident, period TEXT NOT NULL, "
        "counterpart TEXT NOT NULL, side TEXT NOT NULL, mailboxes INTEGER NOT NULL, days INTEGER NOT NULL, "
        "counted_mailboxes INTEGER NOT NULL, counted_days INTEGER NOT NULL, "
        "PRIMARY KEY (incident, period, counterpart, side)) WITHOUT ROWID"
    )
    db.table("folded").insert({"table": "observation", "up_to": 0}, pk="table")


def demand(db: Database) -> None:
    """Tallied queries."""
    db.execute(
        "CREATE TABLE demand (domain TEXT NOT NULL, qtype TEXT NOT NULL, rcode TEXT NOT NULL, hour TEXT NOT NULL, "
        "network TEXT NOT NULL, queries INTEGER NOT NULL, "
        "PRIMARY KEY (domain, qtype, rcode, hour, network)) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX idx_demand_hour ON demand (hour)")


def owed(db: Database) -> None:
    """Work that a transaction owes after its commit: rewriting the file, so that what was removed is gone from it."""
    db.table("owed").create({"work": str}, pk="work")


def contacts(db: Database) -> None:
    """Contacts of the parties, and the latest outcome of each step that looked for them."""
    db.execute(
        "CREATE TABLE contact (party TEXT NOT NULL, address TEXT NOT NULL, source TEXT NOT NULL, "
        "seen_at TEXT NOT NULL, own INTEGER NOT NULL, preference INTEGER NOT NULL, language TEXT, openpgp TEXT, "
        "confirmed_by TEXT, confirmed_at TEXT, bad_at TEXT, PRIMARY KEY (party, address)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE contact_outcome (party TEXT NOT NULL, step TEXT NOT NULL, at TEXT NOT NULL, "
        "result TEXT NOT NULL, reason TEXT, host TEXT, addresses INTEGER NOT NULL, "
        "PRIMARY KEY (party, step)) WITHOUT ROWID"
    )


def notices(db: Database) -> None:
    """Notices, the ledger of their steps, their texts while they are on their way, and suppressions."""
    db.execute(
        "CREATE TABLE notice (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, party TEXT NOT NULL, "
        "role TEXT NOT NULL, domain TEXT NOT NULL, period TEXT NOT NULL, address TEXT NOT NULL, source TEXT NOT NULL, "
        "trusted INTEGER NOT NULL, openpgp TEXT, form TEXT NOT NULL, language TEXT NOT NULL, ref TEXT NOT NULL, "
        "message_id TEXT NOT NULL, approvals INTEGER NOT NULL, follows TEXT, drafted_at TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE notice_step (notice INTEGER NOT NULL REFERENCES notice, number INTEGER NOT NULL, "
        "act TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL, again_at TEXT, "
        "PRIMARY KEY (notice, number)) WITHOUT ROWID"
    )
    db.execute("CREATE TABLE notice_text (notice INTEGER PRIMARY KEY REFERENCES notice, text BLOB NOT NULL)")
    db.execute(
        "CREATE TABLE suppression (number INTEGER PRIMARY KEY, scope TEXT NOT NULL, subject TEXT NOT NULL, "
        "reason TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, until TEXT)"
    )


def policies(db: Database) -> None:
    """Which policy a domain with incidents had since when."""
    db.execute(
        "CREATE TABLE policy (number INTEGER PRIMARY KEY, domain TEXT NOT NULL, day TEXT NOT NULL, "
        "policy TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX idx_policy_domain ON policy (domain, number)")


def alerts(db: Database) -> None:
    """What the operator was alerted to, and how far each alert has come on each channel."""
    db.execute(
        "CREATE TABLE alert (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, "
        "at TEXT NOT NULL, incident TEXT, counts TEXT NOT NULL, domain TEXT)"
    )
    db.execute(
        "CREATE TABLE alert_delivery (alert INTEGER NOT NULL REFERENCES alert, channel TEXT NOT NULL, "
        "attempts INTEGER NOT NULL, again_at TEXT, sent_at TEXT, PRIMARY KEY (alert, channel)) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX idx_alert_open ON alert_delivery (alert) WHERE again_at IS NOT NULL")


def revisions(db: Database) -> None:
    """How often an observation was revised; what those that may still be revised add to sums stands by itself.

    ``observation`` is 0 in the lines of all others. A revised one that was folded before is to be folded again.
    """
    db.execute("ALTER TABLE observation ADD COLUMN revision INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE TABLE to_fold_again (observation INTEGER PRIMARY KEY)")
    for table, columns, key, copied in (
        (
            "incident_cell",
            "incident INTEGER NOT NULL REFERENCES incident, day TEXT NOT NULL, counterpart TEXT NOT NULL, "
            "tier TEXT NOT NULL, mail_class TEXT NOT NULL, outcome TEXT NOT NULL, marked INTEGER NOT NULL, "
            "tls INTEGER NOT NULL, observation INTEGER NOT NULL, mails INTEGER NOT NULL, counted INTEGER NOT NULL",
            "incident, day, counterpart, tier, mail_class, outcome, marked, tls, observation",
            "incident, day, counterpart, tier, mail_class, outcome, marked, tls, 0, mails, counted",
        ),
        (
            "incident_mailbox",
            "incident INTEGER NOT NULL REFERENCES incident, period TEXT NOT NULL, day TEXT NOT NULL, "
            "counterpart TEXT NOT NULL, side TEXT NOT NULL, token TEXT NOT NULL, counted INTEGER NOT NULL, "
            "observation INTEGER NOT NULL",
            "incident, period, counterpart, side, day, token, counted, observation",
            "incident, period, day, counterpart, side, token, counted, 0",
        ),
    ):
        db.execute(f"CREATE TABLE {table}_new ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID")
        db.execute(f"INSERT INTO {table}_new SELECT {copied} FROM {table}")
        db.execute(f"DROP TABLE {table}")
        db.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
        db.execute(f"CREATE INDEX idx_{table}_open ON {table} (observation) WHERE observation > 0")


def heartbeat(db: Database) -> None:
    """When the store was last seen to take a write."""
    db.table("heartbeat").create({"at": str})


def narrow_retries(db: Database) -> None:
    """A retry's key is a number, the first 64 bits of what it was; the rest stands in the observation.

    Each mail changes a page of this table at random: the fewer there are, the more of them meet in the log.
    """
    db.execute(
        "CREATE TABLE retry_new (key INTEGER NOT NULL, observation INTEGER NOT NULL, "
        "PRIMARY KEY (key, observation)) WITHOUT ROWID"
    )
    old = db.execute("SELECT key, observation FROM retry")
    rows = ((int.from_bytes(bytes.fromhex(key[:16]), "big", signed=True), id) for key, id in old)
    db.conn.executemany("INSERT INTO retry_new VALUES (?,?)", rows)
    db.execute("DROP TABLE retry")
    db.execute("ALTER TABLE retry_new RENAME TO retry")


MIGRATIONS: tuple[Migration, ...] = (
    observations,
    look_ups,
    incidents,
    demand,
    owed,
    contacts,
    notices,
    policies,
    alerts,
    revisions,
    heartbeat,
    narrow_retries,
)
"""In the order in which they are applied."""


def applied(db: Database) -> list[str]:
    """The names of the steps that the database has, oldest first."""
    if not db.table("migration").exists():
        return []
    return [name for (name,) in db.execute("SELECT name FROM migration ORDER BY rowid")]


def migrate(db: Database) -> list[str]:
    """Applies the steps that are missing; returns their names. Several processes may try at once.

    Raises EnvironmentFailure when a newer version of catcher made the database.
    """
    present, known = applied(db), [step.__name__ for step in MIGRATIONS]
    if present == known:
        return []
    if unknown := [name for name in present if name not in known]:
        raise EnvironmentFailure(
            f"the database was made by a newer version of catcher (it has {', '.join(unknown)}); install that version"
        )
    done = []
    for step in MIGRATIONS:
        with writing(db):
            db.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY NOT NULL)")
            if step.__name__ not in applied(db):
                step(db)
                db.table("migration").insert({"name": step.__name__})
                done.append(step.__name__)
    return done
