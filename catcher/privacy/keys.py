"""The key ring: a random key for each period and for each epoch, each in its own file, which is destroyed in time.

::

    period-2026-11.key         mailbox tokens of November; a second one, made after the first was destroyed: 2026-11.2
    period-2026-11.destroyed   an empty file: no key is ever made again under this id
    epoch-2026-11-27.key       retry tags and signature tokens: written with for five days, read with for five more

Longer than others: the life of the two kinds of keys, which one ring reads, makes, forgets and destroys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from catcher.model.errors import EnvironmentFailure
from catcher.privacy.keyfile import destroy, key_of, make_empty, stored_key, sync_folder
from catcher.privacy.tokens import (
    EPOCH_DAYS,
    RollingTokens,
    Tokens,
    bounds,
    epoch_before,
    epoch_bounds,
    epoch_of,
    period_of,
)

_KEY_FILE = re.compile(r"period-(\d{4}-\d{2}(?:\.[1-9]\d*)?)\.key\Z", re.ASCII)
_MARK = re.compile(r"period-(\d{4}-\d{2}(?:\.[1-9]\d*)?)\.destroyed\Z", re.ASCII)
_EPOCH_FILE = re.compile(r"epoch-(\d{4}-\d{2}-\d{2})\.key\Z", re.ASCII)
_DRAFT = re.compile(r"\.period-(\d{4}-\d{2})[.\d]*\.[0-9a-f]{16}\Z", re.ASCII)
_EPOCH_DRAFT = re.compile(r"\.epoch-(\d{4}-\d{2}-\d{2})\.[0-9a-f]{16}\Z", re.ASCII)


def period_of_key(key_id: str) -> str:
    """The period of the key ``2026-11.2``: ``2026-11``."""
    return key_id.partition(".")[0]


class KeyRing:
    """The keys of ``folder`` (mode 0700): files of 32 random octets (mode 0600).

    Several processes may share a folder: the first process that makes a key makes it for all processes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tokens: Tokens | None = None
        self._since = self._until = datetime.min.replace(tzinfo=UTC)
        """First moment at which these tokens hold, and first moment after it."""

    def __repr__(self) -> str:
        return f"KeyRing({str(self._folder)!r})"

    def tokens(self, now: datetime) -> Tokens:
        """The tokens of ``now``; the keys of its period and its epoch are made durably when there are none yet.

        The tokens of another period or epoch are dropped from memory. Raises EnvironmentFailure when a key can't be
        read or made, or when accounts other than its owner's may read it.
        """
        if self._tokens is None or not self._since <= now < self._until:
            self._tokens = None
            period, epoch = period_of(now), epoch_of(now)
            key_id, key = self._period_key(period)
            self._tokens = Tokens(key_id, key, self._rolling(epoch), self._rolling_before(epoch))
            both = bounds(period), epoch_bounds(epoch)
            self._since, self._until = max(since for since, _ in both), min(until for _, until in both)
        return self._tokens

    def forget_ended(self, now: datetime) -> bool:
        """Drops the tokens in memory if they don't hold at ``now``; a process without mail calls this by a timer.
        Returns whether it dropped some."""
        if self._tokens is None or self._since <= now < self._until:
            return False
        self._tokens = None
        return True

    def key_ids(self) -> list[str]:
        """The ids of the periods' keys that exist, like ``2026-11`` and ``2026-11.2``, oldest first."""
        return sorted(match[1] for match in map(_KEY_FILE.match, self._names()) if match)

    def epochs(self) -> list[date]:
        """The epochs whose key exists, oldest first."""
        return sorted(date.fromisoformat(match[1]) for match in map(_EPOCH_FILE.match, self._names()) if match)

    def destroyed(self) -> list[str]:
        """The ids that no key gets again, oldest first."""
        return sorted(match[1] for match in map(_MARK.match, self._names()) if match)

    def ended(self, now: datetime) -> list[str]:
        """The ids of the existing keys of periods that were over before the period of ``now`` began, oldest first."""
        current = period_of(now)
        return [key_id for key_id in self.key_ids() if period_of_key(key_id) < current]

    def destroy_before(self, now: datetime) -> list[str]:
        """Destroys the keys of all ended periods: overwritten, synced, unlinked. Returns their ids.

        The id is marked as used first, so that a clock that is set back finds no way to make the same id again. One
        key that can't be destroyed doesn't keep the others. Raises EnvironmentFailure then, after the others.
        """
        current = period_of(now)
        ended = [(self._path(key_id), self._mark(key_id), key_id) for key_id in self.ended(now)]
        drafts = [name for name in self._names() if (found := _DRAFT.match(name)) and found[1] < current]
        return self._destroyed(ended, drafts)

    def destroy_epochs(self, now: datetime) -> list[str]:
        """Destroys the keys of the epochs that may not be read at ``now``: of those before the last one, and of those
        that a clock far ahead began. Returns their first days. Raises EnvironmentFailure as ``destroy_before``."""
        present = epoch_of(now)
        alive = (epoch_before(present), present, epoch_bounds(present)[1].date())
        over = [(self._epoch_path(epoch), None, epoch.isoformat()) for epoch in self.epochs() if epoch not in alive]
        drafts = [
            name
            for name in self._names()
            if (found := _EPOCH_DRAFT.match(name)) and date.fromisoformat(found[1]) not in alive
        ]
        return self._destroyed(over, drafts)

    def _destroyed(self, keys: Iterable[tuple[Path, Path | None, str]], drafts: Iterable[str]) -> list[str]:
        destroyed, failure, changed = [], "", False
        for path, mark, name in (*keys, *((self._folder / draft, None, "") for draft in drafts)):
            try:
                if mark is not None and not mark.exists():
                    make_empty(mark)
                if destroy(path):
                    changed = True
                    destroyed += [name] if name else []
            except OSError as error:
                failure = failure or f"{path}: a key can't be destroyed: {error.strerror}"
        try:
            if changed:
                sync_folder(self._folder)
        except OSError as error:
            failure = failure or f"{self._folder}: can't be synced: {error.strerror}"
        self._tokens = None
        if failure:
            raise EnvironmentFailure(failure)
        return destroyed

    def _names(self) -> list[str]:
        try:
            return [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise EnvironmentFailure(f"{self._folder}: can't be listed: {error.strerror}") from None

    def _path(self, key_id: str) -> Path:
        return self._folder / f"period-{key_id}.key"

    def _mark(self, key_id: str) -> Path:
        return self._folder / f"period-{key_id}.destroyed"

    def _epoch_path(self, epoch: date) -> Path:
        return self._folder / f"epoch-{epoch.isoformat()}.key"

    def _period_key(self, period: str) -> tuple[str, bytes]:
        """The period's key and its id: the first id that no destroyed key had."""
        for number in count(1):
            key_id = period if number == 1 else f"{period}.{number}"
            if self._mark(key_id).exists():
                continue
            key = key_of(self._path(key_id), loss="lose the count of distinct mailboxes for this month")
            if not self._mark(key_id).exists():  # another process destroyed it meanwhile
                return key_id, key
        raise AssertionError("an id is always found")

    def _rolling(self, epoch: date) -> RollingTokens:
        return RollingTokens(key_of(self._epoch_path(epoch), loss=_EPOCH_LOSS))

    def _rolling_before(self, epoch: date) -> RollingTokens | None:
        """The tokens of the epoch before ``epoch``; None when it has no key: none is made for what is over."""
        key = stored_key(self._epoch_path(epoch_before(epoch)), loss=_EPOCH_LOSS)
        return None if key is None else RollingTokens(key)


_EPOCH_LOSS = f"lose the retries and replays of {EPOCH_DAYS} days"
