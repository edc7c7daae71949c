"""Drafts the notices that are due: composes the report for one contact, and stores the text for a person's approval."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from catcher.desk import incidents, reports
from catcher.desk.context import Desk
from catcher.desk.incidents import Appraisal
from catcher.model.errors import EnvironmentFailure
from catcher.model.leak.measures import Period
from catcher.model.telling.contact import Contact
from catcher.model.telling.notice import TEXT_DAYS, LedgerEntry, Notice, NoticeForm, notice_id
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.model.telling.report import Report
from catcher.notices.due import ContactsOf, DueNotice, due_notices
from catcher.notices.escalation import NextStep, makes_bad
from catcher.notices.openpgp import check_key
from catcher.notices.sending import BY_CATCHER
from catcher.notices.tenants import TenantClaim
from catcher.privacy import NoticeCodes
from catcher.report import EVIDENCE_DAYS, Language, is_address, letter, report_message

_EVIDENCE_DAYS = EVIDENCE_DAYS - TEXT_DAYS.days
"""Most days of age of a draft's evidence: when the text is deleted, at most a week later, no row is too old."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """Drafts notices. The fields are its dependencies and settings."""

    desk: Desk
    contacts_of: ContactsOf
    codes: NoticeCodes
    domain: str
    """``[notify] domain``."""
    sender: str
    """The address in the field From."""
    quiet_days: int
    escalate_days: int
    approvals: int
    """The number of people who must approve."""
    bound: Callable[[Collection[TenantClaim]], frozenset[TenantClaim]] | None = None
    """The function from claims to those that are true; None: nobody is asked."""
    bad_contact: Callable[[str, str, datetime], None] = lambda _party, _address, _at: None
    """Called with (party, address, moment) when a notice didn't reach the party by this address."""

    def due(self) -> list[DueNotice]:
        """The notices that are due now, about this month and the last."""
        this = Period.of(self.desk.now.date())
        return due_notices(
            self._with_tenants([a for p in (this, this.previous) for a in incidents.listing(self.desk, period=p)]),
            notices=list(self.desk.store.notices()),
            suppressions=list(self.desk.store.suppressions()),
            contacts_of=self.contacts_of,
            quiet_days=self.quiet_days,
            escalate_days=self.escalate_days,
            now=self.desk.now,
            party_of=self.desk.party_of,
        )

    def _with_tenants(self, appraisals: list[Appraisal]) -> list[Appraisal]:
        """``appraisals``; those that are due only if tenants are bound are judged again with the tenants that are.

        An organisation's tenant in one incident says nothing about the tenant in another.
        """
        claims = [frozenset(self._claims(appraisal)) for appraisal in appraisals]
        asked = frozenset().union(*claims)
        found = self.bound(asked) if asked and self.bound is not None else frozenset()
        return [
            incidents.with_bound(self.desk, appraisal, frozenset(party for party, _ in own & found))
            if own & found
            else appraisal
            for appraisal, own in zip(appraisals, claims, strict=True)
        ]

    def _claims(self, appraisal: Appraisal) -> Collection[TenantClaim]:
        """The claims by which ``appraisal`` would be due; empty if it is due without them, or isn't due with all."""
        tenants = {} if appraisal.verdict.due else incidents.unbound_tenants(self.desk, appraisal)
        due = tenants and incidents.with_bound(self.desk, appraisal, frozenset(tenants)).verdict.due
        return tenants.items() if due else ()

    def draft(self) -> list[DueNotice]:
        """Withdraws old drafts and drafts the notices due; returns the notices that are held back."""
        for _ in self.withdraw_old():
            pass
        self.mark_bad_contacts()
        return [held_back for each in self.due() if (held_back := self._drafted_or_held(each)) is not None]

    def mark_bad_contacts(self) -> None:
        """Marks a contact as bad if an answer called it wrong, or if a notice finally didn't reach it."""
        for notice in self.desk.store.notices():
            at = makes_bad(notice, self.desk.now)
            if at is not None:
                self.bad_contact(notice.key.party, notice.addressee.address, at)

    def _drafted_or_held(self, due: DueNotice) -> DueNotice | None:
        """``due`` with the reason why it is held back; None when it was drafted."""
        if due.held_back:
            return due
        try:
            if due.contact is not None and due.contact.openpgp is not None:
                check_key(Path(due.contact.openpgp), self.desk.now)
            drafted = self.draft_one(due)
        except EnvironmentFailure as failure:  # a key is unusable, or a letter needs a missing package
            return replace(due, held_back=str(failure))
        if drafted is None:
            return replace(due, held_back="it was withdrawn today; it is drafted again tomorrow")
        return None

    def withdraw_old(self) -> Iterator[Notice]:
        """Withdraws drafts that weren't approved and sent within a week: their numbers are out of date."""
        for notice in self.desk.store.notices():
            if (
                notice.state in (NoticeState.DRAFTED, NoticeState.APPROVED)
                and notice.drafted_at + TEXT_DAYS <= self.desk.now
            ):
                step = LedgerEntry(Act.WITHDRAWN, self.desk.now, BY_CATCHER, "its text is over a week old")
                yield self.desk.store.add_step(notice.id, step)

    def draft_one(self, due: DueNotice) -> Notice | None:
        """Drafts one notice; None when the same notice was already drafted and withdrawn today.

        Raises EnvironmentFailure when a letter can't be made here.
        """
        addressee, period = due.next_step.addressee, due.appraisal.measures.period
        assert addressee is not None, "a notice that is held back has no addressee"
        id = notice_id(due.key.id, period.name, addressee.address, self.desk.now.date())
        language = _language(due.contact)
        answers, bound = self.codes.addresses(id, self.domain), due.appraisal.bound
        audience = reports.Audience(addressee.trusted, answers, _EVIDENCE_DAYS, bound)
        report = reports.preview(self.desk, due.key.id, period=period, audience=audience)
        message_id = f"{id}@{self.domain}"
        notice = Notice(
            id=id,
            key=due.key,
            period=period.name,
            addressee=addressee,
            form=due.next_step.form,
            language=language.value,
            ref=report.ref,
            message_id=message_id,
            approvals=max(self.approvals, 2 if due.appraisal.verdict.second_approver else 1),
            follows=due.follows,
            steps=(LedgerEntry(Act.DRAFTED, self.desk.now, BY_CATCHER, _note(due)),),
        )
        if due.next_step.form is NoticeForm.LETTER:
            text = letter(report, language)
        else:
            text = self._mail(report, addressee.address, message_id, language)
        return notice if self.desk.store.add_notice(notice, text) else None

    def _mail(self, report: Report, recipient: str, message_id: str, language: Language) -> bytes:
        operator = self.desk.operator.contact
        return report_message(
            report,
            sender=self.sender,
            recipient=recipient,
            reply_to=operator if is_address(operator) else None,
            date=None,
            message_id=message_id,
            language=language,
        ).as_bytes()


