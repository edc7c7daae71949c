"""The steps that bring an older database to the present schema, through sqlite-utils' ``Migrations``.

::

    an empty file          ─▶ tables.create, every step recorded at that moment
    a database of 0.1      ─▶ "0.1" recorded as "unknown", its old ledger dropped ─▶ the steps after it
    a database since then  ─▶ the steps that its ledger doesn't have
    any other              ─▶ refused, with what to do

The whole migration is one transaction: if the process is killed, the database stays unchanged. The ledger is the table
``_sqlite_migrations``: set of steps, name, and ``applied_at``, the moment in UTC.

A released step never changes. For a change of the schema, add a new step at the end, a function with ``@MIGRATIONS()``,
and change ``schema`` for new databases.
"""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

from catcher.model.errors import EnvironmentFailure
from catcher.store.sqlite.connection import write_transaction
from catcher.store.sqlite.library import Database, Migrations
from catcher.store.sqlite.schema import byday, tables
from catcher.store.sqlite.schema import sight as sight_tables
from catcher.store.sqlite.schema import sums as sums_tables
from catcher.store.sqlite.sums import summary

MIGRATIONS = Migrations("catcher")


@MIGRATIONS(name="0.1")
def release_0_1(db: Database) -> None:
    """The schema of release 0.1. This step is never run: a new database gets the present schema, an old one has this
    schema already."""
    raise EnvironmentFailure(
        "the file is a database with tables, but without a record of catcher's first step; "
        "name another file in [store] url, restore a copy, or move it away (a new one is made)"
    )


@MIGRATIONS(name="reasons")
def reasons(db: Database) -> None:
    """0.3: the author's token, the reasons, kinds and levels in the sums, and the organisations at a client's address.

    Earlier releases kept none of these, and none is made up. Observations: no author; a reverse-path's token stays as
    it is. Cells: reason '' (unrecorded), the kind of an ordinary mail, and for marked mail the level 'other', which is
    never named. Mailboxes whose mail counted get the way RESIDUAL, since no way is known of which no attack remains: a
    notice that is due by them alone needs a second approver. Addresses are noted from now on.
    """
    db.table("observation").add_column("author_token", str)
    for statement in _REASONS:
        db.execute(statement)


