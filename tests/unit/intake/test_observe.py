"""What becomes of a transaction: one observation a catalogued domain, with nothing in it that stands for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.intake.observe import Arrival, observe, resting_on_lookups
from catcher.model.leak.unstored import MOST_UNPROVEN_RECIPIENTS
from catcher.model.mail.fingerprint import (
    Authentication,
    AuthResult,
    Basis,
    EvidenceKind,
    Fingerprint,
    Freshness,
    Intended,
    SpfResult,
    Tier,
)
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.observation import REVISED, SizeClass
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Header, HeaderField
from catcher.privacy import KeyRing, Tokens
from tests.support.observations import observation, sender
from tests.support.transactions import MOMENT, TRANSACTION

FINGERPRINT = Fingerprint(
    sender=sender(),
    intended=(
        Intended("mail.army.ml", "army.mil", None, Basis.DECLARED),
        Intended("navy.ml", "navy.mil", None, Basis.DECLARED),
    ),
    nature=observation().nature,
    markings=(),
    authentication=Authentication(),
    freshness=Freshness(True, "dkim", (b"signature-octets",)),
)

ARRIVAL = Arrival("t1", "AAAA-BBBB-CCCC", {"army.ml": Policy.ACCEPT, "navy.ml": Policy.ACCEPT}, Outcome.ACCEPTED)


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return KeyRing(tmp_path).tokens(MOMENT)


def test_one_observation_a_catalogued_domain_with_one_ref_and_one_transaction(tokens):
    army, navy = observe(TRANSACTION, FINGERPRINT, ARRIVAL, tokens)
    assert (army.domain, navy.domain) == ("army.ml", "navy.ml")
    assert army.ref == navy.ref == "AAAA-BBBB-CCCC"
    assert army.transaction == navy.transaction == "t1"


def test_each_observation_has_only_its_own_domains_recipients_and_intended(tokens):
    army, navy = observe(TRANSACTION, FINGERPRINT, ARRIVAL, tokens)
    assert [i.domain for i in army.intended] == ["army.mil"]
    assert [i.domain for i in navy.intended] == ["navy.mil"]
    assert [i.typed for i in army.intended] == ["army.ml"]  # not what stood left of it
    assert army.recipients == (tokens.mailbox(Mailbox("john.doe", "mail.army.ml")),)  # one mailbox, twice written
    assert navy.recipients == (tokens.mailbox(Mailbox("richard.roe", "navy.ml")),)


def test_no_local_part_survives(tokens):
    kept = repr(observe(TRANSACTION, FINGERPRINT, ARRIVAL, tokens)).lower()
    for local_part in ("john.doe", "jane.roe", "richard.roe", "signature-octets", "one@contractor"):
        assert local_part not in kept


def test_the_time_is_kept_to_the_minute_and_the_size_as_a_class(tokens):
    (army, _) = observe(TRANSACTION, FINGERPRINT, ARRIVAL, tokens)
    assert army.observed_at == datetime(2026, 11, 3, 12, 34, tzinfo=UTC)
    assert army.size_class is SizeClass.UP_TO_10_KB


def test_a_refusal_at_rcpt_has_neither_size_nor_retry_tag(tokens):
    refused = replace(TRANSACTION, header=None, body=None)
    arrival = replace(ARRIVAL, policies={"army.ml": Policy.REFUSE}, outcome=Outcome.REFUSED)
    (army,) = observe(refused, FINGERPRINT, arrival, tokens)
    assert (army.size_class, army.retry_tag, army.outcome) == (None, None, Outcome.REFUSED)


def test_the_null_reverse_path_has_no_token(tokens):
    (army, _) = observe(replace(TRANSACTION, reverse_path=None), FINGERPRINT, ARRIVAL, tokens)
    assert (army.reverse_path_token, army.reverse_path_domain) == (None, None)


def test_a_second_delivery_of_the_message_has_the_same_retry_tag_and_another_message_has_not(tokens):
    def tag(message_id: bytes) -> str | None:
        header = Header((HeaderField(b"Message-ID", message_id),), octets=500)
        return observe(replace(TRANSACTION, header=header), FINGERPRINT, ARRIVAL, tokens)[0].retry_tag

    assert tag(b" <one@contractor.example>") == tag(b" <one@contractor.example>")
    assert tag(b" <one@contractor.example>") != tag(b" <two@contractor.example>")


def test_a_mail_split_by_domain_is_no_replay(tokens):
    """An MTA gives each domain's recipients a transaction of its own; the signature is the same in both."""
    army, navy = observe(TRANSACTION, FINGERPRINT, ARRIVAL, tokens)
    assert army.signatures != navy.signatures
    assert army.signatures == observe(TRANSACTION, FINGERPRINT, ARRIVAL, tokens)[0].signatures


