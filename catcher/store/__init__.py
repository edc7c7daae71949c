"""The store: observations in, durable before anyone is told so; incidents, demand and forgetting.

::

    intake ─▶ GroupWriter.commit ─▶ [queue] ─▶ one thread ─▶ Store.add (one sync for all that waited)
                    ◀── futures resolved ──────────┘              │
                                                                  ▼
    catcher.incident.fold ◀── Store.fold ◀── observations    SqliteStore | MemoryStore (the oracle)
              └─▶ increments ─▶ sums where they lie

The contract is ``catcher.model.ports.Store``; tests/unit/store runs the same cases over every implementation.
"""

from catcher.store.memory import MemoryStore
from catcher.store.sqlite import BUSY_SECONDS, SqliteStore, migrate, verify
from catcher.store.writer import GroupWriter

__all__ = ["BUSY_SECONDS", "GroupWriter", "MemoryStore", "SqliteStore", "migrate", "verify"]
