"""Mails that count by their client's address stop counting once another organisation's mail comes from there.

An address may have sent millions of them, and anybody who has two domains can make that happen. So one transaction
stops some of them; the others are owed, and follow in steps of ``forget``, which the process that stores runs between
groups of commits.
"""

from __future__ import annotations

from collections.abc import Iterator

from catcher.store.sqlite.byday.dropping import note_rewrite
from catcher.store.sqlite.byday.layout import STOPPED
from catcher.store.sqlite.connection import PatientDatabase, write_transaction

STOPPED_AT_ONCE = 1_000
"""Most mails that stop counting in one transaction: some ten milliseconds."""
_STOP = "stop "
"""Work in the table ``owed``: mails of the address behind the word stop counting."""


def stop_resting(db: PatientDatabase, client: str, most: int = STOPPED_AT_ONCE) -> int:
    """Mails that count by the address ``client`` stop counting, at most ``most`` of them; returns their number. The
    others are owed. The caller opens the transaction."""
    stopped = _stop_some(db, client, most)
    if stopped == most:
        db.execute("INSERT OR IGNORE INTO owed (work) VALUES (?)", [_STOP + client])
    return stopped


def stop_in_steps(db: PatientDatabase) -> Iterator[None]:
    """Stops the mails that are owed, each step in one transaction."""
    query = f"SELECT work FROM owed WHERE work LIKE '{_STOP}%' LIMIT 1"
    while (owed := db.execute(query).fetchone()) is not None:
        with write_transaction(db):
            if _stop_some(db, owed[0].removeprefix(_STOP), STOPPED_AT_ONCE) < STOPPED_AT_ONCE:
                db.execute("DELETE FROM owed WHERE work = ?", owed)
                note_rewrite(db, "owed")  # no copy of the address stays in an unused place of a page
        yield


def _stop_some(db: PatientDatabase, client: str, most: int) -> int:
    stopped = 0
    for n in [part.number for part in db.registry.parts() if part.trace]:
        if stopped == most:
            break
        sql = f"SELECT id FROM trace_{n} WHERE client = ? AND resting LIMIT ?"
        ids = db.conn.execute(sql, (client, most - stopped)).fetchall()
        db.conn.executemany("INSERT OR IGNORE INTO to_fold_again VALUES (?)", ids)
        db.conn.executemany(f"UPDATE mail_{n} SET {STOPPED} WHERE id = ?", ids)
        db.conn.executemany(f"UPDATE trace_{n} SET resting = 0 WHERE id = ?", ids)
        stopped += len(ids)
    return stopped