def test_of_nested_catalogued_domains_the_most_specific_has_the_recipient(tokens):
    policies = {"army.ml": Policy.ACCEPT, "mail.army.ml": Policy.ACCEPT}
    above, nested = observe(TRANSACTION, FINGERPRINT, replace(ARRIVAL, policies=policies), tokens)
    assert (above.recipients, above.intended) == ((), ())
    assert len(nested.recipients) == 1 and [i.typed for i in nested.intended] == ["mail.army.ml"]


def test_a_later_fingerprint_gives_the_fields_that_a_store_revises(tokens):
    found = set(resting_on_lookups(FINGERPRINT, "army.ml", tokens))
    assert found == {*REVISED, "signatures_before"}, "what is compared is no field that a store keeps"


def test_over_the_end_of_an_epoch_and_of_a_month_a_retry_and_a_copy_are_known(tmp_path):
    """A key is written with for one epoch and read with for one more: no boundary falls between two keys."""
    before, after = datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 12, 1, 0, 11, tzinfo=UTC)
    ring = KeyRing(tmp_path)
    for day in range(8):
        first = observe(TRANSACTION, FINGERPRINT, ARRIVAL, ring.tokens(before + timedelta(days=day)))[0]
        again = observe(TRANSACTION, FINGERPRINT, ARRIVAL, ring.tokens(after + timedelta(days=day)))[0]
        assert first.retry_tag in (again.retry_tag, again.retry_tag_before)
        assert set(first.signatures) <= {*again.signatures, *again.signatures_before}


def test_the_key_of_the_mailboxes_is_named(tokens):
    assert {each.key_id for each in observe(TRANSACTION, FINGERPRINT, ARRIVAL, tokens)} == {tokens.key_id}


@pytest.mark.parametrize(
    ("tier", "results", "kept"),
    [
        (Tier.VERIFIED, Authentication(), 100),
        (Tier.AUTHENTICATED, Authentication(), 100),
        (Tier.NETWORK, Authentication(), MOST_UNPROVEN_RECIPIENTS),
        (Tier.CLAIMED, Authentication(), MOST_UNPROVEN_RECIPIENTS),
        (Tier.CLAIMED, Authentication(SpfResult(AuthResult.TEMPERROR)), 100),  # it may still be proven
    ],
)
def test_a_stranger_who_tries_many_addresses_makes_few_mailboxes(
    tokens: Tokens, tier: Tier, results: Authentication, kept: int
) -> None:
    tried = replace(TRANSACTION, forward_paths=tuple(Mailbox(f"name{n}", "army.ml") for n in range(100)))
    of = replace(FINGERPRINT, sender=sender(tier=tier, kind=EvidenceKind.FROM), authentication=results)
    army, _ = observe(tried, of, ARRIVAL, tokens)
    assert (len(army.recipients), army.recipient_count) == (kept, 100)
    again, _ = observe(tried, of, ARRIVAL, tokens)
    assert army.retry_tag == again.retry_tag and army.recipients == again.recipients
