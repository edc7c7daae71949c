"""The index tables of a part: they are filled many rows at once, since each mail's keys lie on pages of their own.

::

    mail ─▶ its keys in memory, up to MOST_WAITING ─▶ in the order of the keys ─▶ ref_N, retry_N, signature_N
    a process that starts, another one's rows ─▶ keys read from recent_N

``part.indexed`` is the id up to which the tables hold the rows. The few rows behind it are found by their keys in
memory, or by reading them.
"""

from __future__ import annotations

from hashlib import blake2b

from catcher.store.codec import texts
from catcher.store.sqlite.byday.registry import MailPart, Registry, WaitingKeys
from catcher.store.sqlite.library import Database

MOST_WAITING = 2_500
"""Rows of a part after which they are indexed. The write that does so takes some 10 ms longer."""


def tag_key(tag: str) -> int:
    """A retry tag as a number, which makes the index small."""
    return int.from_bytes(blake2b(tag.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def waiting_keys(db: Database, registry: Registry, part: MailPart) -> WaitingKeys:
    """The keys of the rows of ``part`` that aren't indexed; what this process doesn't know yet is read."""
    waiting = registry.waiting.get(part.number)
    if waiting is None or waiting.after != part.indexed:
        waiting = registry.waiting[part.number] = WaitingKeys(part.indexed)
    if waiting.up_to < part.last_id:
        n = part.number
        rows = db.execute(
            f"SELECT r.id, iif(m.retry_of IS NULL, r.retry_tag, NULL), iif(r.used, r.signatures, '[]') "
            f"FROM recent_{n} AS r JOIN mail_{n} AS m ON m.id = r.id WHERE r.id > ? ORDER BY r.id",
            [waiting.up_to],
        )
        for id, tag, signatures in rows:
            if tag is not None:
                waiting.retry.setdefault(tag_key(tag), []).append(id)
            for signature in texts(signatures):
                waiting.signature.setdefault(signature, []).append(id)
        waiting.up_to = part.last_id
    return waiting


def index_rows(db: Database, registry: Registry, part: MailPart) -> None:
    """Writes what waits into the index tables of ``part``, in the caller's transaction. Its rows are written."""
    n, after = part.number, part.indexed
    db.execute(f"INSERT INTO ref_{n} SELECT ref, id FROM mail_{n} WHERE id > ? ORDER BY ref, id", [after])
    if part.recent:
        keys = waiting_keys(db, registry, part).retry
        lines = sorted((key, id) for key, ids in keys.items() for id in ids)
        db.conn.executemany(f"INSERT INTO retry_{n} VALUES (?,?)", lines)
        # From the rows, since a revision changes them. It writes its tokens itself.
        db.execute(
            f"INSERT OR IGNORE INTO signature_{n} SELECT each.value, r.id FROM recent_{n} AS r, "
            "json_each(r.signatures) AS each WHERE r.id > ? AND r.used ORDER BY each.value, r.id",
            [after],
        )
    registry.note_indexed(part)