_REASONS = (
    """CREATE INDEX "idx_observation_spf" ON "observation" ("client") WHERE fresh_reason = 'spf'""",
    """CREATE TABLE "client_organisation" (
        "client" TEXT NOT NULL, "organisation" TEXT NOT NULL, "day" TEXT NOT NULL,
        PRIMARY KEY ("client", "organisation")
    ) WITHOUT ROWID""",
    'ALTER TABLE "incident_cell" RENAME TO "old_cell"',
    """CREATE TABLE "incident_cell" (
        "incident" INTEGER NOT NULL REFERENCES "incident"("number"), "day" TEXT NOT NULL, "counterpart" TEXT NOT NULL,
        "tier" TEXT NOT NULL, "mail_class" TEXT NOT NULL, "outcome" TEXT NOT NULL, "level" TEXT NOT NULL,
        "tls" INTEGER NOT NULL, "reason" TEXT NOT NULL, "kind" TEXT NOT NULL, "observation" INTEGER NOT NULL,
        "mails" INTEGER NOT NULL, "counted" INTEGER NOT NULL,
        PRIMARY KEY ("incident", "day", "counterpart", "tier", "mail_class", "outcome", "level", "tls", "reason",
                     "kind", "observation")
    ) WITHOUT ROWID""",
    """INSERT INTO "incident_cell" SELECT incident, day, counterpart, tier, mail_class, outcome,
        CASE WHEN marked THEN 'other' ELSE '' END, tls, '', '', observation, mails, counted FROM "old_cell" """,
    'DROP TABLE "old_cell"',
    """CREATE INDEX "idx_incident_cell_open" ON "incident_cell" ("observation") WHERE observation > 0""",
    'ALTER TABLE "incident_mailbox" RENAME TO "old_mailbox"',
    """CREATE TABLE "incident_mailbox" (
        "incident" INTEGER NOT NULL REFERENCES "incident"("number"), "period" TEXT NOT NULL, "day" TEXT NOT NULL,
        "counterpart" TEXT NOT NULL, "side" TEXT NOT NULL, "token" TEXT NOT NULL, "counted" INTEGER NOT NULL,
        "level" TEXT NOT NULL, "observation" INTEGER NOT NULL,
        PRIMARY KEY ("incident", "period", "counterpart", "side", "day", "token", "counted", "level", "observation")
    ) WITHOUT ROWID""",
    """INSERT INTO "incident_mailbox" SELECT incident, period, day, counterpart, side, token, 2 * counted, '',
        observation FROM "old_mailbox" """,
    'DROP TABLE "old_mailbox"',
    """CREATE INDEX "idx_incident_mailbox_open" ON "incident_mailbox" ("observation") WHERE observation > 0""",
    'ALTER TABLE "incident_total" RENAME TO "old_total"',
    """CREATE TABLE "incident_total" (
        "incident" INTEGER NOT NULL REFERENCES "incident"("number"), "period" TEXT NOT NULL,
        "counterpart" TEXT NOT NULL, "side" TEXT NOT NULL, "level" TEXT NOT NULL, "counted" INTEGER NOT NULL,
        "mailboxes" INTEGER NOT NULL, "steady" INTEGER NOT NULL, "steady_days" INTEGER NOT NULL,
        PRIMARY KEY ("incident", "period", "counterpart", "side", "level", "counted")
    ) WITHOUT ROWID""",
    *(
        f"""INSERT INTO "incident_total" SELECT incident, period, counterpart, '{new}', '', {counted}, {number}, 0, 0
            FROM "old_total" WHERE side = '{old}' AND {number} > 0"""
        for old, new in (
            ("sender", "author"),
            ("sender", "reverse-path"),
            ("recipient", "recipient"),
            ("subscriber", "subscriber"),
        )
        for counted, number in ((2, "counted_mailboxes"), (0, "mailboxes - counted_mailboxes"))
    ),
    'DROP TABLE "old_total"',
)
"""2 is ``Counted.RESIDUAL``. In totals, a sender's mailbox is counted by author and by reverse-path."""


@MIGRATIONS()
def sight(db: Database) -> None:
    """The sink's uptimes instead of the moment of the last heartbeat, and the ledger of lost delegations."""
    db.table("heartbeat").drop()
    sight_tables.create(db)


@MIGRATIONS(name="sums")
def sums(db: Database) -> None:
    """0.5: summaries of incidents, a table of mailboxes for each period, and the observations that may change.

    A period with totals counts as settled in the incidents that have them. Observations that may change are those
    whose increments are kept apart, until they are 30 days old.
    """
    for column, default in sums_tables.SUMMARY_DEFAULTS.items():
        db.table("incident").add_column(column, type(default), not_null_default=default)
    for index in sums_tables.SUMMARY_INDEXES:
        db.table("incident").create_index(index)
    sums_tables.create_registers(db)
    summary.of_cells(db)
    db.execute("INSERT INTO settled SELECT DISTINCT incident, period FROM incident_total")
    for (period,) in db.execute("SELECT DISTINCT period FROM incident_mailbox").fetchall():
        table = sums_tables.create_mailboxes(db, period)
        db.execute("INSERT INTO mailbox_period (period, closed, dropped) VALUES (?, 0, 0)", [period])
        columns = "incident, counterpart, side, day, token, counted, level, observation"
        db.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incident_mailbox AS m WHERE period = ? "
            "AND NOT EXISTS (SELECT 1 FROM settled WHERE settled.incident = m.incident AND settled.period = m.period)",
            [period],
        )
    db.table("incident_mailbox").drop()
    db.execute(
        "INSERT INTO open_observation SELECT DISTINCT cell.observation, "
        "ifnull(strftime('%Y-%m-%dT%H:%M:%SZ', o.observed_at, '+30 days'), '') "
        "FROM incident_cell AS cell LEFT JOIN observation AS o ON o.id = cell.observation WHERE cell.observation > 0"
    )


