"""The port to retention: due data is deleted, made coarser or reduced to counts, in short steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Protocol

from catcher.model.ports.incidents import Folder


@dataclass(frozen=True, slots=True)
class Purged:
    """The numbers of rows that a step or a purge changed, or would change if it was a dry run."""

    deleted: int = 0
    """Observations deleted after keep_days. Their other changes on the way are not counted."""
    coarsened: int = 0
    """Observations that lost their minute and their client's address."""
    retry_tags_emptied: int = 0
    """Observations that lost what is kept for five days: retry tag and signatures."""
    mailbox_days_settled: int = 0
    demand_deleted: int = 0
    contacts_deleted: int = 0
    notice_texts_deleted: int = 0
    tokens_emptied: int = 0
    """Observations that lost the tokens of their mailboxes."""

    def __add__(self, other: Purged) -> Purged:
        return Purged(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Purged)})


@dataclass(frozen=True, slots=True)
class PeriodRecord:
    """What became of an ended period (``2026-11``): its mailboxes, its key, its tokens."""

    period: str
    settled_at: datetime | None = None
    """When its mailboxes had been replaced by their numbers; None while they aren't."""
    key_destroyed_at: datetime | None = None
    lost: int = 0
    """Observations whose tokens were dropped before they were folded: their mailboxes are in no number."""


class ForgettingStore(Protocol):
    """Deletes or reduces data by the retention times of the field dictionary."""

    def forget(self, now: datetime, *, keep_days: int) -> Iterator[Purged]:
        """Forgets what is due at ``now``, in steps: each ``next`` does one short durable step and gives what it changed.

        The order: tokens of settled or overdue periods, what is kept for 5 days, for 30 days, for ``keep_days``,
        demand, contacts, texts of notices. The last step empties the log. When the iterator is exhausted, nothing is
        due any more, and no file holds a purged octet. Each step is one transaction of some 20 ms at most; between two
        steps the store may be used in any way. An iterator that is dropped, or a process that is killed, loses nothing:
        the next call continues.

        A period's tokens are dropped when ``note_period`` has recorded it as settled, or ``PERIOD_DEADLINE`` after its
        end; observations that weren't folded by then are counted in ``PeriodRecord.lost``. It neither folds nor
        settles, and writes nothing when nothing is due.

        Raises StoreUnavailable where the medium fails, and as its last step when another process's long read keeps the
        log from being emptied: call it again later, not at once. Raises ValueError when ``keep_days`` is below one.
        """
        ...

    def end_log(self) -> None:
        """Copies what the log still holds into its place, without waiting for anybody; a later write begins the log
        anew. The process that stores calls it between two groups of commits, when little is left to copy."""
        ...

    def purge(self, now: datetime, *, keep_days: int, folder: Folder, dry_run: bool = False) -> Purged:
        """Folds, settles and records all ended periods, then does all steps of ``forget``. For commands.

        A dry run folds, too: folding loses nothing, and the counts equal a purge's counts. It deletes found contacts
        that nobody confirmed and that were last seen ``keep_days`` ago, and the outcomes of steps of that age.
        """
        ...

    def settle(self, period: str) -> int:
        """Replaces the MailboxDays of ``period``, whose key is being destroyed, by MailboxTotals.

        Returns the number of removed MailboxDays. ``note_period`` is called afterwards.
        """
        ...

    def note_period(
        self, period: str, *, settled_at: datetime | None = None, key_destroyed_at: datetime | None = None
    ) -> None:
        """Records what became of a period, durably, to the second. A moment that is recorded already stays."""
        ...

    def periods(self) -> tuple[PeriodRecord, ...]:
        """What was recorded of ended periods, earliest first."""
        ...
