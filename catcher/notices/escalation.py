"""Escalation: the next step to reach a party after notices that didn't arrive or brought no answer. Pure.

::

    the best contact ─▶ another of the party's contacts ─▶ a letter ─▶ the national CSIRT

If a party doesn't answer within ``escalate_days`` and mail continues, the next notice goes another way; the last one
isn't repeated. Each step is a separate draft that a person reads and approves; quiet days and suppressions also apply
to it. A contact that answered gets the later notices. After a notice that came back, the next contact gets a notice,
but only after two days. Within these two days the bounce may prove wrong (a delayed mail arrives, a "got it" comes);
after them the contact counts as bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from catcher.model.leak.incident import IncidentKey
from catcher.model.telling.addressee import Addressee
from catcher.model.telling.contact import Contact, Source, next_contact
from catcher.model.telling.notice import Notice, NoticeForm
from catcher.model.telling.noticelife import Act, NoticeState

REPAIR = timedelta(days=2)
"""Time after a bounce within which the bounce may still prove wrong."""
BY_HAND = "the postal address that you write on it"
"""Addressee of a letter: catcher keeps no postal addresses."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next step for a party: a contact to write to, a letter, or a reason to wait."""

    contact: Contact | None = None
    """The contact to write to; None for a letter, or when the step is held back."""
    form: NoticeForm = NoticeForm.MAIL
    follows: Notice | None = None
    """The notice that didn't arrive, or brought no answer; None for a first notice."""
    held_back: str = ""
    """The reason to wait; '' when the step can be taken now."""

    @property
    def addressee(self) -> Addressee | None:
        """The addressee. A letter's addressee names nobody: the person who writes the address on the letter is
        responsible for it."""
        if self.form is NoticeForm.LETTER:
            return Addressee(BY_HAND, Source.ENTERED, trusted=False)
        return None if self.contact is None else Addressee.of(self.contact)


def next_step(
    key: IncidentKey,
    period: str,
    *,
    notices: Sequence[Notice],
    contacts: Sequence[Contact],
    episode: date | None,
    escalate_days: int,
    now: datetime,
) -> NextStep:
    """The next step to reach the party of ``key`` about ``period``. ``episode``: the present episode's first day."""
    mine = [n for n in notices if n.key == key and (episode is None or n.drafted_at.date() >= episode)]
    reached = [n for n in mine if n.state.reached]
    last = reached[-1] if reached else None
    if last is not None and last.state is NoticeState.SENT and last.sent_at is not None:
        until = last.sent_at.date() + timedelta(days=escalate_days)
        if now.date() >= until:
            return _step_up(mine, contacts, last, now)
        if last.follows is not None and any(n.id == last.follows and n.state.reached for n in mine):
            return NextStep(held_back=f"{last.id} went another way; it waits for an answer until {until.isoformat()}")
    waiting = next((n for n in mine if n.period == period and is_mending(n, now)), None)
    if waiting is not None:
        return NextStep(
            held_back=f"{waiting.id} bounced; the next contact's turn comes {_mended_by(waiting).isoformat()}"
        )
    nowhere = [n for n in mine if n.period == period and leads_nowhere(n, now)]
    tried = [n.addressee.address for n in nowhere]
    contact = next_contact(_own(contacts), tried=tried) or next_contact(_csirts(contacts), tried=tried)
    if contact is None:
        return NextStep(held_back=_nobody(key.party, contacts, tried=bool(nowhere)))
    return NextStep(contact, follows=nowhere[-1] if nowhere else None)


def _nobody(party: str, contacts: Sequence[Contact], *, tried: bool) -> str:
    """The reason why no contact can be written to, and a remedy."""
    if tried:
        return f"every contact was tried; see `catcher contact list {party}`"
    if not contacts:
        return f"no contact is known; `catcher contact find {party}` looks for one, `contact add` enters one"
    return f"no contact that may be written to; see `catcher contact list {party}`"


def _step_up(mine: Sequence[Notice], contacts: Sequence[Contact], last: Notice, now: datetime) -> NextStep:
    tried = [n.addressee.address for n in mine if n.state.reached or leads_nowhere(n, now)]
    for form, among in (
        (NoticeForm.MAIL, _own(contacts)),
        (NoticeForm.LETTER, []),
        (NoticeForm.MAIL, _csirts(contacts)),
    ):
        if form is NoticeForm.LETTER:
            if not any(n.form is NoticeForm.LETTER for n in mine if n.state.reached or n.state.on_its_way):
                return NextStep(form=form, follows=last)
            continue
        contact = next_contact(among, tried=tried)
        if contact is not None:
            return NextStep(contact, follows=last)
    return NextStep(held_back="no answer on any way: contacts, letter and CSIRT were tried")


def _own(contacts: Sequence[Contact]) -> list[Contact]:
    """The party's own contacts."""
    return [contact for contact in contacts if contact.source is not Source.CSIRT]


def _csirts(contacts: Sequence[Contact]) -> list[Contact]:
    """The contacts of the national CSIRT: they are always the last step, even if their address is certain."""
    return [contact for contact in contacts if contact.source is Source.CSIRT]


def leads_nowhere(notice: Notice, now: datetime) -> bool:
    """Whether the notice didn't reach the party: it was refused, wrong, or bounced longer than REPAIR ago."""
    return notice.state.undeliverable and not is_mending(notice, now)


def is_mending(notice: Notice, now: datetime) -> bool:
    """Whether the notice bounced within REPAIR: it may still have arrived."""
    bounced = notice.first(Act.BOUNCED)
    return notice.state is NoticeState.BOUNCED and bounced is not None and now < bounced.at + REPAIR


def makes_bad(notice: Notice, now: datetime) -> datetime | None:
    """The moment of the answer or the bounce that makes the notice's contact bad; None when the contact isn't bad."""
    if (
        notice.form is not NoticeForm.MAIL
        or notice.state not in (NoticeState.WRONG, NoticeState.BOUNCED)
        or is_mending(notice, now)
    ):
        return None
    step = notice.first(Act.WRONG if notice.state is NoticeState.WRONG else Act.BOUNCED)
    return None if step is None else step.at


def _mended_by(notice: Notice) -> date:
    bounced = notice.first(Act.BOUNCED)
    assert bounced is not None
    return (bounced.at + REPAIR).date()