@MIGRATIONS(name="byday")
def move_by_day(db: Database) -> None:
    """0.5: what has to be forgotten early lies in tables by day, which are dropped whole."""
    byday.move(db)


@MIGRATIONS()
def sure_moment(db: Database) -> None:
    """The latest sure moment is that of the latest heartbeat; the day that is done isn't known."""
    sight_tables.create_upkeep(db)
    db.execute("INSERT INTO upkeep (number, sure_at) SELECT 1, latest FROM uptime ORDER BY latest DESC LIMIT 1")


RELEASE_0_1_STEPS = (
    "observations",
    "look_ups",
    "incidents",
    "demand",
    "owed",
    "contacts",
    "notices",
    "policies",
    "alerts",
    "revisions",
    "heartbeat",
    "narrow_retries",
)
"""The names in the ledger of a database of release 0.1, the table ``migration``, which has no dates."""


class Applied(NamedTuple):
    """A step that was applied to a database."""

    name: str
    applied_at: str
    """A moment, or "unknown" with the reason."""


def known() -> list[str]:
    """The names of all steps, in order."""
    with closing(Database(memory=True)) as empty:
        return [step.name for step in MIGRATIONS.pending(empty)]


def applied(db: Database) -> list[Applied]:
    """The steps in the database's ledger, oldest first."""
    return [Applied(step.name, step.applied_at) for step in MIGRATIONS.applied(db)]


def migrate(db: Database) -> list[str]:
    """Brings the database to the present schema; returns the names of the applied steps.

    Several processes may call this at once. Raises EnvironmentFailure when a newer version of catcher, or no release of
    catcher, made the database.
    """
    if [step.name for step in applied(db)] == known():
        return []
    with write_transaction(db):
        if not db.table_names():
            _for_a_new_database().apply(db)
            return known()
        if db.table("migration").exists():
            _carry_over(db)
        _refuse_newer([step.name for step in applied(db)])
        pending = [step.name for step in MIGRATIONS.pending(db)]
        MIGRATIONS.apply(db)
        return pending


def _for_a_new_database() -> Migrations:
    """The same steps for an empty database: the first step makes the present schema, so the other steps do nothing."""
    steps = Migrations(MIGRATIONS.name)
    first, *others = known()
    steps(name=first)(tables.create)
    for name in others:
        steps(name=name)(_nothing_left)
    return steps


def _nothing_left(db: Database) -> None:
    """Does nothing: the schema just made includes the changes of this step."""


def _carry_over(db: Database) -> None:
    """Replaces the ledger of a database of release 0.1. The old ledger has no dates, which the new ledger states."""
    names = [row["name"] for row in db.table("migration").rows_where(order_by="rowid")]
    if sorted(names) != sorted(RELEASE_0_1_STEPS):
        raise EnvironmentFailure(
            "no release of catcher made the database: its ledger differs from that of 0.1 in "
            f"{', '.join(sorted(set(names) ^ set(RELEASE_0_1_STEPS)))}; open it once with release 0.1, which applies "
            "the steps that are missing, or move it away (a new one is made)"
        )
    MIGRATIONS.ensure_migrations_table(db)
    db.table(MIGRATIONS.migrations_table).insert(
        {
            "migration_set": MIGRATIONS.name,
            "name": "0.1",
            "applied_at": "unknown: release 0.1 kept no dates",
        }
    )
    db.table("migration").drop()


def _refuse_newer(have: list[str]) -> None:
    if unknown := [name for name in have if name not in known()]:
        raise EnvironmentFailure(
            f"the database was made by a newer version of catcher (it has {', '.join(unknown)}); install that version"
        )
