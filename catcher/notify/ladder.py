"""The ladder: by which way a party is told next, after ways that led nowhere or brought no answer. Pure.

::

    the best contact ─▶ another of the party's contacts ─▶ a letter ─▶ the national CSIRT

Repeats don't help: who did not answer in ``escalate_days`` while mail went on is told by another way, not again by the
same. Each rung is a draft of its own that a person reads and approves; quiet days and suppressions hold as ever. A
contact that answered stays the one to write to. Where a notice came back the next contact has its turn; but a bounce
may be mended within two days (a delayed mail that arrives after all, a "got it"), and only then makes its contact bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from catcher.model.addressee import Addressee
from catcher.model.contact import Contact, Source, next_contact
from catcher.model.incident import IncidentKey
from catcher.model.notice import Notice, NoticeForm
from catcher.model.noticelife import Act, NoticeState

REPAIR = timedelta(days=2)
"""So long a bounce may be mended."""
BY_HAND = "the postal address that you write on it"
"""Addressee of a letter: nobody's postal address is kept here."""


@dataclass(frozen=True, slots=True)
class Rung:
    """How to tell next."""

    contact: Contact | None = None
    """Whom to write to; None for a letter, or when nothing is to be done."""
    form: NoticeForm = NoticeForm.MAIL
    follows: Notice | None = None
    """The notice that led nowhere, or brought no answer."""
    held_back: str = ""
    """Why nothing is to be done now; '' when something is."""

    @property
    def addressee(self) -> Addressee | None:
        """Where it goes. Whoever writes the address on a letter answers for it, so a letter names nobody."""
        if self.form is NoticeForm.LETTER:
            return Addressee(BY_HAND, Source.ENTERED, trusted=False)
        return None if self.contact is None else Addressee.of(self.contact)


def next_rung(
    key: IncidentKey,
    period: str,
    *,
    notices: Sequence[Notice],
    contacts: Sequence[Contact],
    episode: date | None,
    escalate_days: int,
    now: datetime,
) -> Rung:
    """How the party of ``key`` is told of ``period`` next. ``episode``: the first day of the incident's present one."""
    mine = [n for n in notices if n.key == key and (episode is None or n.drafted_at.date() >= episode)]
    told = [n for n in mine if n.state.told]
    last = told[-1] if told else None
    if last is not None and last.state is NoticeState.SENT and last.sent_at is not None:
        until = last.sent_at.date() + timedelta(days=escalate_days)
        if now.date() >= until:
            return _step_up(mine, contacts, last, now)
        if last.follows is not None and any(n.id == last.follows and n.state.told for n in mine):
            return Rung(held_back=f"{last.id} went another way; it waits for an answer until {until.isoformat()}")
    waiting = next((n for n in mine if n.period == period and is_mending(n, now)), None)
    if waiting is not None:
        return Rung(held_back=f"{waiting.id} bounced; the next contact's turn comes {_mended_by(waiting).isoformat()}")
    nowhere = [n for n in mine if n.period == period and leads_nowhere(n, now)]
    tried = [n.addressee.address for n in nowhere]
    contact = next_contact(_own(contacts), tried=tried) or next_contact(_csirts(contacts), tried=tried)
    if contact is None:
        return Rung(held_back=_nobody(key.party, contacts, tried=bool(nowhere)))
    return Rung(contact, follows=nowhere[-1] if nowhere else None)


def _nobody(party: str, contacts: Sequence[Contact], *, tried: bool) -> str:
    """Why nobody can be told, and what to do about it."""
    if tried:
        return f"every contact was tried; see `catcher contact list {party}`"
    if not contacts:
        return f"no contact is known; `catcher contact find {party}` looks for one, `contact add` enters one"
    return f"no contact that may be written to; see `catcher contact list {party}`"


def _step_up(mine: Sequence[Notice], contacts: Sequence[Contact], last: Notice, now: datetime) -> Rung:
    tried = [n.addressee.address for n in mine if n.state.told or leads_nowhere(n, now)]
    for form, among in (
        (NoticeForm.MAIL, _own(contacts)),
        (NoticeForm.LETTER, []),
        (NoticeForm.MAIL, _csirts(contacts)),
    ):
        if form is NoticeForm.LETTER:
            if not any(n.form is NoticeForm.LETTER for n in mine if n.state.told or n.state.on_its_way):
                return Rung(form=form, follows=last)
            continue
        contact = next_contact(among, tried=tried)
        if contact is not None:
            return Rung(contact, follows=last)
    return Rung(held_back="no answer on any way: contacts, letter and CSIRT were tried")


def _own(contacts: Sequence[Contact]) -> list[Contact]:
    """The party's own contacts."""
    return [contact for contact in contacts if contact.source is not Source.CSIRT]


def _csirts(contacts: Sequence[Contact]) -> list[Contact]:
    """Who knows whom to tell; the last resort, however sure the address is."""
    return [contact for contact in contacts if contact.source is Source.CSIRT]


def leads_nowhere(notice: Notice, now: datetime) -> bool:
    """Whether the notice's contact does not lead to the party: refused, wrong, or bounced and not mended."""
    return notice.state.undeliverable and not is_mending(notice, now)


def is_mending(notice: Notice, now: datetime) -> bool:
    """Whether the notice bounced so lately that it may still turn out to have arrived."""
    bounced = notice.first(Act.BOUNCED)
    return notice.state is NoticeState.BOUNCED and bounced is not None and now < bounced.at + REPAIR


def makes_bad(notice: Notice, now: datetime) -> datetime | None:
    """When it turned out that the notice's contact is bad: an answer said so, or a bounce was not mended."""
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
