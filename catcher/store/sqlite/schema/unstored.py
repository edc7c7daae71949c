"""The table of the mails that were only counted (``model.leak.unstored``)."""

from __future__ import annotations

from catcher.store.sqlite.library import Database


def create(db: Database) -> None:
    """One row for each day, catalogued domain and kind of sender; '' stands for any domain."""
    db.execute(
        """CREATE TABLE "unstored" (
            "day" TEXT NOT NULL, "domain" TEXT NOT NULL, "kind" TEXT NOT NULL, "mails" INTEGER NOT NULL,
            PRIMARY KEY ("day", "domain", "kind")
        ) WITHOUT ROWID"""
    )
