"""Forgetting: what is due is deleted, made coarser, reduced to counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from catcher.model.ports.incidents import Folder


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did, or with ``dry_run`` would do; counts of rows."""

    deleted: int = 0
    coarsened: int = 0
    retry_tags_emptied: int = 0
    mailbox_days_settled: int = 0
    demand_deleted: int = 0
    contacts_deleted: int = 0
    notice_texts_deleted: int = 0


class ForgettingStore(Protocol):
    """Forgets by the field dictionary's dates."""

    def purge(self, now: datetime, *, keep_days: int, folder: Folder, dry_run: bool = False) -> Purged:
        """Folds first, then deletes and coarsens what the field dictionary says is due, and texts of old notices.

        Contacts that were found, that nobody confirmed and that were not seen for ``keep_days`` go, and so do steps'
        outcomes of that age.

        The purged bytes are gone from the file when it returns.
        """
        ...

    def settle(self, period: str) -> int:
        """Replaces the MailboxDays of ``period`` (its key is being destroyed) by MailboxTotals.

        Returns how many went.
        """
        ...
