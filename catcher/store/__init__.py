"""The store: observations in, durable before anyone is told so; incidents, demand and forgetting.

::

    worker:  intake ─▶ StoreClient.commit ─▶ socket ─┐
    worker:  intake ─▶ StoreClient.commit ─▶ socket ─┴─▶ StoreServer ─▶ GroupWriter: one sync for all that waited
                 ◀── futures resolved ◀── socket ◀────────────┘              │
                                                                             ▼
    catcher.incident.fold ◀── Store.fold ◀── observations    SqliteStore | MemoryStore (the oracle)
              └─▶ increments ─▶ sums where they lie

What a server alone needs is imported from its module (``remote``): a command doesn't load it.

The contract is ``catcher.model.ports.Store``; tests/unit/store runs the same cases over every implementation.
``adapter`` chooses the implementation by URL.

How a worker reaches the process that stores
--------------------------------------------
The parent makes one pair of datagram sockets, the *handoff socket*, before it forks. Workers keep its writing end, the
process that stores its reading end; the pair outlives every one of them.

Connect. A worker makes a socket pair and sends one end through the handoff socket. The process that stores reads it
there and says OPEN. Only then does the worker send commits; the results come in the order of the commits.

Replace (reload). The new process reads the same handoff socket, so new offers reach it. The old one stops reading
offers, says REPLACED to its workers, and goes on to serve them. A worker then offers a second connection; when that
says OPEN, commits go there, and the first connection *drains*: it closes once all its commits are answered. The old
process ends when its last worker has left. No commit is refused, and none is sent twice.

Fall. When the process that stores ends otherwise, its connections end with it. Their unanswered commits fail with
StoreUnavailable (451): whether they were written is unknown, and a retry is recognised. The worker offers a connection
at once; the offer waits in the handoff socket until the restarted process reads it. Until then commits fail at once.

Start. A worker waits for its first OPEN, but for two seconds only: the process that stores may be down, and the parent
restarts it only after the worker reports ready.

Stop. ``StoreClient.close`` refuses new commits and drains. The process that stores ends when no worker is left.
"""

from catcher.store.adapter import (
    PATIENCE_SECONDS,
    checkpointer_at,
    folder_of_store,
    migrate_store,
    schema_sql,
    schema_tables,
    shown_store,
    store_at,
    store_exists,
    store_to_read,
    verify_store,
)
from catcher.store.memory import MemoryStore
from catcher.store.sqlite import SqliteStore

__all__ = [
    "PATIENCE_SECONDS",
    "MemoryStore",
    "SqliteStore",
    "checkpointer_at",
    "folder_of_store",
    "migrate_store",
    "schema_sql",
    "schema_tables",
    "shown_store",
    "store_at",
    "store_exists",
    "store_to_read",
    "verify_store",
]
