"""Forgetting: what is due is deleted, made coarser, reduced to counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from catcher.model.ports.incidents import Folder


@dataclass(frozen=True, slots=True)
class Purged:
    """The numbers of rows that a purge changed, or with ``dry_run`` would change."""

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
        """Folds first, then deletes and coarsens by the dates of the field dictionary; deletes texts of old notices.

        It deletes contacts that were found, that nobody confirmed and that were last seen ``keep_days`` ago, and the
        outcomes of steps of that age. When it returns, the purged octets are gone from the files.
        """
        ...

    def settle(self, period: str) -> int:
        """Replaces the MailboxDays of ``period`` (its key is being destroyed) by MailboxTotals.

        Returns the number that went.
        """
        ...
