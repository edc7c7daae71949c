"""The step of 0.5 that moves what has to be forgotten early into tables by day. Its SQL stays as it was released.

::

    observation, retry, signature ─▶ mail_N, trace_N, token_N, recent_N, retry_N, signature_N   by day
    client_organisation           ─▶ organisation_N                                             by day
    demand                        ─▶ demand_N                                                   by day

The next purge drops the old tables in its steps, and writes those anew that stay: dropped here, all their pages would
have to be kept in memory until the end of the transaction.
"""

from __future__ import annotations

from hashlib import blake2b
from secrets import token_hex

from catcher.privacy.retention import network_of
from catcher.store.sqlite.library import Database

_PART_ROWS = 100_000
_REGISTRY = (
    'CREATE TABLE "origin" ("epoch" TEXT NOT NULL, "last_id" INTEGER NOT NULL, "last_number" INTEGER NOT NULL)',
    """CREATE TABLE "part" ("number" INTEGER PRIMARY KEY, "day" TEXT NOT NULL, "first_id" INTEGER NOT NULL,
        "last_id" INTEGER NOT NULL, "rows" INTEGER NOT NULL, "indexed" INTEGER NOT NULL, "trace" INTEGER NOT NULL,
        "token" INTEGER NOT NULL, "recent" INTEGER NOT NULL)""",
    'CREATE TABLE "daily" ("number" INTEGER PRIMARY KEY, "kind" TEXT NOT NULL, "day" TEXT NOT NULL)',
    'CREATE TABLE "dropping" ("number" INTEGER PRIMARY KEY, "name" TEXT NOT NULL, "rows" INTEGER NOT NULL)',
    """CREATE TABLE "period" ("period" TEXT PRIMARY KEY, "settled_at" TEXT, "key_destroyed_at" TEXT,
        "lost" INTEGER NOT NULL DEFAULT 0)""",
    'CREATE TABLE "set_apart" ("observation" INTEGER PRIMARY KEY, "reason" TEXT NOT NULL, "at" TEXT NOT NULL)',
    'CREATE TABLE "clock" ("number" INTEGER PRIMARY KEY, "sure_at" TEXT, "accepted_at" TEXT)',
    """CREATE TABLE "unstored" ("day" TEXT NOT NULL, "domain" TEXT NOT NULL, "kind" TEXT NOT NULL,
        "mails" INTEGER NOT NULL, PRIMARY KEY ("day", "domain", "kind")) WITHOUT ROWID""",
)
_PART = (
    """CREATE TABLE "mail_{n}" ("id" INTEGER PRIMARY KEY, "transaction" TEXT NOT NULL, "observed_at" TEXT NOT NULL,
        "ref" TEXT NOT NULL, "domain" TEXT NOT NULL, "policy" TEXT NOT NULL, "outcome" TEXT NOT NULL,
        "client" TEXT NOT NULL, "tls" INTEGER, "size_class" TEXT, "reverse_path_domain" TEXT, "retry_of" INTEGER,
        "replayed" INTEGER, "fresh" INTEGER, "fresh_reason" TEXT, "sender" TEXT, "intended" TEXT, "nature" TEXT,
        "markings" TEXT, "authentication" TEXT, "revision" INTEGER NOT NULL, "recipient_count" INTEGER NOT NULL)""",
    'CREATE TABLE "ref_{n}" ("ref" TEXT NOT NULL, "id" INTEGER NOT NULL, PRIMARY KEY ("ref", "id")) WITHOUT ROWID',
    """CREATE TABLE "trace_{n}" ("id" INTEGER PRIMARY KEY, "observed_at" TEXT NOT NULL, "client" TEXT NOT NULL,
        "resting" INTEGER NOT NULL)""",
    'CREATE INDEX "idx_trace_{n}_resting" ON "trace_{n}" ("client") WHERE resting',
    """CREATE TABLE "token_{n}" ("id" INTEGER PRIMARY KEY, "reverse_path_token" TEXT, "recipients" TEXT NOT NULL,
        "author_token" TEXT, "key_id" TEXT, "buckets" TEXT)""",
    """CREATE TABLE "recent_{n}" ("id" INTEGER PRIMARY KEY, "retry_tag" TEXT, "signatures" TEXT NOT NULL,
        "used" INTEGER NOT NULL)""",
    """CREATE TABLE "retry_{n}" ("key" INTEGER NOT NULL, "id" INTEGER NOT NULL, PRIMARY KEY ("key", "id"))
        WITHOUT ROWID""",
    """CREATE TABLE "signature_{n}" ("token" TEXT NOT NULL, "id" INTEGER NOT NULL, PRIMARY KEY ("token", "id"))
        WITHOUT ROWID""",
)
_OF_DAY = "observed_at >= ?1 AND observed_at < ?1 || 'U'"
"""The moments of a day: they go on with a T."""
_ROWS = f"FROM observation WHERE {_OF_DAY} AND id >= ?2 AND id <= ?3"
_MOVE = (
    f"""INSERT INTO "mail_{{n}}" SELECT id, "transaction", substr(observed_at, 1, 13) || ':00:00Z', ref, domain, policy,
        outcome, network_of(client), tls, size_class, reverse_path_domain, retry_of, replayed, fresh, fresh_reason,
        sender, intended, nature, markings, authentication, revision,
        iif(json_valid(recipients), json_array_length(recipients), 0) {_ROWS}""",
    f"""INSERT INTO "trace_{{n}}" SELECT id, observed_at, client, fresh = 1 AND fresh_reason = 'spf'
        AND instr(client, '/') = 0 {_ROWS}""",
    f"""INSERT INTO "token_{{n}}" SELECT id, reverse_path_token, recipients, author_token, NULL, NULL {_ROWS}""",
    f"""INSERT INTO "ref_{{n}}" SELECT ref, id {_ROWS} ORDER BY ref, id""",
    f"""INSERT INTO "recent_{{n}}" SELECT id, retry_tag, signatures,
        EXISTS (SELECT 1 FROM signature WHERE signature.observation = observation.id) {_ROWS}
        AND (retry_tag IS NOT NULL OR signatures <> '[]')""",
    f"""INSERT INTO "retry_{{n}}" SELECT tag_key(retry_tag), id {_ROWS} AND retry_tag IS NOT NULL
        AND retry_of IS NULL""",
    f"""INSERT OR IGNORE INTO "signature_{{n}}" SELECT token, observation FROM signature
        WHERE observation IN (SELECT id {_ROWS})""",
)
_CLIENTS = """CREATE TABLE "organisation_{n}" ("client" TEXT NOT NULL, "organisation" TEXT NOT NULL,
    "alone" INTEGER NOT NULL, PRIMARY KEY ("client", "organisation")) WITHOUT ROWID"""
