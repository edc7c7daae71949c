"""The key ring: one random key for each period, in its own file, which is destroyed after the period."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from catcher.model.errors import EnvironmentFailure
from catcher.privacy.keyfile import destroy, key_of, sync_folder
from catcher.privacy.tokens import Tokens, bounds, period_of

_KEY_FILE = re.compile(r"period-(\d{4}-\d{2})\.key\Z")
_DRAFT = re.compile(r"\.period-(\d{4}-\d{2})\.[0-9a-f]{16}\Z")


class KeyRing:
    """The keys of ``folder`` (mode 0700): files ``period-YYYY-MM.key`` of 32 random octets (mode 0600).

    Several processes may share a folder: the first process that makes a period's key makes it for all processes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tokens: Tokens | None = None
        self._since = self._until = datetime.min.replace(tzinfo=UTC)
        """First moment of the period of these tokens, and first moment after it."""

    def __repr__(self) -> str:
        return f"KeyRing({str(self._folder)!r})"

    def tokens(self, now: datetime) -> Tokens:
        """The tokens of the period of ``now``; its key is made durably when there is none yet.

        The tokens of another period are dropped from memory. Raises EnvironmentFailure when the key can't be read or
        made, or when accounts other than its owner's may read it.
        """
        if self._tokens is None or not self._since <= now < self._until:
            period = period_of(now)
            self._tokens = Tokens(period, self._key(period))
            self._since, self._until = bounds(period)
        return self._tokens

    def periods(self) -> list[str]:
        """The periods whose key exists, oldest first."""
        return sorted(match[1] for match in map(_KEY_FILE.match, self._names()) if match)

    def ended(self, now: datetime) -> list[str]:
        """The periods whose key exists and that were over before the period of ``now`` began, oldest first."""
        current = period_of(now)
        return [period for period in self.periods() if period < current]

    def destroy_before(self, now: datetime) -> list[str]:
        """Destroys the keys of all ended periods: overwritten, synced, unlinked. Returns these periods.

        Before the call, the store must be settled for these periods. Raises EnvironmentFailure when a key can't be
        destroyed.
        """
        current = period_of(now)
        destroyed = []
        try:
            for period in self.ended(now):
                if destroy(self._path(period)):
                    destroyed.append(period)
            for draft in filter(None, map(_DRAFT.match, self._names())):
                if draft[1] < current:
                    destroy(self._folder / draft.string)
            if destroyed:
                sync_folder(self._folder)
        except OSError as error:
            raise EnvironmentFailure(f"{self._folder}: a key can't be destroyed: {error.strerror}") from None
        if self._tokens is not None and self._tokens.period in destroyed:
            self._tokens = None
        return destroyed

    def _names(self) -> list[str]:
        try:
            return [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise EnvironmentFailure(f"{self._folder}: can't be listed: {error.strerror}") from None

    def _path(self, period: str) -> Path:
        return self._folder / f"period-{period}.key"

    def _key(self, period: str) -> bytes:
        return key_of(self._path(period), loss="lose the count of distinct mailboxes for this month")
