"""Attacks from octets to the decision: no notice about contractor.example is due, unless a second person approves.

The attacker has a machine and a domain (evil.example), accounts at mailbox providers, a place on a mailing list, and
copies of the organisation's mails. The organisation's own key and hosts are out of reach.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catcher.incident import NoticeDecision
from catcher.model.leak.incident import Role
from catcher.model.mail.counting import Residual
from tests.support.attacked import DAYS, STAFF, Sink, dated, letter
from tests.support.carried import (
    ATTACKERS,
    ELSEWHERE,
    MICROSOFT,
    MICROSOFT_SIGNS,
    OWN,
    at_google,
    at_microsoft,
    on_its_own,
)
from tests.support.fingerprints import Table, txt
from tests.support.signing import ED25519_RECORD, signed

VICTIM = "contractor.example"
ZONE: Table = {
    **on_its_own(),
    **ATTACKERS,
    "s1._domainkey.old.contractor.example TXT": [ED25519_RECORD],
    "old.contractor.example TXT": txt(f"v=spf1 ip4:{ELSEWHERE} -all"),
}
LISTED = "from:to:subject:date:message-id:mime-version:content-type"
"""Signed fields of a list's host that signs none of the list's own fields."""


def replayed(message_of: Callable[[str, int], bytes], *, days: int = 3, mail_from: str = "x{}@evil.example") -> Sink:
    """A sink that gets, from the attacker's machine, a mail of another member of the staff on each of ``days`` days."""
    sink = Sink(ZONE)
    for n in range(days):
        message = message_of(f"{STAFF[n]}@{VICTIM}", n)
        sink.take(message, DAYS[n], client=ELSEWHERE, mail_from=mail_from.format(n))
    return sink


def with_from(message: bytes, author: str) -> bytes:
    """``message`` with another From field, on top."""
    lines = [line for line in message.split(b"\r\n") if not line.startswith(b"From:")]
    return f"From: {author}\r\n".encode() + b"\r\n".join(lines)


def harmless(found: NoticeDecision | None) -> bool:
    return found is None or not found.due or found.second_approver


def test_the_staffs_own_letters_make_it_due() -> None:
    """The attacks below are compared with this."""
    found = replayed(lambda who, n: dated(letter(who, DAYS[n]), VICTIM, DAYS[n])).decided(VICTIM)
    assert found is not None and found.due and not found.second_approver


def test_an_answer_that_lost_its_thread_on_the_way() -> None:
    """The signers cover To and Subject, and neither In-Reply-To nor References, which the attacker takes away."""
    answers = replayed(lambda who, n: dated(letter(who, DAYS[n]), VICTIM, DAYS[n], LISTED)).decided(VICTIM)
    assert answers is not None and harmless(answers)
    assert answers.residuals == (Residual.STRIPPED_ANSWER,)


@pytest.mark.parametrize(
    "author",
    [
        "Mallory via Plans <{}>",
        "'Mallory' via Plans <{}>",
        '"Mallory (via Plans Mailing List)" <{}>',
        "=?utf-8?q?Mallory_=C3=BCber_Plans?= <{}>",
    ],
)
def test_a_list_that_writes_itself_into_from(author: str) -> None:
    """Mallory writes to three lists and to doe@army.ml at once, and takes the list's fields from the copies."""

    def copy(_: str, n: int) -> bytes:
        own = f"plans{n}@{VICTIM}"
        return dated(with_from(letter(own, DAYS[n]), author.format(own)), VICTIM, DAYS[n], headers=LISTED)

    sink = replayed(copy)
    assert harmless(sink.decided(VICTIM))
    assert all("rewritten-author" in seen.nature.reasons for seen in sink.observations())


@pytest.mark.parametrize("local_part", ["mallory=evil.example", "mallory=40evil.example", "000012ab-dmarc-request"])
def test_a_list_that_encodes_the_author_in_its_local_part(local_part: str) -> None:
    def copy(_: str, n: int) -> bytes:
        return dated(letter(f"{n}{local_part}@{VICTIM}", DAYS[n]), VICTIM, DAYS[n], headers=LISTED)

    assert harmless(replayed(copy).decided(VICTIM))


def test_a_list_that_stands_in_from_and_in_to() -> None:
    def copy(_: str, n: int) -> bytes:
        own = f"plans{n}@{VICTIM}"
        message = letter(own, DAYS[n]).replace(b"\r\nTo: ", f"\r\nTo: {own}, ".encode(), 1)
        return dated(message, VICTIM, DAYS[n], headers=LISTED)

    assert harmless(replayed(copy).decided(VICTIM))


def test_a_family_name_is_no_list() -> None:
    def own(who: str, n: int) -> bytes:
        return dated(with_from(letter(who, DAYS[n]), f"Marco Via <{who}>"), VICTIM, DAYS[n])

    found = replayed(own).decided(VICTIM)
    assert found is not None and found.due


