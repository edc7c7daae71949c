"""Sends what is approved, one notice after the other, each step of it durable before the next begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from catcher.model.clock import Clock
from catcher.model.notice import TEXT_DAYS, LedgerEntry, Notice, NoticeForm, OutOfOrder
from catcher.model.noticelife import Act, NoticeState
from catcher.model.ports import Store
from catcher.model.suppression import suppressed
from catcher.notify.smarthost import Reply, Verdict

if TYPE_CHECKING:
    from catcher.notify.outgoing import Outgoing

WHO = "catcher"
"""In the ledger: the program, not a person."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=6)
_READY = (NoticeState.APPROVED, NoticeState.SENDING, NoticeState.DEFERRED)


class Delivery(Protocol):
    """A connection to the smarthost that is ready for one mail."""

    def deliver(self, mail: Outgoing) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending works with. One at a time for a store: whoever calls holds a lock."""

    store: Store
    clock: Clock
    connect: Callable[[], AbstractContextManager[Delivery]]
    """Raises EnvironmentFailure when the smarthost can't be had; then no notice has a step more."""
    compose: Callable[[Notice, bytes], Outgoing]
    """The mail of a notice, from its text. Raises EnvironmentFailure when its contact's key can't be used."""
    bad_contact: Callable[[str, str, datetime], None]
    """(party, address, moment): the smarthost won't have this address."""
    retry: timedelta
    """How long a notice is tried."""

    def send(self, ids: frozenset[str] = frozenset()) -> Iterator[Notice]:
        """Sends what is ready (of ``ids``, else all), and yields each notice with the step that its attempt led to.

        A notice whose text is gone or too old is withdrawn, or failed where it was tried before: it is drafted anew.
        """
        for notice in ready(self.store, self.clock.now(), ids):
            done = self._one(notice)
            if done is not None:
                yield done

    def _one(self, notice: Notice) -> Notice | None:
        text = self.store.notice_text(notice.id)
        if text is None or notice.drafted_at + TEXT_DAYS <= self.clock.now():
            return self._step(notice, _outdated(notice), note="its text is over a week old")
        self.compose(notice, text)  # what can't be composed, as for want of a key, has no step more
        with self.connect() as connection:
            tried = self._step(notice, Act.SENDING)
            if tried is None or tried.state is not NoticeState.SENDING:
                return None
            reply = connection.deliver(self.compose(tried, text))
            done = self._after(tried, reply)
        if done is not None and reply.verdict is Verdict.NO_SUCH_ADDRESS:
            self.bad_contact(notice.key.party, notice.addressee.address, self.clock.now())
        return done

    def _after(self, tried: Notice, reply: Reply) -> Notice | None:
        now = self.clock.now()
        match reply.verdict:
            case Verdict.TAKEN:
                return self._step(tried, Act.SENT, note=reply.text)
            case Verdict.REFUSED | Verdict.NO_SUCH_ADDRESS:
                return self._step(tried, Act.FAILED, note=reply.text)
        again_at = now + wait(tried.attempts)
        first = tried.first_sending_at or now
        if again_at > min(first + self.retry, tried.drafted_at + TEXT_DAYS):
            return self._step(tried, Act.FAILED, note=f"given up after {tried.attempts} attempts: {reply.text}")
        return self._step(tried, Act.DEFERRED, note=reply.text, again_at=again_at)

    def _step(self, notice: Notice, act: Act, *, note: str = "", again_at: datetime | None = None) -> Notice | None:
        """None when something else was stored first that leaves no room for this step."""
        try:
            return self.store.add_step(notice.id, LedgerEntry(act, self.clock.now(), WHO, note, again_at))
        except OutOfOrder:
            return None


def wait(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 15 minutes, then twice as long each time, 6 hours at most."""
    return min(_FIRST_WAIT * (1 << min(attempts - 1, 10)), _LONGEST_WAIT)


def ready(store: Store, now: datetime, ids: frozenset[str] = frozenset()) -> list[Notice]:
    """The mails that may go out at ``now``: approved, left in a dialogue by a crash, or deferred until now.

    What a suppression covers that was made while nobody looked is not among them.
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
