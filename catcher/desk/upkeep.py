"""Upkeep: fold, settle, destroy keys, purge, in the order in which a crash between two steps loses nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from catcher.model.ports import Folder, Purged, Store
from catcher.privacy import KeyRing
from catcher.privacy.retention import PERIOD_ENDS_AFTER


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The result of one upkeep; with ``dry_run`` what it would be."""

    folded: int
    """Observations that were brought into the incidents; a dry run does that, too."""
    keys_destroyed: tuple[str, ...]
    """Periods whose key went, ``2026-11``."""
    purged: Purged

    def to_json(self) -> dict[str, Any]:
        return {
            "folded": self.folded,
            "keys_destroyed": list(self.keys_destroyed),
            "mailbox_days_settled": self.purged.mailbox_days_settled,
            "deleted": self.purged.deleted,
            "coarsened": self.purged.coarsened,
            "retry_tags_emptied": self.purged.retry_tags_emptied,
            "demand_deleted": self.purged.demand_deleted,
            "contacts_deleted": self.purged.contacts_deleted,
            "notice_texts_deleted": self.purged.notice_texts_deleted,
        }


def upkeep(
    store: Store, keys: KeyRing, now: datetime, *, keep_days: int, folder: Folder, dry_run: bool = False
) -> Upkeep:
    """Brings everything to the state that the field dictionary demands at ``now``.

    1. Fold: what is about to lose its key or its row is in the sums first.
    2. Settle the ended periods: their mailboxes become numbers, while the key still exists. Repeating it adds nothing.
    3. Destroy the keys of the ended periods: from here on their tokens can be tied to nothing.
    4. Purge: rows go, and with the rewritten file the settled tokens, too.

    A period has ended an hour after its last moment (``PERIOD_ENDS_AFTER``), when what began in it is stored. Raises
    EnvironmentFailure when the store or a key fails; the next upkeep goes on from there.
    """
    ended_at = now - PERIOD_ENDS_AFTER
    folded = store.fold(folder)
    if dry_run:
        purged = store.purge(now, keep_days=keep_days, folder=folder, dry_run=True)
        return Upkeep(folded, tuple(keys.ended(ended_at)), purged)
    settled = sum(store.settle(period) for period in keys.ended(ended_at))
    destroyed = keys.destroy_before(ended_at)
    purged = store.purge(now, keep_days=keep_days, folder=folder)
    all_settled = purged.mailbox_days_settled + settled
    return Upkeep(folded, tuple(destroyed), replace(purged, mailbox_days_settled=all_settled))
