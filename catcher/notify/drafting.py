"""Drafts what is due: composes the report for one contact and fixes its text, which is what a person approves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from catcher.desk import incidents, reports
from catcher.desk.context import Desk
from catcher.model.addressee import Addressee
from catcher.model.contact import Contact
from catcher.model.errors import EnvironmentFailure
from catcher.model.measures import Period
from catcher.model.notice import TEXT_DAYS, Notice, NoticeForm, Step, notice_id
from catcher.model.noticelife import Act, State
from catcher.notify.due import ContactsOf, Due, due
from catcher.notify.openpgp import check_key
from catcher.notify.sending import WHO
from catcher.privacy import NoticeCodes
from catcher.report import EVIDENCE_DAYS, Language, is_address, message

_EVIDENCE_DAYS = EVIDENCE_DAYS - TEXT_DAYS.days
"""So that no row is older than it may be when the text goes."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """What drafting works with."""

    desk: Desk
    contacts_of: ContactsOf
    codes: NoticeCodes
    domain: str
    """``[notify] domain``."""
    sender: str
    """The address in From."""
    quiet_days: int
    approvals: int
    """How many people have to approve."""

    def due(self) -> list[Due]:
        """What is due now, of this month and the last."""
        today = self.desk.now.date()
        this = Period.of(today)
        return due(
            [a for period in (this, this.previous) for a in incidents.listing(self.desk, period=period)],
            notices=list(self.desk.store.notices()),
            suppressions=list(self.desk.store.suppressions()),
            contacts_of=self.contacts_of,
            quiet_days=self.quiet_days,
            today=today,
        )

    def draft(self) -> list[Due]:
        """Withdraws old drafts and drafts what is due; returns what is held back."""
        for _ in self.withdraw_old():
            pass
        held_back = []
        for each in self.due():
            if each.contact is None:
                held_back.append(each)
            elif reason := self._without_key(each.contact):
                held_back.append(replace(each, held_back=reason))
            elif self.one(each, each.contact) is None:
                held_back.append(replace(each, held_back="it was withdrawn today; it is drafted again tomorrow"))
        return held_back

    def _without_key(self, contact: Contact) -> str:
        """Why nothing may be drafted for a contact that wants its mail encrypted; '' when it can be."""
        if contact.openpgp is not None:
            try:
                check_key(Path(contact.openpgp), self.desk.now)
            except EnvironmentFailure as failure:
                return str(failure)
        return ""

    def withdraw_old(self) -> Iterator[Notice]:
        """Withdraws drafts that nobody approved, or nobody sent, within a week: their numbers are old."""
        for notice in self.desk.store.notices():
            if notice.state in (State.DRAFTED, State.APPROVED) and notice.drafted_at + TEXT_DAYS <= self.desk.now:
                step = Step(Act.WITHDRAWN, self.desk.now, WHO, "its text is over a week old")
                yield self.desk.store.add_step(notice.id, step)

    def one(self, due: Due, contact: Contact) -> Notice | None:
        """Drafts one notice; None when it was drafted, and withdrawn, today already."""
        period = due.appraisal.measures.period
        id = notice_id(due.key.id, period.name, contact.address, self.desk.now.date())
        language = _language(contact)
        telling = reports.Telling(contact.trusted, self.codes.addresses(id, self.domain), _EVIDENCE_DAYS)
        report = reports.preview(self.desk, due.key.id, period=period, telling=telling)
        message_id = f"{id}@{self.domain}"
        operator = self.desk.operator.contact
        mail = message(
            report,
            sender=self.sender,
            recipient=contact.address,
            reply_to=operator if is_address(operator) else None,
            date=None,
            message_id=message_id,
            language=language,
        )
        notice = Notice(
            id=id,
            key=due.key,
            period=period.name,
            addressee=Addressee.of(contact),
            form=NoticeForm.MAIL,
            language=language.value,
            ref=report.ref,
            message_id=message_id,
            approvals=self.approvals,
            follows=due.follows,
            steps=(Step(Act.DRAFTED, self.desk.now, WHO),),
        )
        return notice if self.desk.store.add_notice(notice, mail.as_bytes()) else None


def _language(contact: Contact) -> Language:
    """The contact's language where there are sentences in it, else English."""
    wanted = (contact.language or "").partition("-")[0].lower()
    return next((language for language in Language if language.value == wanted), Language.ENGLISH)
