"""The port to retention: due data is deleted, made coarser or reduced to counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from catcher.model.ports.incidents import Folder


@dataclass(frozen=True, slots=True)
class Purged:
    """The numbers of rows that a purge changed, or would change if it was a dry run."""

    deleted: int = 0
    coarsened: int = 0
    retry_tags_emptied: int = 0
    mailbox_days_settled: int = 0
    demand_deleted: int = 0
    contacts_deleted: int = 0
    notice_texts_deleted: int = 0


class ForgettingStore(Protocol):
    """Deletes or reduces data by the retention times of the field dictionary."""

    def purge(self, now: datetime, *, keep_days: int, folder: Folder, dry_run: bool = False) -> Purged:
        """Folds first, then deletes and coarsens by the field dictionary's retention; deletes texts of old notices.

        It deletes found contacts that nobody confirmed and that were last seen ``keep_days`` ago, and the outcomes of
        steps of that age. When it returns, the files hold no purged octets.
        """
        ...

    def settle(self, period: str) -> int:
        """Replaces the MailboxDays of ``period``, whose key is being destroyed, by MailboxTotals.

        Returns the number of removed MailboxDays.
        """
        ...