_DEMAND = """CREATE TABLE "demand_{n}" ("domain" TEXT NOT NULL, "qtype" TEXT NOT NULL, "rcode" TEXT NOT NULL,
    "hour" TEXT NOT NULL, "network" TEXT NOT NULL, "queries" INTEGER NOT NULL,
    PRIMARY KEY ("domain", "qtype", "rcode", "hour", "network")) WITHOUT ROWID"""
_DAILY = (
    (
        *("organisation", _CLIENTS, "SELECT DISTINCT day FROM client_organisation ORDER BY day"),
        # Whether another organisation's mail came from the address, is looked for.
        'INSERT INTO "organisation_{n}" SELECT client, organisation, 0 FROM client_organisation WHERE day = ?',
    ),
    (
        *("demand", _DEMAND, "SELECT DISTINCT substr(hour, 1, 10) AS day FROM demand ORDER BY day"),
        'INSERT INTO "demand_{n}" SELECT domain, qtype, rcode, hour, network, queries FROM demand '
        "WHERE substr(hour, 1, 10) = ?",
    ),
)
_OLD = {"signature": 5_000, "retry": 5_000, "observation": 1_000, "client_organisation": 5_000, "demand": 5_000}
"""Old table → rows that one step deletes."""
_WRITTEN_ANEW = ("contact", "contact_outcome", "notice_text")


def move(db: Database) -> None:
    """Moves the rows, in the transaction of the caller. Numbers of observations stay."""
    for statement in _REGISTRY:
        db.execute(statement)
    db.conn.create_function("network_of", 1, network_of, deterministic=True)
    db.conn.create_function("tag_key", 1, _tag_key, deterministic=True)
    (last,) = db.execute(
        "SELECT max(up_to, ifnull((SELECT max(id) FROM observation), 0)) FROM folded WHERE \"table\" = 'observation'"
    ).fetchone()
    db.execute('CREATE INDEX "idx_signature_observation" ON "signature" ("observation")')
    number = 0
    for day, rows in db.execute(
        "SELECT substr(observed_at, 1, 10) AS day, count(*) FROM observation GROUP BY day ORDER BY day"
    ).fetchall():
        after = 0
        for begin in range(0, rows, _PART_ROWS):
            number += 1
            first, up_to, some = db.execute(
                f"SELECT min(id), max(id), count(*) FROM (SELECT id FROM observation "
                f"WHERE {_OF_DAY} AND id > ?2 ORDER BY id LIMIT ?3)",
                [day, after, min(_PART_ROWS, rows - begin)],
            ).fetchone()
            _move_part(db, number, day, first, up_to, some)
            after = up_to
    for kind, table, days, insert in _DAILY:
        for (day,) in db.execute(days).fetchall():
            number += 1
            db.execute('INSERT INTO "daily" VALUES (?,?,?)', [number, kind, day])
            db.execute(table.format(n=number))
            db.execute(insert.format(n=number), [day])
    db.execute('INSERT INTO "origin" VALUES (?,?,?)', [token_hex(16), last, number])
    for name, rows in _OLD.items():
        _leave(db, name, rows)
    for name in _WRITTEN_ANEW:
        db.execute("INSERT OR IGNORE INTO owed (work) VALUES (?)", [f"rewrite {name}"])
    db.execute("INSERT OR IGNORE INTO owed (work) VALUES ('scrub')")


def _move_part(db: Database, number: int, day: str, first: int, last: int, rows: int) -> None:
    db.execute('INSERT INTO "part" VALUES (?,?,?,?,?,?,1,1,1)', [number, day, first, last, rows, last])
    for statement in _PART:
        db.execute(statement.format(n=number))
    for statement in _MOVE:
        db.execute(statement.format(n=number), [day, first, last])


def _leave(db: Database, name: str, rows: int) -> None:
    """Leaves an old table to the next purge, under a name that nothing reads."""
    for (index,) in db.execute("SELECT name FROM pragma_index_list(?) WHERE origin = 'c'", [name]).fetchall():
        db.execute(f'DROP INDEX "{index}"')
    left = f"{name.replace('_', '')}_0"
    db.execute(f'ALTER TABLE "{name}" RENAME TO "{left}"')
    db.execute('INSERT INTO "dropping" (name, rows) VALUES (?,?)', [left, rows])


def _tag_key(tag: str) -> int:
    return int.from_bytes(blake2b(tag.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
