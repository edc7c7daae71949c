"""The life of a notice as a table: which step may follow, and what the notice is after it.

::

    drafted ─▶ approved (by one or two people) ─▶ sending ─▶ sent ─▶ answered | bounced | wrong
       │           │                          ▲      │
       └───────────┴─▶ withdrawn, suppressed  └── deferred ─▶ failed

An answer may come before we know that the mail was taken (the process was killed in between), so it counts from the
first ``sending`` on.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Act(StrEnum):
    """An event in a notice's life."""

    DRAFTED = "drafted"
    """The report was composed for a contact, and its text fixed."""
    APPROVED = "approved"
    """A person has read it and wants it sent."""
    WITHDRAWN = "withdrawn"
    """It is not sent: its text grew old, or a person took it back."""
    SUPPRESSED = "suppressed"
    """It is not sent: a suppression was made that covers it."""
    SENDING = "sending"
    """The dialogue with the smarthost begins; stored before its first octet."""
    DEFERRED = "deferred"
    """The smarthost could not take it now (4xx, no connection); ``LedgerEntry.again_at`` says when it is tried next."""
    SENT = "sent"
    """The smarthost took it (250); a letter was posted."""
    FAILED = "failed"
    """The smarthost refused it for good (5xx), or was tried too often."""
    BOUNCED = "bounced"
    """A failure came back to its reverse-path (RFC 3464)."""
    WRONG = "wrong"
    """Somebody answered that it went to the wrong address."""
    GOT_IT = "got-it"
    """Somebody answered that it arrived."""
    STOP_REQUESTED = "stop-requested"
    """The party asks that its mail be taken no more."""
    TRANSFER_REQUESTED = "transfer-requested"
    """The party asks for the name."""
    CONFIRMED = "confirmed"
    """A person did what the party asked for: mail was stopped, or the transfer begun."""
    DECLINED = "declined"
    """A person said no to it."""
    ESCALATED = "escalated"
    """Another notice follows it, by another way; the note names that one."""


class NoticeState(StrEnum):
    """The state of a notice after its latest step."""

    DRAFTED = "drafted"
    """Waits for a person, or for a second one."""
    APPROVED = "approved"
    """Waits for `catcher notify send`."""
    SENDING = "sending"
    """A dialogue was begun; whether the smarthost took it isn't known yet. It is sent again, octet for octet."""
    DEFERRED = "deferred"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    WRONG = "wrong"
    ANSWERED = "answered"
    """By got-it, stop or transfer."""
    WITHDRAWN = "withdrawn"
    SUPPRESSED = "suppressed"

    @property
    def on_its_way(self) -> bool:
        """Whether it may still be sent; its text is kept until then."""
        return self in _ON_ITS_WAY

    @property
    def reached(self) -> bool:
        """Whether the notice counts as received: taken by the smarthost, and nothing came back since."""
        return self in (NoticeState.SENT, NoticeState.ANSWERED)

    @property
    def undeliverable(self) -> bool:
        """Whether this contact does not lead to the party: the next one is to be tried."""
        return self in (NoticeState.FAILED, NoticeState.BOUNCED, NoticeState.WRONG)


ASIDE = frozenset({Act.CONFIRMED, Act.DECLINED, Act.ESCALATED})
"""Steps that may always follow a draft, and change nothing of what the notice is."""
REQUESTS = (Act.STOP_REQUESTED, Act.TRANSFER_REQUESTED)
"""The requests of a party, on which a person decides."""

_ON_ITS_WAY = frozenset({NoticeState.DRAFTED, NoticeState.APPROVED, NoticeState.SENDING, NoticeState.DEFERRED})

_DRAFTED, _APPROVED, _SENDING = NoticeState.DRAFTED, NoticeState.APPROVED, NoticeState.SENDING
ANSWERS = {
    Act.GOT_IT: NoticeState.ANSWERED,
    Act.STOP_REQUESTED: NoticeState.ANSWERED,
    Act.TRANSFER_REQUESTED: NoticeState.ANSWERED,
    Act.WRONG: NoticeState.WRONG,
}
"""An answer of people → the state of the notice after it."""
_ENDS = {Act.WITHDRAWN: NoticeState.WITHDRAWN, Act.SUPPRESSED: NoticeState.SUPPRESSED}


def _known_before(state: NoticeState) -> dict[Act, NoticeState]:
    """The end of a dialogue changes nothing when something else was stored while it went on."""
    return dict.fromkeys((Act.DEFERRED, Act.SENT, Act.FAILED), state)


_AFTER_ALL = {Act.SENT: NoticeState.SENT, Act.BOUNCED: NoticeState.BOUNCED, **ANSWERS}
"""It went out although it was taken back while a dialogue went on."""

AFTER: Mapping[NoticeState | None, Mapping[Act, NoticeState]] = {
    None: {Act.DRAFTED: _DRAFTED},
    _DRAFTED: {Act.APPROVED: _APPROVED, **_ENDS},
    _APPROVED: {Act.APPROVED: _APPROVED, Act.SENDING: _SENDING, Act.SENT: NoticeState.SENT, **_ENDS},
    _SENDING: {
        Act.SENDING: _SENDING,
        Act.DEFERRED: NoticeState.DEFERRED,
        Act.SENT: NoticeState.SENT,
        Act.FAILED: NoticeState.FAILED,
        Act.BOUNCED: NoticeState.BOUNCED,
        **ANSWERS,
        **_ENDS,
    },
    NoticeState.DEFERRED: {
        Act.SENDING: _SENDING,
        Act.FAILED: NoticeState.FAILED,
        Act.BOUNCED: NoticeState.BOUNCED,
        **ANSWERS,
        **_ENDS,
    },
    NoticeState.SENT: {Act.BOUNCED: NoticeState.BOUNCED, **ANSWERS},
    NoticeState.FAILED: {Act.BOUNCED: NoticeState.FAILED, **ANSWERS},
    NoticeState.BOUNCED: {**_known_before(NoticeState.BOUNCED), Act.BOUNCED: NoticeState.BOUNCED, **ANSWERS},
    NoticeState.WRONG: {**_known_before(NoticeState.WRONG), Act.BOUNCED: NoticeState.WRONG, **ANSWERS},
    NoticeState.ANSWERED: {**_known_before(NoticeState.ANSWERED), Act.BOUNCED: NoticeState.ANSWERED, **ANSWERS},
    NoticeState.WITHDRAWN: {**_known_before(NoticeState.WITHDRAWN), **_AFTER_ALL},
    NoticeState.SUPPRESSED: {**_known_before(NoticeState.SUPPRESSED), **_AFTER_ALL},
}
"""State → step that may follow → state after it. ``approved`` waits for as many people as the notice asks for;
what is in ``ASIDE`` may always follow, and changes nothing."""
