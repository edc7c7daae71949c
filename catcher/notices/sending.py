"""Sends approved notices one after the other; each step is durable before the next begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from catcher.model.clock import Clock
from catcher.model.ports import Store
from catcher.model.telling.notice import TEXT_DAYS, LedgerEntry, Notice, NoticeForm, OutOfOrder
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.model.telling.suppression import suppressed
from catcher.notices.smarthost import SmarthostReply, SmtpReplyKind

if TYPE_CHECKING:
    from catcher.notices.outgoing import Outgoing

BY_CATCHER = "catcher"
"""``who`` in the ledger, for a step that the program took and not a person."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=6)
_READY = (NoticeState.APPROVED, NoticeState.SENDING, NoticeState.DEFERRED)


class MailTransport(Protocol):
    """A connection to the smarthost that is ready for one mail."""

    def deliver(self, mail: Outgoing) -> SmarthostReply: ...


@dataclass(frozen=True, slots=True)
class NoticeSender:
    """Sends notices. Only one may run for a store at a time: the caller holds a lock."""

    store: Store
    clock: Clock
    connect: Callable[[], AbstractContextManager[MailTransport]]
    """Connects to the smarthost. Raises EnvironmentFailure; then no further step is recorded."""
    compose: Callable[[Notice, bytes], Outgoing]
    """The mail of a notice, from its text. Raises EnvironmentFailure when its contact's key can't be used."""
    bad_contact: Callable[[str, str, datetime], None]
    """Called with (party, address, moment) when the smarthost replies that this address doesn't exist."""
    retry: timedelta
    """Time from the first attempt to the last."""

    def send(self, ids: frozenset[str] = frozenset()) -> Iterator[Notice]:
        """Sends the ready notices (those in ``ids``; without ``ids`` all), and yields each with the step after its
        attempt.

        A notice whose text is gone or too old is withdrawn; if it was tried before, it fails instead. Then it is
        drafted again.
        """
        for notice in ready(self.store, self.clock.now(), ids):
            done = self._one(notice)
            if done is not None:
                yield done

    def _one(self, notice: Notice) -> Notice | None:
        text = self.store.notice_text(notice.id)
        if text is None or notice.drafted_at + TEXT_DAYS <= self.clock.now():
            return self._step(notice, _outdated(notice), note="its text is over a week old")
        self.compose(notice, text)  # raises before any step, for example without the contact's key
        with self.connect() as connection:
            tried = self._step(notice, Act.SENDING)
            if tried is None or tried.state is not NoticeState.SENDING:
                return None
            reply = connection.deliver(self.compose(tried, text))
            done = self._after(tried, reply)
        if done is not None and reply.kind is SmtpReplyKind.NO_SUCH_ADDRESS:
            self.bad_contact(notice.key.party, notice.addressee.address, self.clock.now())
        return done

    def _after(self, tried: Notice, reply: SmarthostReply) -> Notice | None:
        now = self.clock.now()
        match reply.kind:
            case SmtpReplyKind.TAKEN:
                return self._step(tried, Act.SENT, note=reply.text)
            case SmtpReplyKind.REFUSED | SmtpReplyKind.NO_SUCH_ADDRESS:
                return self._step(tried, Act.FAILED, note=reply.text)
        again_at = now + retry_wait(tried.attempts)
        first = tried.first_sending_at or now
        if again_at > min(first + self.retry, tried.drafted_at + TEXT_DAYS):
            return self._step(tried, Act.FAILED, note=f"given up after {tried.attempts} attempts: {reply.text}")
        return self._step(tried, Act.DEFERRED, note=reply.text, again_at=again_at)

    def _step(self, notice: Notice, act: Act, *, note: str = "", again_at: datetime | None = None) -> Notice | None:
        """The notice with the step; None when another step, which excludes this one, was stored first."""
        try:
            return self.store.add_step(notice.id, LedgerEntry(act, self.clock.now(), BY_CATCHER, note, again_at))
        except OutOfOrder:
            return None


def retry_wait(attempts: int) -> timedelta:
    """The wait after attempt number ``attempts``: 15 minutes after the first, then double each time, at most 6
    hours."""
    return min(_FIRST_WAIT * (1 << min(attempts - 1, 10)), _LONGEST_WAIT)


def ready(store: Store, now: datetime, ids: frozenset[str] = frozenset()) -> list[Notice]:
    """The mails that may go out at ``now``: approved, interrupted by a crash while sending, or deferred until now.

    A notice that a suppression covers isn't among them, even if it wasn't withdrawn.
    """
    suppressions = list(store.suppressions())
    return [
        notice
        for notice in store.notices()
        if notice.state in _READY
        and notice.form is NoticeForm.MAIL
        and (not ids or notice.id in ids)
        and (notice.again_at is None or notice.again_at <= now)
        and suppressed(suppressions, notice.key, now.date()) is None
    ]


def _outdated(notice: Notice) -> Act:
    return Act.WITHDRAWN if notice.first(Act.SENDING) is None else Act.FAILED
