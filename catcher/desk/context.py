"""The ports and values that every action of an operator takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from catcher.incident import Thresholds
from catcher.model.errors import CatcherError
from catcher.model.ports import Folder, Store
from catcher.model.telling.report import ReportOperator


class NotFound(CatcherError):
    """The name that a person gave does not exist; the message names the command that lists the existing names."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Desk:
    store: Store
    folder: Folder | None
    """Folds observations; None: the store is only read."""
    party_of: Callable[[str], str | None]
    """Domain → organizational domain; None for freemail and shared platforms."""
    organisation: Callable[[str], str | None]
    """Domain → organisation's name from the directory; None when the domain isn't listed."""
    operator: ReportOperator
    now: datetime
    thresholds: Thresholds = Thresholds()
    """Numbers of mailboxes and days from which a notice is due."""

    def fold(self) -> None:
        """Brings the incidents up to date with all committed observations, if the store may be written."""
        if self.folder is not None:
            self.store.fold(self.folder, now=self.now)
