"""Notices on their way, their readers' answers, and suppressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from catcher.model.telling.answer import PartyAnswer
from catcher.model.telling.notice import LedgerEntry, Notice
from catcher.model.telling.suppression import Suppression

NoteAnswers = Callable[[Sequence[PartyAnswer], datetime], None]
"""Makes answers to notices durable, each once. Raises StoreUnavailable; blocks, so it is called in a thread."""


class NoticeStore(Protocol):
    """Notices with the ledger of their steps and their texts, and suppressions."""

    def add_notice(self, notice: Notice, text: bytes) -> bool:
        """Stores a draft with its first step, and its text (the mail without Date and signature, or the letter).

        False, and nothing is stored, when a notice with its id is there already.
        """
        ...

    def add_step(self, id: str, step: LedgerEntry, *, once: bool = False) -> Notice:
        """Adds a step to the notice ``id``, to the second; returns the notice with it. Durable when it returns.

        Check and write are one transaction: raises OutOfOrder when the step can't follow (``noticelife.AFTER``),
        KeyError for an unknown id. With ``once`` a notice that has a step of this kind stays as it is. When the notice
        is no longer on its way, the same write deletes its text.
        """
        ...

    def notice(self, id: str) -> Notice | None: ...

    def notices(self) -> Iterator[Notice]:
        """All notices in the order of their drafts."""
        ...

    def notice_text(self, id: str) -> bytes | None:
        """The drafted text; None when it is gone: after sending, or after ``notice.TEXT_DAYS``."""
        ...

    def suppress(self, suppression: Suppression) -> None:
        """Adds a suppression, to the second."""
        ...

    def suppressions(self) -> Iterator[Suppression]:
        """All suppressions in the order in which they were made; of one subject the latest holds."""
        ...
