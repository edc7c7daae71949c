"""The store: observations in, durable before anyone is told so; incidents, demand and forgetting.

::

    worker:  intake ─▶ StoreLink.commit ─▶ socket ─┐
    worker:  intake ─▶ StoreLink.commit ─▶ socket ─┴─▶ StoreService ─▶ GroupWriter: one sync for all that waited
                 ◀── futures resolved ◀── socket ◀────────────┘              │
                                                                             ▼
    catcher.incident.fold ◀── Store.fold ◀── observations    SqliteStore | MemoryStore (the oracle)
              └─▶ increments ─▶ sums where they lie

What a server alone needs is imported from its module (``link``, ``service``, ``writer``): a command doesn't load it.

The contract is ``catcher.model.ports.Store``; tests/unit/store runs the same cases over every implementation.
"""

from catcher.store.memory import MemoryStore
from catcher.store.sqlite import BUSY_SECONDS, SqliteStore, migrate, verify

__all__ = [
    "BUSY_SECONDS",
    "MemoryStore",
    "SqliteStore",
    "migrate",
    "verify",
]
