"""Freshness: which mail may count towards a notice, and why another may not (DESIGN §3 "Notices")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catcher.model.mail.fingerprint import Freshness
from tests.support.fingerprints import MESSAGE, NOW, Table, context, judge, transaction, txt
from tests.support.signing import ED25519_RECORD, signed

CLIENT = "192.0.2.25"
KEY: Table = {"s1._domainkey.contractor.example TXT": [ED25519_RECORD]}
SPF: Table = {"contractor.example TXT": txt("v=spf1 ip4:192.0.2.25 -all")}
OWN_HOST: Table = {
    "25.2.0.192.in-addr.arpa PTR": ["out.contractor.example"],
    "out.contractor.example A": [CLIENT],
}
SHARED_HOST: Table = {
    "25.2.0.192.in-addr.arpa PTR": ["out.hosting.example"],
    "out.hosting.example A": [CLIENT],
}


def at(moment: datetime) -> str:
    return f"t={int(moment.timestamp())};"


def freshness(message: bytes, table: Table, *, client: str = "", now: datetime = NOW, **envelope: str) -> Freshness:
    rcpt_to = tuple(envelope.pop("rcpt_to", "someone@army.ml").split(","))
    of = transaction(message, client=client, now=now, rcpt_to=rcpt_to, **envelope)
    return judge(of, table, context(now)).found.freshness


def test_an_aligned_fresh_signature_over_the_recipient_is_fresh_and_hands_on_its_b() -> None:
    found = freshness(signed(MESSAGE, tags=at(NOW)), KEY)
    assert (found.fresh, found.reason) == (True, "dkim-alone")
    assert [len(b) for b in found.signatures] == [64]


@pytest.mark.parametrize("field", ["in-reply-to", "references"])
def test_a_signature_that_tells_whether_the_mail_answers_needs_no_spf(field: str) -> None:
    found = freshness(signed(MESSAGE, headers=f"from:to:subject:date:{field}", tags=at(NOW)), KEY)
    assert (found.fresh, found.reason) == (True, "dkim")


def test_the_signature_handed_on_is_the_same_however_its_base64_is_folded() -> None:
    message = signed(MESSAGE, tags=at(NOW))
    start = message.index(b" b=") + 3
    folded = message[: start + 20] + b"\r\n\t" + message[start + 20 :]
    assert freshness(folded, KEY).signatures == freshness(message, KEY).signatures


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ("", "dkim-alone"),
        (at(NOW - timedelta(days=2, hours=23)), "dkim-alone"),
        (at(NOW - timedelta(days=3, seconds=1)), "old"),
        (at(NOW + timedelta(minutes=5)), "dkim-alone"),
        (at(NOW + timedelta(minutes=30)), "future"),
        (at(NOW) + " l=7;", "partial-body"),
    ],
)
def test_the_signing_time_and_the_whole_body_matter(tags: str, reason: str) -> None:
    assert freshness(signed(MESSAGE, tags=tags), KEY).reason == reason


@pytest.mark.parametrize(
    ("date", "headers", "reason"),
    [
        (b"Tue, 17 Nov 2026 12:00:01 +0000", "from:to:date", "dkim-alone"),
        (b"Tue, 17 Nov 2026 11:59:59 +0000", "from:to:date", "old"),
        (b"Fri, 20 Nov 2026 13:00:00 +0000", "from:to:date", "future"),
        (b"yesterday", "from:to:date", "no-time"),
        (b"Fri, 20 Nov 2026 11:00:00 +0000", "from:to", "no-time"),
    ],
)
def test_a_signature_without_a_time_has_that_of_the_signed_date(date: bytes, headers: str, reason: str) -> None:
    message = signed(MESSAGE.replace(b"Fri, 20 Nov 2026 11:00:00 +0000", date), headers=headers)
    assert freshness(message, KEY).reason == reason


def test_a_date_that_was_added_above_the_signed_one_changes_nothing() -> None:
    old = signed(MESSAGE.replace(b"20 Nov", b"10 Nov"), headers="from:to:date")
    assert freshness(b"Date: Fri, 20 Nov 2026 11:00:00 +0000\r\n" + old, KEY).reason == "old"


def test_a_signature_of_last_month_is_as_fresh_as_any() -> None:
    """The keys that recognise its replay live for days, over the month's end."""
    now = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
    assert freshness(signed(MESSAGE, tags=at(now - timedelta(hours=7))), KEY, now=now).fresh


@pytest.mark.parametrize(
    ("old", "new", "headers"),
    [
        (b"someone@army.ml", b"someone@army.mil", "from:to:date"),
        (b"To: someone@army.ml", b"X-To: someone@army.ml", "from:to:date"),
        (b"someone@army.ml", b"someone@army.ml", "from:date"),
        (b"To: someone@army.ml", b"Cc: someone@army.ml", "from:to:date"),
    ],
    ids=["meant-for-elsewhere", "no-recipient", "to-unsigned", "cc-unsigned"],
)
def test_a_mail_made_for_somebody_else_is_not_fresh_here(old: bytes, new: bytes, headers: str) -> None:
    message = signed(MESSAGE.replace(old, new), headers=headers, tags=at(NOW))
    assert freshness(message, KEY).reason == "unsigned-recipient"


def test_a_to_that_was_added_after_signing_does_not_count() -> None:
    message = MESSAGE.replace(b"someone@army.ml", b"someone@army.mil")
    assert freshness(b"To: someone@army.ml\r\n" + signed(message, tags=at(NOW)), KEY).reason == "unsigned-recipient"


def test_every_typed_domain_has_to_be_named() -> None:
    message = signed(MESSAGE, tags=at(NOW))
    assert freshness(message, KEY, rcpt_to="someone@army.ml,someone@navy.ml").reason == "unsigned-recipient"
    message = signed(MESSAGE.replace(b"army.ml\r\n", b"army.ml,\r\n s@navy.ml\r\n"), tags=at(NOW))
    assert freshness(message, KEY, rcpt_to="someone@army.ml,someone@navy.ml").fresh


def test_an_unaligned_or_failed_signature_proves_nothing() -> None:
    other = {"s1._domainkey.elsewhere.example TXT": [ED25519_RECORD]}
    assert freshness(signed(MESSAGE, domain="elsewhere.example", tags=at(NOW)), other).reason == "unproven"
    assert freshness(signed(MESSAGE, tags=at(NOW)).replace(b"hello", b"hullo"), KEY).reason == "unproven"


def test_spf_counts_from_the_senders_own_host_only() -> None:
    assert freshness(MESSAGE, {**SPF, **OWN_HOST}, client=CLIENT) == Freshness(True, "spf")
    assert freshness(MESSAGE, {**SPF, **SHARED_HOST}, client=CLIENT).reason == "shared-address"
    assert freshness(MESSAGE, SPF, client=CLIENT).reason == "shared-address"


def test_spf_for_another_domain_than_from_proves_nothing() -> None:
    forged = MESSAGE.replace(b"ada@contractor.example", b"minister@ministry.example")
    assert freshness(forged, {**SPF, **OWN_HOST}, client=CLIENT).reason == "unproven"


def test_a_refusal_at_rcpt_has_no_message_to_be_fresh() -> None:
    found = judge(transaction(None, client=CLIENT), {**SPF, **OWN_HOST}).found.freshness
    assert found == Freshness(False, "no-message")


def test_printing_freshness_is_for_memory_only_and_json_leaves_it_out() -> None:
    found = judge(transaction(signed(MESSAGE, tags=at(NOW))), KEY).found
    assert "freshness" not in found.to_json()
