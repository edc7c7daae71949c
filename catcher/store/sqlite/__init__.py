"""The default store: one SQLite file through sqlite-utils, WAL, synchronous FULL, secure_delete.

::

    SqliteStore (store.py) ─▶ connection.py   the file, its pragmas, transactions, failures
         │                    migrations.py   the schema in named steps
         ├─▶ observation.py   rows in, with retries and replays recognised; rows out, in pages
         ├─▶ incident.py      increments added to sums where they lie
         ├─▶ demand.py        tallies
         ├─▶ policy.py        which policy a domain had since when
         ├─▶ alert.py         what the operator was alerted to
         ├─▶ contact.py       a party's contacts, and what came of each step that looked for them
         ├─▶ notice.py        notices and their steps, suppressions
         └─▶ retention.py     what is due is deleted, coarsened, emptied, and gone from the files
    verify.py                 looks at a file without serving from it

All SQL of catcher is in this folder, by noun.
"""

from catcher.store.sqlite.connection import BUSY_SECONDS
from catcher.store.sqlite.store import SqliteStore
from catcher.store.sqlite.verify import migrate, verify

__all__ = ["BUSY_SECONDS", "SqliteStore", "migrate", "verify"]