@pytest.mark.parametrize("author", [VICTIM, f"old.{VICTIM}"])
@pytest.mark.parametrize("mail_from", ["x{}@evil.example", "x{}@old.contractor.example"])
def test_a_name_below_the_organisations_own_in_other_hands(author: str, mail_from: str) -> None:
    """A forgotten delegation that somebody took over, or a name that a hoster gave to a customer."""

    def forged(_: str, n: int) -> bytes:
        return dated(letter(f"{STAFF[n]}@{author}", DAYS[n]), f"old.{VICTIM}", DAYS[n])

    found = replayed(forged, mail_from=mail_from).decided(VICTIM)
    assert found is not None and found.due and found.second_approver
    assert found.residuals == (Residual.DELEGATED_NAME,)


def test_an_answer_whose_subject_nobody_signed() -> None:
    """A letter of which the attacker got a copy, beside doe@army.ml; he takes ``Re:`` from the Subject."""

    def answer(who: str, n: int) -> bytes:
        message = letter(who, DAYS[n], subject="Re: plan")
        octets = dated(message, VICTIM, DAYS[n], headers="from:to:date:message-id:mime-version:content-type")
        return octets.replace(b"Subject: Re: plan", b"Subject: plan")

    assert harmless(replayed(answer).decided(VICTIM))


@pytest.mark.parametrize("program", ["outlook", "gmail", "apple_mail"])
@pytest.mark.parametrize("subject", ["Accepted: plan", "Akzeptiert: plan", "plan"])
def test_answers_to_forged_invitations(program: str, subject: str) -> None:
    """An invitation whose organiser is doe@army.ml: three people click "accept"."""
    sink = Sink(ZONE)
    calendar = b'Content-Type: text/calendar; charset="utf-8"; method="REPLY"\r\n'
    for n in range(3):
        who = f"{STAFF[n]}@{VICTIM}"
        lines = letter(who, DAYS[n], subject=subject, program=program).split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith((b"content-type", b"\t"))]
        message = dated(calendar + b"\r\n".join(kept), VICTIM, DAYS[n], headers="from:to:subject:date")
        sink.take(message, DAYS[n], client=OWN, mail_from=who)
    found = sink.decided(VICTIM)
    assert found is None or not found.due or found.kind == "answers"


def test_provoked_out_of_office_answers_of_notes() -> None:
    sink = Sink(ZONE)
    for n in range(3):
        who = STAFF[n]
        message = (
            f"From: {who} <{who}@{VICTIM}>\r\nTo: doe@army.ml\r\nDate: {DAYS[n]:%a, %d %b %Y %H:%M:%S +0000}\r\n"
            f"Subject: {who} is out of the office (returning 30.11.2026)\r\nX-Mailer: Lotus Domino Release 9.0.1\r\n"
            f"Message-ID: <OF{n}0ABCDEF.11223344-ONC1258.0041AABB-C1258.0041AABB@{VICTIM}>\r\n\r\nhello\r\n"
        ).encode()
        sink.take(dated(message, VICTIM, DAYS[n]), DAYS[n], client=OWN, mail_from=f"{who}@{VICTIM}")
    found = sink.decided(VICTIM)
    assert found is not None and not found.due


@pytest.mark.parametrize(
    "to",
    [
        '"doe@army.ml" <ann@bank.example>',
        "ann@bank.example (doe@army.ml)",
        "army.ml: ann@bank.example;",
        "<@army.ml:ann@bank.example>",
        "doe@army.ml.bank.example",
        "ann@bank.example <doe@army.ml> <x@bank.example>",
        "d\u043ee@\u0430rmy.ml",
    ],
)
def test_a_signed_to_that_only_looks_as_if_it_named_us(to: str) -> None:
    def other(who: str, n: int) -> bytes:
        lines = [line for line in letter(who, DAYS[n]).split(b"\r\n") if not line.startswith(b"To:")]
        return dated(f"To: {to}\r\n".encode() + b"\r\n".join(lines), VICTIM, DAYS[n])

    assert harmless(replayed(other).decided(VICTIM))


@pytest.mark.parametrize("name", ["To", "to", "To ", "Cc", "Resent-To"])
@pytest.mark.parametrize("on_top", [True, False])
@pytest.mark.parametrize("headers", ["from:to:subject:date:mime-version", "from:to:to:cc:subject:date:mime-version"])
def test_a_recipient_added_to_a_signed_mail(name: str, on_top: bool, headers: str) -> None:
    def added(who: str, n: int) -> bytes:
        octets = dated(letter(who, DAYS[n], to="ann@bank.example"), VICTIM, DAYS[n], headers=headers)
        field = f"{name}: doe@army.ml\r\n".encode()
        return field + octets if on_top else octets.replace(b"\r\n\r\n", b"\r\n" + field + b"\r\n", 1)

    assert harmless(replayed(added).decided(VICTIM))


@pytest.mark.parametrize("tags", ["l=2;", "x=1;", "l=0;"])
def test_a_signature_that_leaves_the_body_open_or_expired(tags: str) -> None:
    def partial(who: str, n: int) -> bytes:
        time = f"t={int(DAYS[n].timestamp()) - 60};"
        return signed(letter(who, DAYS[n]), headers=LISTED, tags=time + tags) + b"more\r\n"

    assert harmless(replayed(partial).decided(VICTIM))


