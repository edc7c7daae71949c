"""Sample notices and steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.telling.addressee import Addressee
from catcher.model.telling.contact import Source
from catcher.model.telling.notice import LedgerEntry, Notice, NoticeForm, notice_id
from catcher.model.telling.noticelife import Act
from catcher.model.telling.suppression import Scope, Suppression

MORNING = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
"""When the sample notice was drafted."""
MINUTE = timedelta(minutes=1)

KEY = IncidentKey("contractor.example", Role.SENDER, "army.ml")
CONTACT = Addressee("security@contractor.example", Source.IMPORTED, trusted=True)


def step(act: Act, minute: int = 0, who: str = "catcher", **more: Any) -> LedgerEntry:
    """A step so many minutes after the draft."""
    return LedgerEntry(act, MORNING + minute * MINUTE, who, **more)


def notice(*acts: Act | LedgerEntry, **changes: Any) -> Notice:
    """A drafted notice, with these steps a minute apart after its draft; each approval is by another person."""
    fields: dict[str, Any] = {
        "id": notice_id(KEY.id, "2026-06", CONTACT.address, MORNING.date()),
        "key": KEY,
        "period": "2026-06",
        "addressee": CONTACT,
        "form": NoticeForm.MAIL,
        "language": "en",
        "ref": "R2345ABCD",
        "message_id": "ntc-0123456789ab@notices.sink.example",
        "approvals": 1,
    }
    made = Notice(**(fields | changes)).with_step(step(Act.DRAFTED))
    for minute, act in enumerate(acts, 1):
        who = f"person {minute}" if act is Act.APPROVED else "catcher"
        made = made.with_step(act if isinstance(act, LedgerEntry) else step(act, minute, who))
    return made


def another(number: int, **changes: Any) -> Notice:
    """A notice with an id of its own."""
    return replace(notice(), **({"id": f"ntc-{number:012x}"} | changes))


@st.composite
def steps(draw: st.DrawFn) -> LedgerEntry:
    """Any step, at any moment of ten days."""
    at = MORNING + timedelta(seconds=draw(st.integers(0, 10 * 86_400)), microseconds=draw(st.integers(0, 999_999)))
    act = draw(st.sampled_from(Act))
    again_at = at + timedelta(minutes=15) if act is Act.DEFERRED else None
    return LedgerEntry(act, at, draw(st.sampled_from(("catcher", "alice", "bob"))), draw(st.text(max_size=5)), again_at)


def suppressions() -> st.SearchStrategy[Suppression]:
    return st.builds(
        Suppression,
        st.sampled_from(Scope),
        st.sampled_from(("contractor.example", "army.ml", KEY.id)),
        st.text(max_size=8),
        st.just("alice"),
        st.datetimes(min_value=datetime(2026, 7, 1), max_value=datetime(2026, 7, 9)).map(
            lambda m: m.replace(tzinfo=UTC)
        ),
        st.none() | st.dates(min_value=MORNING.date(), max_value=MORNING.date() + timedelta(days=60)),
    )
