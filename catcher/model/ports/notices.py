"""The port to stored notices, answers to notices, and suppressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from catcher.model.telling.answer import PartyAnswer
from catcher.model.telling.notice import LedgerEntry, Notice
from catcher.model.telling.suppression import Suppression

NoteAnswers = Callable[[Sequence[PartyAnswer], datetime], None]
"""Stores answers to notices durably, each once. Raises StoreUnavailable. It blocks, so it is called in a thread."""


class NoticeStore(Protocol):
    """Notices with the ledger of their steps and their texts, and suppressions."""

    def add_notice(self, notice: Notice, text: bytes) -> bool:
        """Stores a draft with its first step, and its text (the mail without Date and signature, or the letter).

        Returns False, and stores nothing, if a notice with this id exists.
        """
        ...

    def add_step(self, id: str, step: LedgerEntry, *, once: bool = False) -> Notice:
        """Adds a step, to the second, to the notice ``id``, durably; returns the notice with the step.

        Check and write are one transaction. Raises OutOfOrder when the step can't follow (``noticelife.AFTER``),
        KeyError for an unknown id. With ``once`` a notice that has a step of this kind stays unchanged. When the notice
        is no longer on its way, the same write deletes its text.
        """
        ...

    def notice(self, id: str) -> Notice | None: ...

    def notices(self) -> Iterator[Notice]:
        """All notices in the order of their drafts."""
        ...

    def notice_text(self, id: str) -> bytes | None:
        """The drafted text; None once it is deleted: after sending, or after ``notice.TEXT_DAYS``."""
        ...

    def suppress(self, suppression: Suppression) -> None:
        """Adds a suppression, to the second."""
        ...

    def suppressions(self) -> Iterator[Suppression]:
        """All suppressions in the order in which they were made; the latest one on a subject holds."""
        ...
