"""The life of a notice as a table: the steps that may follow in each state, and the state after each step.

::

    drafted ─▶ approved (by one or two people) ─▶ sending ─▶ sent ─▶ answered | bounced | wrong
       │           │                          ▲      │
       └───────────┴─▶ withdrawn, suppressed  └── deferred ─▶ failed

An answer may come before catcher knows that the smarthost took the mail (the process was killed in between). So an
answer counts from the first ``sending`` on.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Act(StrEnum):
    """An event in a notice's life."""

    DRAFTED = "drafted"
    """The report was composed for a contact, and its text fixed."""
    APPROVED = "approved"
    """A person has read the notice and wants to send it."""
    WITHDRAWN = "withdrawn"
    """The notice isn't sent: its text is too old, or a person withdrew it."""
    SUPPRESSED = "suppressed"
    """The notice isn't sent: a new suppression covers it."""
    SENDING = "sending"
    """The dialogue with the smarthost begins; the step is stored before the dialogue's first octet."""
    DEFERRED = "deferred"
    """The smarthost could not take the mail now (4xx, no connection); ``LedgerEntry.again_at`` is the next attempt."""
    SENT = "sent"
    """The smarthost took the mail (250), or the letter was posted."""
    FAILED = "failed"
    """The smarthost refused the mail for good (5xx), or there were too many attempts."""
    BOUNCED = "bounced"
    """A report of failed delivery came to the notice's reverse-path (RFC 3464)."""
    WRONG = "wrong"
    """Somebody answered that the notice went to the wrong address."""
    GOT_IT = "got-it"
    """Somebody answered that the notice arrived."""
    STOP_REQUESTED = "stop-requested"
    """The party asks that its mail is taken no more."""
    TRANSFER_REQUESTED = "transfer-requested"
    """The party asks for the name."""
    CONFIRMED = "confirmed"
    """A person granted the party's request: the mail was stopped, or the transfer has begun."""
    DECLINED = "declined"
    """A person declined the party's request."""
    ESCALATED = "escalated"
    """Another notice, to another contact or in another form, follows; the note names the other notice."""


class NoticeState(StrEnum):
    """The state of a notice after its latest step."""

    DRAFTED = "drafted"
    """The notice waits for the approval of a person, or of a second person."""
    APPROVED = "approved"
    """The notice waits for `catcher notify send`."""
    SENDING = "sending"
    """A dialogue has begun; whether the smarthost took the mail isn't known yet. The mail is sent again, with the same
    octets."""
    DEFERRED = "deferred"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    WRONG = "wrong"
    ANSWERED = "answered"
    """The party answered with got-it, stop or transfer."""
    WITHDRAWN = "withdrawn"
    SUPPRESSED = "suppressed"

    @property
    def on_its_way(self) -> bool:
        """Whether the notice may still be sent; as long as it may, its text is kept."""
        return self in _ON_ITS_WAY

    @property
    def reached(self) -> bool:
        """Whether the party counts as informed: the smarthost took the mail, and no failure came back."""
        return self in (NoticeState.SENT, NoticeState.ANSWERED)

    @property
    def undeliverable(self) -> bool:
        """Whether the contact doesn't reach the party, so that the next contact must be tried."""
        return self in (NoticeState.FAILED, NoticeState.BOUNCED, NoticeState.WRONG)


ASIDE = frozenset({Act.CONFIRMED, Act.DECLINED, Act.ESCALATED})
"""Steps that may always follow a draft, and don't change the notice's state."""
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
"""A person's answer → the state of the notice after the answer."""
_ENDS = {Act.WITHDRAWN: NoticeState.WITHDRAWN, Act.SUPPRESSED: NoticeState.SUPPRESSED}


def _known_before(state: NoticeState) -> dict[Act, NoticeState]:
    """The end of a dialogue doesn't change the state if another step was stored during the dialogue."""
    return dict.fromkeys((Act.DEFERRED, Act.SENT, Act.FAILED), state)


_AFTER_ALL = {Act.SENT: NoticeState.SENT, Act.BOUNCED: NoticeState.BOUNCED, **ANSWERS}
"""Steps after a withdrawal or suppression during a dialogue: the notice was sent nevertheless."""

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
"""State → step that may follow → state after the step. A draft is approved once the required number of people approved
it. Steps in ``ASIDE`` may always follow, and don't change the state."""
