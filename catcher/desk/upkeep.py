"""Runs the upkeep: fold, settle, destroy keys, purge. In this order a crash between two steps loses nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from catcher.model.ports import Folder, Purged, Store
from catcher.privacy import KeyRing
from catcher.privacy.retention import PERIOD_ENDS_AFTER


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The result of one upkeep; with ``dry_run`` the expected result."""

    folded: int
    """Number of observations folded into the incidents; a dry run folds them as well."""
    keys_destroyed: tuple[str, ...]
    """Periods whose key was destroyed, like ``2026-11``."""
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
    """Deletes and coarsens all data to the state that the field dictionary demands at ``now``.

    1. Fold: the sums include every observation before its key or its row is deleted.
    2. Settle the ended periods while their keys still exist: mailboxes become numbers. A repetition adds nothing.
    3. Destroy the keys of the ended periods: after that, nobody can link the tokens of these periods to an address.
    4. Purge: old rows are deleted; the file is rewritten, which deletes the settled tokens.

    A period counts as ended one hour after its last moment (``PERIOD_ENDS_AFTER``): by then all transactions that began
    in it are stored. Raises EnvironmentFailure when the store or a key fails; the next upkeep continues from there.
    """
    ended_at = now - PERIOD_ENDS_AFTER
    folded = store.fold(folder, now=now).observations
    if dry_run:
        purged = store.purge(now, keep_days=keep_days, folder=folder, dry_run=True)
        return Upkeep(folded, tuple(keys.ended(ended_at)), purged)
    settled = sum(store.settle(period) for period in keys.ended(ended_at))
    destroyed = keys.destroy_before(ended_at)
    purged = store.purge(now, keep_days=keep_days, folder=folder)
    all_settled = purged.mailbox_days_settled + settled
    return Upkeep(folded, tuple(destroyed), replace(purged, mailbox_days_settled=all_settled))
