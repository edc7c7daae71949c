"""Tokens say whether two things are the same within one period, and nothing else."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.mailbox import Mailbox
from catcher.privacy import Rolling, RollingTokens, Tokens, period_of
from catcher.privacy.tokens import bounds

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
ALICE = Mailbox("alice", "contractor.example")
BOB, CAROL = Mailbox("bob", "army.ml"), Mailbox("carol", "army.ml")

local_parts = st.text(max_size=20)


def tokens(key: bytes = KEY) -> Tokens:
    return Tokens("2026-11", key, RollingTokens(key))


def test_a_period_is_the_month_in_utc() -> None:
    assert period_of(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == "2026-11"
    assert period_of(datetime(2026, 12, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))) == "2026-11"


@pytest.mark.parametrize("year", [2027, 2028])
def test_the_periods_of_a_year_follow_each_other_from_the_first_of_each_month(year: int) -> None:
    """A leap year among them."""
    begins = [datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(13)]
    assert [bounds(period_of(begin)) for begin in begins[:12]] == list(pairwise(begins))


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 octets"):
        Tokens("2026-11", key, RollingTokens(KEY))
    with pytest.raises(ValueError, match="32 octets"):
        RollingTokens(key)


@given(local_parts, local_parts)
def test_two_mailboxes_have_one_token_only_if_they_differ_in_case_alone(a: str, b: str) -> None:
    equal = tokens().mailbox(Mailbox(a, "army.ml")) == tokens().mailbox(Mailbox(b, "army.ml"))
    assert equal == (a.lower() == b.lower())


def test_case_makes_no_difference() -> None:
    assert tokens().mailbox(ALICE) == tokens().mailbox(Mailbox("Alice", "CONTRACTOR.example"))


def test_where_the_local_part_ends_makes_a_difference() -> None:
    assert tokens().mailbox(Mailbox("a", "b.example")) != tokens().mailbox(Mailbox("ab", ".example"))


def test_the_same_mailbox_has_another_token_under_another_key() -> None:
    assert tokens().mailbox(ALICE) != tokens(OTHER_KEY).mailbox(ALICE)


def test_tokens_of_two_kinds_never_agree_on_the_same_octets() -> None:
    """Each kind has its own subkey, even under one key: a mailbox token can't be looked up among signature tokens."""
    made = Tokens("2026-11", KEY, RollingTokens(KEY))
    assert made.mailbox(ALICE) != made.signature(b"alice", "contractor.example").present
    rolling = RollingTokens(KEY)
    assert rolling.signature(b"the same octets") != rolling.retry_tag(b"the same octets")
    assert made.signature(b"alice", "contractor.example").present == rolling.signature(b"5:alice18:contractor.example")


@given(local_parts)
def test_a_mailbox_token_has_64_bits_and_no_letter_of_the_mailbox_as_such(local_part: str) -> None:
    token = tokens().mailbox(Mailbox(local_part, "army.ml"))
    assert len(token) == 16
    assert int(token, 16) < 2**64


def test_folding_white_space_in_a_signature_makes_no_difference() -> None:
    """RFC 6376 §3.5: white space in b= is ignored; relays fold it anew."""
    assert tokens().signature(b"abc\r\n\tdef==", "army.ml") == tokens().signature(b" abcdef==", "army.ml")


def tag(**changes: Any) -> Rolling | None:
    """The retry tag of one message and envelope, with ``changes``."""
    wanted: dict[str, Any] = {
        "message_id": b"<1@a.example>",
        "date": b"Tue, 3 Nov 2026 12:00:00 +0000",
        "octets": 1000,
        "domain": "army.ml",
        "reverse_path": ALICE,
        "recipients": (BOB, CAROL),
    }
    return tokens().retry_tag(**(wanted | changes))


@given(st.binary(max_size=40), st.binary(max_size=40), st.integers(0, 10**9))
def test_a_retry_tag_has_64_bits_and_is_absent_without_message_id_and_date(id: bytes, date: bytes, octets: int) -> None:
    made = tag(message_id=id, date=date, octets=octets)
    if id.strip() or date.strip():
        assert made is not None
        assert len(made.present) == 16
        assert int(made.present, 16) < 2**64
    else:
        assert made is None


def test_a_retry_tag_depends_on_the_message_and_on_the_envelope() -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"message_id": b"<2@a.example>"},
        {"date": b"Tue, 3 Nov 2026 12:00:01 +0000"},
        {"octets": 1001},
        {"message_id": b"<1@a.example>Tue, 3 Nov 2026 12:00:00 +0000", "date": b""},
        {"domain": "navy.ml"},
        {"reverse_path": None},
        {"reverse_path": BOB},
        {"recipients": (BOB,)},
        {"recipients": (BOB, CAROL, ALICE)},
        {"reverse_path": None, "recipients": (ALICE, BOB, CAROL)},
    ]
    assert len({made.present for change in changes if (made := tag(**change)) is not None}) == len(changes)


def test_recipients_of_a_retry_may_come_in_another_order_and_case() -> None:
    assert tag(recipients=(Mailbox("Carol", "ARMY.ml"), BOB, BOB)) == tag()


def test_a_rolling_token_is_given_under_both_keys() -> None:
    of_other = Tokens("2026-11", KEY, RollingTokens(OTHER_KEY))
    both = Tokens("2026-11", KEY, RollingTokens(KEY), RollingTokens(OTHER_KEY))
    made = both.signature(b"abc", "army.ml")
    assert made == Rolling(tokens().signature(b"abc", "army.ml").present, of_other.signature(b"abc", "army.ml").present)
    assert tokens().signature(b"abc", "army.ml").before is None


def test_tokens_that_are_stored_stay_the_same() -> None:
    """Tokens of one period are compared across versions: an update in mid-month counts nobody twice."""
    assert tokens().mailbox(ALICE) == "459035307a1e374a"
    assert tokens().signature(b"abcdef==", "army.ml").present == "14dcce2876911b4b"
    made = tag()
    assert made is not None
    assert made.present == "542e906be6cf1cc8"


def test_the_printed_form_shows_no_key() -> None:
    assert repr(tokens()) == "Tokens(key_id='2026-11')"
    assert repr(RollingTokens(KEY)) == "RollingTokens()"


@given(local_parts)
def test_a_token_is_an_hmac_under_the_kind_of_tokens_own_key(local_part: str) -> None:
    text = local_part.lower().encode()
    subkey = hmac.digest(KEY, b"catcher mailbox token", "sha256")
    expected = hmac.digest(subkey, b"%d:%b7:army.ml" % (len(text), text), "sha256").hex()[:16]
    assert tokens().mailbox(Mailbox(local_part, "army.ml")) == expected