def _note(due: DueNotice) -> str:
    """For the ledger and the approver: the reason for this step, when it isn't the first one, and cautions."""
    return "; ".join(filter(None, (_why(due.next_step), *cautions(due.appraisal))))


def cautions(appraisal: Appraisal) -> Iterator[str]:
    """Sentences on what an approver has to weigh before a notice on ``appraisal`` goes out."""
    measures, verdict = appraisal.measures, appraisal.verdict
    if verdict.second_approver:
        attacks = ", ".join(verdict.residuals)
        yield f"it needs a second approver: {verdict.caution} ({attacks})"
    if measures.mailboxes_differ:
        authors, paths = measures.authors.number, measures.reverse_paths.number
        yield f"the authors are {authors} mailboxes, the reverse-paths {paths}: the smaller figure is told"


def _why(step: NextStep) -> str:
    """The reason for this step, when it isn't the first one."""
    if step.follows is None:
        return ""
    if step.follows.state.reached:
        way = "a letter" if step.form is NoticeForm.LETTER else "another contact"
        return f"{step.follows.id} brought no answer and mail goes on: {way}"
    return f"{step.follows.id} did not reach them: the next contact"


def _language(contact: Contact | None) -> Language:
    """The contact's language when reports exist in that language; else English."""
    wanted = ((contact.language if contact is not None else None) or "").partition("-")[0].lower()
    return next((language for language in Language if language.value == wanted), Language.ENGLISH)