def test_two_mailboxes_in_from() -> None:
    def shared(who: str, n: int) -> bytes:
        return dated(with_from(letter(who, DAYS[n]), f"x@evil.example, {who}"), "evil.example", DAYS[n])

    assert harmless(replayed(shared).decided(VICTIM))


@pytest.mark.parametrize(
    "mail_from",
    [
        "SRS0=HHH=TT=contractor.example=ada@evil.example",
        "ada+caf_=doe=army.ml@contractor.example",
        "SRS0=HHH=TT=evil.example=ada@contractor.example",
        "ada+caf_=doe=army.ml@evil.example",
    ],
)
@pytest.mark.parametrize("field", [b"", b"X-Forwarded-For: ada@contractor.example doe@army.ml\r\n"])
@pytest.mark.parametrize("journal", [b"", b"X-MS-Journal-Report: \r\n"])
def test_forged_forwards_name_the_proven_domain_alone(mail_from: str, field: bytes, journal: bytes) -> None:
    sink = replayed(lambda who, n: field + journal + letter(who, DAYS[n]), days=5, mail_from=mail_from)
    for role in (Role.SENDER, Role.FORWARDER):
        assert sink.decided(VICTIM, role) is None


def test_out_of_office_answers_passed_on_as_journal_reports_by_another_tenant() -> None:
    """They have the null reverse-path, their platform's host and their author's signature."""
    sink = Sink({**at_microsoft(VICTIM), **at_microsoft("evil.example")})
    for n, day in enumerate(DAYS):
        answer = letter(f"{STAFF[n]}@{VICTIM}", day, subject="Automatic reply: plan", program="outlook")
        octets = signed(answer, selector="selector1", headers=MICROSOFT_SIGNS)
        sink.take(b"X-MS-Journal-Report: \r\n" + octets, day, client=MICROSOFT, mail_from=None)
    for role in (Role.SENDER, Role.FORWARDER):
        assert harmless(sink.decided(VICTIM, role))


def test_a_copy_with_fewer_signatures_is_a_replay() -> None:
    """Gateway and platform both signed; the platform's signature has no recipients."""
    sink = Sink({**ZONE, **at_microsoft(VICTIM), "s1._domainkey.contractor.example TXT": [ED25519_RECORD]})
    note = letter(f"ada@{VICTIM}", DAYS[0], program="outlook")
    by_platform = signed(note, selector="selector1", headers=MICROSOFT_SIGNS)
    whole = dated(by_platform, VICTIM, DAYS[0])
    assert sink.take(whole, DAYS[0], client=MICROSOFT, mail_from=f"ada@{VICTIM}").counting.reason == "dkim"
    for n, day in enumerate(DAYS[1:3]):
        again = sink.take(by_platform, day, client=MICROSOFT, mail_from=f"x{n}@{VICTIM}")
        assert (again.counts, again.counting.reason) == (False, "replayed")


@pytest.mark.parametrize("has_signature", [True, False])
def test_somebody_else_behind_the_mail_servers_address(has_signature: bool) -> None:
    """(d), also where a signature without recipients is there: the second organisation at the address ends it."""
    sink = Sink(ZONE)
    for n in range(3):
        message = letter(f"{STAFF[n]}@{VICTIM}", DAYS[n])
        octets = dated(message, VICTIM, DAYS[n], headers="from:subject:date:message-id") if has_signature else message
        assert sink.take(octets, DAYS[n], client=OWN, mail_from=f"{STAFF[n]}@{VICTIM}").counts
    guest = dated(letter("mallory@evil.example", DAYS[3]), "evil.example", DAYS[3])
    sink.take(guest, DAYS[3], client=OWN, mail_from="mallory@evil.example")
    found = sink.decided(VICTIM)
    assert found is not None and not found.due


@pytest.mark.parametrize("form", ["prvs={}234abcdef=ada@", "ada+{}@", "SRS0=H{}=TT=contractor.example=ada@", "ADA@"])
def test_one_person_in_many_forms_is_one_mailbox(form: str) -> None:
    sink = Sink(ZONE)
    for n in range(5):
        message = dated(letter(f"ada+{n}@{VICTIM}", DAYS[n]), VICTIM, DAYS[n])
        sink.take(message, DAYS[n], client=ELSEWHERE, mail_from=form.format(n) + VICTIM)
    found = sink.decided(VICTIM)
    assert found is not None and not found.due


def test_a_google_label_without_spf_of_the_author() -> None:
    """``contractor-example`` may be the label of another domain, too."""
    tenant = "contractor-example.20230601.gappssmtp.com"
    sink = Sink({**at_google(VICTIM), **ATTACKERS, f"s1._domainkey.{tenant} TXT": [ED25519_RECORD]})
    for n in range(3):
        message = dated(letter(f"{STAFF[n]}@{VICTIM}", DAYS[n]), tenant, DAYS[n])
        sink.take(message, DAYS[n], client=ELSEWHERE, mail_from=f"x{n}@evil.example")
    assert harmless(sink.decided(VICTIM))
