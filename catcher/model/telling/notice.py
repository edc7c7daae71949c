"""The notice: a report on its way to one contact, and the ledger of its life.

A notice is never changed: steps are added to its end, each with a person or program and a moment. Its present state
(``noticelife.NoticeState``) follows from the steps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from catcher.model.leak.incident import IncidentKey
from catcher.model.moments import second
from catcher.model.telling.addressee import Addressee
from catcher.model.telling.noticelife import AFTER, ANSWERS, ASIDE, REQUESTS, Act, NoticeState

TEXT_DAYS = timedelta(days=7)
"""Longest time for which the text of a notice is kept after its draft; usually it is deleted earlier, after sending."""


class NoticeForm(StrEnum):
    """The form in which the contact gets the notice."""

    MAIL = "mail"
    LETTER = "letter"
    """A paper letter: a person prints and posts it, then records that it was posted."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger."""

    act: Act
    at: datetime
    """Whole seconds, UTC."""
    who: str
    """A person's name, ``catcher`` for a step by the program, ``answer`` for an answer by mail."""
    note: str = ""
    """One line in our own words; never a text from a mail."""
    again_at: datetime | None = None
    """The earliest next attempt, if the act is ``deferred``."""

    def to_json(self) -> dict[str, Any]:
        return {
            "act": self.act,
            "at": second(self.at),
            "who": self.who,
            "note": self.note,
            "again_at": self.again_at and second(self.again_at),
        }


class OutOfOrder(ValueError):
    """A step that can't follow the earlier steps."""


@dataclass(frozen=True, slots=True)
class Notice:
    id: str
    """``ntc-`` and 48 bits, by ``notice_id``."""
    key: IncidentKey
    """The party that gets the notice, the party's role, and the typo domain."""
    period: str
    """The month that the notice reports, ``2026-06``."""
    addressee: Addressee
    form: NoticeForm
    language: str
    ref: str
    """The report's reference."""
    message_id: str
    """The mail's Message-ID without angle brackets; made once, so that receivers recognise a second copy."""
    approvals: int
    """Number of people who have to approve the notice."""
    follows: str | None = None
    """The earlier notice, to another contact or in another form, that this notice follows."""
    steps: tuple[LedgerEntry, ...] = ()

    @property
    def incident(self) -> str:
        return self.key.id

    @property
    def state(self) -> NoticeState:
        """The present state, which follows from the steps alone."""
        state: NoticeState | None = None
        for number, step in enumerate(self.steps):
            state = self._after(state, step, self.steps[:number])
        if state is None:
            raise OutOfOrder(f"{self.id}: a notice begins with its draft")
        return state

    def with_step(self, step: LedgerEntry) -> Notice:
        """This notice with ``step`` at its end. Raises OutOfOrder when the step can't follow."""
        self._after(self.state if self.steps else None, step, self.steps)
        return replace(self, steps=(*self.steps, step))

    def _after(self, state: NoticeState | None, step: LedgerEntry, before: Iterable[LedgerEntry]) -> NoticeState:
        if step.act in ASIDE and state is not None:
            return state
        after = AFTER[state].get(step.act)
        if after is None:
            raise OutOfOrder(f"{self.id}: it is {state or 'not drafted'}; it can't be {step.act} now")
        if (
            step.act is Act.APPROVED
            and state is NoticeState.DRAFTED
            and len(_approvers((*before, step))) < self.approvals
        ):
            return NoticeState.DRAFTED
        return after

    @property
    def drafted_at(self) -> datetime:
        return self.steps[0].at

    @property
    def approvers(self) -> tuple[str, ...]:
        """The people who approved the notice so far, each once."""
        return _approvers(self.steps)

    @property
    def first_sending_at(self) -> datetime | None:
        """The moment of the first attempt, which is the mail's Date."""
        return next((step.at for step in self.steps if step.act is Act.SENDING), None)

    @property
    def sent_at(self) -> datetime | None:
        """The first moment at which the notice was known to be sent: the smarthost took it, or the party answered."""
        taken = (Act.SENT, *ANSWERS)
        return next((step.at for step in self.steps if step.act in taken), None)

    @property
    def attempts(self) -> int:
        """Number of started dialogues with the smarthost."""
        return sum(step.act is Act.SENDING for step in self.steps)

    @property
    def again_at(self) -> datetime | None:
        """The moment of the next attempt, if the notice is deferred."""
        return self.steps[-1].again_at if self.state is NoticeState.DEFERRED else None

    def first(self, act: Act) -> LedgerEntry | None:
        """The earliest step of this kind."""
        return next((step for step in self.steps if step.act is act), None)

    @property
    def request(self) -> Act | None:
        """The party's latest request that nobody has decided yet; None when no request waits."""
        for step in reversed(self.steps):
            if step.act in (Act.CONFIRMED, Act.DECLINED):
                return None
            if step.act in REQUESTS:
                return step.act
        return None

    def to_json(self) -> dict[str, Any]:
        """A line of ``catcher notify list --json``."""
        return {
            "id": self.id,
            "state": self.state,
            "incident": self.incident,
            "party": self.key.party,
            "role": self.key.role,
            "domain": self.key.domain,
            "period": self.period,
            "ref": self.ref,
            "contact": self.addressee.to_json(),
            "form": self.form,
            "language": self.language,
            "message_id": self.message_id,
            "approvals": self.approvals,
            "follows": self.follows,
            "request": self.request,
            "steps": [step.to_json() for step in self.steps],
        }


def _approvers(steps: Iterable[LedgerEntry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.who for step in steps if step.act is Act.APPROVED))


def notice_id(incident: str, period: str, address: str, day: date) -> str:
    """The id of the notice on ``incident`` in ``period`` to ``address``, drafted on ``day``."""
    digest = hashlib.sha256(f"{incident} {period} {day.isoformat()} {address}".encode()).hexdigest()
    return f"ntc-{digest[:12]}"
