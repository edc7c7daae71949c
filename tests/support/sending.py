"""A sender of notices over a store, with a smarthost that a test scripts, and a process that dies where it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from catcher.model.ports import Store
from catcher.model.telling.notice import LedgerEntry, Notice
from catcher.model.telling.noticelife import Act
from catcher.notices.outgoing import Outgoing, outgoing
from catcher.notices.sending import NoticeSender
from catcher.notices.signing import SigningKey
from catcher.notices.smarthost import SmarthostReply, SmtpReplyKind
from catcher.privacy import NoticeCodes
from tests.support.notices import MORNING, another
from tests.support.signing import RSA_KEY

DOMAIN = "notices.sink.example"
CODES = NoticeCodes(bytes(range(32)))
KEY = SigningKey(RSA_KEY, selector="catcher", domain=DOMAIN)
TEXT = b"From: notices@notices.sink.example\r\nSubject: a report\r\nMessage-ID: <ntc@sink.example>\r\n\r\nsome text\r\n"
TAKEN = SmarthostReply(SmtpReplyKind.TAKEN, "250 2.0.0 Ok")


class Killed(BaseException):
    """The process died: nothing after it runs."""


@dataclass
class Ticking:
    """A clock that goes on by a second at each look."""

    moment: datetime = MORNING + timedelta(minutes=10)

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass
class Host:
    """A smarthost: says ``replies`` in turn (then 250), and keeps what it took."""

    replies: list[SmarthostReply] = field(default_factory=list)
    taken: list[Outgoing] = field(default_factory=list)
    offered: list[Outgoing] = field(default_factory=list)

    def deliver(self, mail: Outgoing) -> SmarthostReply:
        self.offered.append(mail)
        reply = self.replies.pop(0) if self.replies else TAKEN
        if reply.kind is SmtpReplyKind.TAKEN:
            self.taken.append(mail)
        return reply

    @contextmanager
    def session(self) -> Iterator[Host]:
        yield self


class Dying:
    """A store and a smarthost in a process that dies before or after its ``at``-th act towards the outside."""

    def __init__(self, store: Store, host: Host, at: int | None = None, *, after: bool = False) -> None:
        self._store, self._host = store, host
        self._left, self._after = at, after
        self.acts: list[str] = []

    def _act(self, name: str, do: Any) -> Any:
        self.acts.append(name)
        dies = self._left == len(self.acts)
        if dies and not self._after:
            raise Killed
        done = do()
        if dies:
            raise Killed
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def add_step(self, id: str, step: LedgerEntry) -> Notice:
        found: Notice = self._act(step.act, lambda: self._store.add_step(id, step))
        return found

    @contextmanager
    def session(self) -> Iterator[Dying]:
        self._act("connect", lambda: None)
        yield self

    def deliver(self, mail: Outgoing) -> SmarthostReply:
        reply: SmarthostReply = self._act("deliver", lambda: self._host.deliver(mail))
        return reply


def sender_over(store: Any, host: Any, clock: Ticking, bad: list[tuple[str, str]] | None = None) -> NoticeSender:
    """A sender with the house's own keys; ``bad`` collects the contacts that the smarthost won't have."""
    return NoticeSender(
        store=store,
        clock=clock,
        connect=host.session,
        compose=lambda notice, text: outgoing(notice, text, key=KEY, codes=CODES, domain=DOMAIN, now=clock.now()),
        bad_contact=lambda party, address, at: None if bad is None else bad.append((party, address)),
        retry=timedelta(hours=48),
    )


def approved(store: Store, number: int = 1, **changes: Any) -> str:
    """A notice that waits to be sent; its id."""
    notice = another(number, **changes)
    store.add_notice(notice, TEXT)
    store.add_step(notice.id, LedgerEntry(Act.APPROVED, MORNING + timedelta(minutes=1), "alice"))
    return notice.id
