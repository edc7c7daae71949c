"""The default store: one SQLite file through sqlite-utils, WAL, synchronous FULL, secure_delete.

::

    SqliteStore (store.py) ─▶ connection.py   the file, its pragmas, transactions, failures
         │                    schema/         the present tables, the steps that lead to them, the check of a file
         ├─▶ observation.py   rows in, with retries and replays recognised; rows out, in pages
         ├─▶ sums/            observations folded into incidents, their summaries, the mailboxes of a period
         ├─▶ demand.py        counted queries
         ├─▶ policy.py        the policy that a domain had from a day on
         ├─▶ alert.py         alerts to the operator
         ├─▶ contact.py       a party's contacts, and the outcome of each step that looked for them
         ├─▶ notice.py        notices and their steps, suppressions
         ├─▶ wal/             the log is copied by a thread; who holds the lock
         └─▶ retention.py     what is due goes in short steps, and is gone from the files
                    byday/          the tables of a day, which are dropped whole; how they are dropped

All SQL of catcher is in this folder, by noun. sqlite-utils makes the schema and its ledger, and writes and reads the
tables that change by hand or once a day (policies, alerts, contacts, notices). Each mail, each count of queries and the
sums are prepared statements: ten rows or ten thousand go through them at once, and their cost is measured.
"""

from catcher.store.sqlite.connection import BUSY_SECONDS
from catcher.store.sqlite.schema.tables import present_sql, present_tables
from catcher.store.sqlite.schema.verify import migrate_file, verify_file
from catcher.store.sqlite.store import SqliteStore
from catcher.store.sqlite.wal.checkpointer import Checkpointer

__all__ = [
    "BUSY_SECONDS",
    "Checkpointer",
    "SqliteStore",
    "migrate_file",
    "present_sql",
    "present_tables",
    "verify_file",
]
