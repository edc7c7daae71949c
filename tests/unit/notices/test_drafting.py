"""Drafts: the report for one contact as a mail, fixed, with the addresses at which it is answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from catcher.desk.context import Desk
from catcher.model.leak.incident import Role
from catcher.model.mail.fingerprint import (
    Authentication,
    AuthResult,
    DkimResult,
    DmarcResult,
    Evidence,
    EvidenceKind,
    MailClass,
    Nature,
    SpfResult,
    Tier,
    TypoKind,
)
from catcher.model.mail.observation import Observation
from catcher.model.telling.contact import Contact, Source
from catcher.model.telling.notice import TEXT_DAYS, LedgerEntry, Notice
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.notices.drafting import Drafting
from tests.support.contacts import contact
from tests.support.desks import NOW, desk, leak, mail
from tests.support.observations import sender
from tests.support.sending import CODES, DOMAIN

FOUND = contact(address="security@contractor.example")
ENTERED = replace(FOUND, source=Source.ENTERED)


def drafting(table: Desk, contacts: Sequence[Contact] = (ENTERED,), **changes: Any) -> Drafting:
    settings = {
        "codes": CODES,
        "domain": DOMAIN,
        "sender": f"notices@{DOMAIN}",
        "quiet_days": 14,
        "escalate_days": 30,
        "approvals": 1,
    }
    return Drafting(desk=table, contacts_of=lambda party: contacts, **(settings | changes))


def only(table: Desk, role: Role = Role.SENDER) -> Notice:
    (found,) = [notice for notice in table.store.notices() if notice.key.role is role]
    return found


def text_of(table: Desk, notice: Notice) -> EmailMessage:
    octets = table.store.notice_text(notice.id)
    assert octets is not None
    parsed = message_from_bytes(octets, policy=SMTP.clone(raise_on_defect=True))
    assert isinstance(parsed, EmailMessage)
    return parsed


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_a_draft_is_the_mail_without_date_and_signature() -> None:
    table = desk(leak())
    drafting(table).draft()
    notice = only(table)
    draft = text_of(table, notice)
    assert (draft["To"], draft["Reply-To"]) == ("security@contractor.example", "desk@registry.example")
    assert draft["From"].addresses[0].addr_spec == f"notices@{DOMAIN}"
    assert draft["Message-ID"] == f"<{notice.message_id}>"
    assert draft["Date"] is None and draft["DKIM-Signature"] is None
    assert (notice.state, notice.period, notice.language) == (NoticeState.DRAFTED, "2026-06", "en")
    assert notice.ref in draft["Subject"]


def test_the_addresses_for_answers_stand_in_it_as_text() -> None:
    table = desk(leak())
    drafting(table).draft()
    for role in (Role.INTENDED, Role.SENDER):
        notice = only(table, role)
        answers = CODES.addresses(notice.id, DOMAIN)
        text = body(text_of(table, notice))
        assert answers.got_it in text and answers.wrong in text
        assert (answers.stop in text, answers.transfer in text) == (role is Role.INTENDED, role is Role.INTENDED)


def test_drafting_twice_drafts_once() -> None:
    table = desk(leak())
    drafting(table).draft()
    first = list(table.store.notices())
    drafting(table).draft()
    assert list(table.store.notices()) == first


@pytest.mark.parametrize(("whom", "named"), [(ENTERED, True), (FOUND, False), (replace(FOUND, confirmed_by="a"), True)])
def test_only_a_contact_that_a_person_answers_for_learns_names(whom: Contact, named: bool) -> None:
    table = desk(leak())
    drafting(table, [whom]).draft()
    notice = only(table, Role.INTENDED)
    assert ("contractor.example" in body(text_of(table, notice))) is named
    assert notice.addressee.trusted is named


def test_evidence_is_never_older_than_it_may_be_while_the_text_is_kept() -> None:
    """The text lives for a week at most: its rows are at most 23 days old when it is drafted."""
    now = NOW.replace(month=6, day=28)
    table = desk([mail(day, mailbox=f"box{day}") for day in (2, 4, 6, 20)], now=now)
    drafting(table).draft()
    text = body(text_of(table, only(table)))
    assert "2026-06-06 09:" in text and "2026-06-20 09:" in text
    assert "2026-06-02 09:" not in text and "2026-06-04 09:" not in text


def test_the_contacts_language() -> None:
    table = desk(leak())
    drafting(table, [replace(ENTERED, language="fr-CH")]).draft()
    assert only(table).language == "fr"
    assert "Comment répondre" in body(text_of(table, only(table)))


def test_a_language_without_sentences_is_english() -> None:
    table = desk(leak())
    drafting(table, [replace(ENTERED, language="xx")]).draft()
    assert only(table).language == "en"


def test_an_operator_without_a_mail_address_gets_no_replies() -> None:
    table = desk(leak())
    table = replace(table, operator=replace(table.operator, contact="+1 555 0100"))
    drafting(table).draft()
    assert text_of(table, only(table))["Reply-To"] is None


@pytest.mark.parametrize("approved", [False, True])
def test_an_old_draft_is_withdrawn_and_drafted_anew(approved: bool) -> None:
    table = desk(leak())
    drafting(table).draft()
    old = only(table)
    if approved:
        table.store.add_step(old.id, LedgerEntry(Act.APPROVED, NOW, "alice"))
    later = replace(table, now=NOW + TEXT_DAYS)
    drafting(later).draft()
    first, second = [n for n in later.store.notices() if n.key.role is Role.SENDER]
    assert (first.id, first.state, second.state) == (old.id, NoticeState.WITHDRAWN, NoticeState.DRAFTED)
    assert second.message_id != first.message_id


def test_what_was_withdrawn_today_is_drafted_tomorrow() -> None:
    table = desk(leak())
    drafting(table).draft()
    for notice in list(table.store.notices()):
        table.store.add_step(notice.id, LedgerEntry(Act.WITHDRAWN, NOW, "alice"))
    drafting(table).draft()
    assert len(list(table.store.notices())) == 2
    drafting(replace(table, now=NOW + timedelta(days=1))).draft()
    assert len(list(table.store.notices())) == 4


def test_two_approvers_are_asked_for_when_it_is_drafted() -> None:
    table = desk(leak())
    drafting(table, approvals=2).draft()
    assert only(table).approvals == 2


def test_a_notice_that_rests_on_a_residual_alone_needs_two_approvers() -> None:
    table = desk([mail(day, mailbox=f"box{day % 4}", fresh_reason="provider") for day in range(2, 10)])
    drafting(table).draft()
    notice = only(table)
    assert notice.approvals == 2
    assert "second approver" in notice.steps[0].note and "same-platform-replay" in notice.steps[0].note


def test_the_approver_sees_both_figures_where_they_differ_by_half() -> None:
    table = desk([mail(day, mailbox=f"box{day}", author_token=f"token-of-{day % 3}") for day in range(2, 10)])
    drafting(table).draft()
    assert "the authors are 3 mailboxes, the reverse-paths 8" in only(table).steps[0].note


def test_a_rule_that_forwards_is_told_to_the_forwarder_alone() -> None:
    authors = ("bank.example", "hospital.example", "travel.example")
    forwards = [
        mail(
            day,
            fresh_reason="forward",
            authentication=Authentication(dmarc=DmarcResult(AuthResult.PASS, authors[day % 3], "reject")),
        )
        for day in range(2, 8)
    ]
    table = desk(forwards)
    drafting(table).draft()
    (notice,) = table.store.notices()
    assert notice.key.role is Role.FORWARDER
    assert text_of(table, notice)["Subject"].startswith("A rule at contractor.example forwards mail to army.ml")


def test_answers_alone_are_told_to_the_sender_alone() -> None:
    nature = Nature(MailClass.PERSON, 0.9, TypoKind.RECIPIENT, ("in-reply-to",))
    table = desk([mail(day, mailbox=f"box{day % 4}", nature=nature) for day in range(2, 10)])
    drafting(table).draft()
    (notice,) = table.store.notices()
    assert notice.key.role is Role.SENDER
    assert "8 answers from contractor.example" in " ".join(text_of(table, notice)["Subject"].split())


class TestTenants:
    """Mail that counts only if the tenant that signs it is the sender's: asked when a notice would be due."""

    @staticmethod
    def mails(tenants: Sequence[str] = ("contractor.onmicrosoft.com",)) -> list[Observation]:
        signatures = [DkimResult(AuthResult.PASS, tenant, "selector1", "rsa-sha256", False) for tenant in tenants]
        proof = [Evidence(Tier.AUTHENTICATED, EvidenceKind.DKIM, tenant, AuthResult.PASS) for tenant in tenants]
        return [
            mail(
                day,
                mailbox=f"box{day % 4}",
                fresh=False,
                fresh_reason="unbound-tenant",
                sender=replace(sender(), evidence=(*sender().evidence, proof[day % len(proof)])),
                authentication=Authentication(
                    spf=SpfResult(AuthResult.PASS, "contractor.example", "mfrom"),
                    dkim=(signatures[day % len(signatures)],),
                    dmarc=DmarcResult(AuthResult.PASS, "contractor.example", "reject"),
                ),
            )
            for day in range(2, 10)
        ]

    @pytest.mark.parametrize("bound", [True, False])
    def test_it_is_due_only_where_the_tenant_is_the_senders(self, bound: bool) -> None:
        asked: list[tuple[str, str]] = []

        def ask(claims: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
            asked.extend(claims)
            return frozenset(claims if bound else ())

        table = desk(self.mails())
        drafting(table, bound=ask).draft()
        assert set(asked) == {("contractor.example", "contractor.onmicrosoft.com")}
        told = {notice.key.role for notice in table.store.notices()}
        assert (Role.SENDER in told) == bound
        if bound:
            assert only(table).approvals == 2
            assert "8 e-mails from contractor.example" in " ".join(text_of(table, only(table))["Subject"].split())

    def test_of_two_tenants_none_is_asked_about(self) -> None:
        table = desk(self.mails(("contractor.onmicrosoft.com", "stranger.onmicrosoft.com")))
        asked: list[Collection[tuple[str, str]]] = []
        drafting(table, bound=lambda claims: asked.append(claims) or frozenset()).draft()
        assert not asked and not list(table.store.notices())

    def test_the_tenant_of_one_incident_says_nothing_about_another(self) -> None:
        """A stranger came first to a tenant, and writes in the organisation's name to another typo domain."""
        own, strange = ("contractor.onmicrosoft.com",), ("stranger.onmicrosoft.com",)
        for order in ((own, strange), (strange, own)):
            elsewhere = [replace(each, domain="army.ml") for each in self.mails(order[0])]
            others = [replace(each, domain="navy.ml", ref=f"x{each.ref}") for each in self.mails(order[1])]
            table = desk([*elsewhere, *others])
            drafting(table, bound=lambda claims: frozenset(c for c in claims if c[1] == own[0])).draft()
            assert {n.key.domain for n in table.store.notices()} == {"army.ml" if order[0] == own else "navy.ml"}

    def test_nobody_is_asked_below_the_thresholds_or_when_it_is_off(self) -> None:
        asked: list[Collection[tuple[str, str]]] = []
        drafting(desk(self.mails()[:2]), bound=lambda claims: asked.append(claims) or frozenset()).draft()
        off = desk(self.mails())
        drafting(off, bound=None).draft()
        assert not asked and not list(off.store.notices())


def test_an_incident_older_than_the_list_of_providers_is_held_back() -> None:
    table = desk(leak())
    table.fold()
    now_a_provider = replace(table, party_of=lambda domain: None if domain == "contractor.example" else domain)
    held_back = drafting(now_a_provider).draft()
    assert [each.held_back for each in held_back if each.key.role is Role.SENDER] == [
        "it is a mailbox provider or a carrier, nobody's organisation"
    ]
    assert {notice.key.role for notice in table.store.notices()} <= {Role.INTENDED}
