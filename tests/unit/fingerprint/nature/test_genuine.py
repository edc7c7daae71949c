"""``genuine``: how well it tells honest mail from spam of organisations it never saw, and what it is blind to."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint import fingerprint
from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.nature.findtraits import traits
from catcher.fingerprint.nature.genuine import from_traits, probability
from catcher.fingerprint.nature.trait import Trait
from catcher.fingerprint.nature.weights import BIAS, TRAIT_WEIGHTS
from catcher.model.mail.fingerprint import MailClass
from catcher.model.mail.transaction import Header, HeaderField
from tests.persons import World, letters
from tests.support.fingerprints import MESSAGE, context, judge, read, transaction
from tests.training import genuine
from tests.training.logistic import Example


@cache
def sets() -> tuple[list[Example], list[Example]]:
    return genuine.training_set()


@cache
def unseen() -> list[genuine.Judged]:
    return genuine.judge_unseen(*sets())


def test_it_ranks_ham_above_spam_of_organisations_it_never_saw() -> None:
    """Naive Bayes over the same fields: 0.86."""
    assert genuine.area(unseen()) >= 0.96
    assert genuine.area(unseen(), by_organisation=True) >= 0.96


@given(st.permutations(list(Trait)))
def test_the_order_of_traits_changes_nothing(order: list[Trait]) -> None:
    """A set of words has another order in each process; a sum of floats that follows it has another last bit."""
    assert from_traits(order) == from_traits(Trait)


def test_it_is_calibrated() -> None:
    assert genuine.calibration_error(unseen()) <= 0.08


def test_the_committed_weights_are_what_the_recipe_gives() -> None:
    corpus, persons = sets()
    text = genuine.rendered(genuine.train([*corpus, *persons]), len(corpus), len(persons))
    assert genuine.WEIGHTS_FILE.read_text(encoding="utf-8") == text


def test_letters_of_today_by_organisations_it_never_saw_look_honest() -> None:
    corpus, persons = sets()
    judged = genuine.judge_unseen(persons, corpus)
    assert sum(each.probability > 0.5 for each in judged) / len(judged) >= 0.95


def test_every_letter_of_today_is_a_person_s_and_verified() -> None:
    """With DNS and signatures, by the committed weights; the letters aren't those of the training."""
    world = World(seed=7, size=60)
    for letter in letters(120, seed=8, world=world):
        of = transaction(
            letter.octets,
            client=letter.organisation.client,
            helo=letter.organisation.helo,
            mail_from=letter.mail_from,
            rcpt_to=(letter.rcpt_to,),
        )
        found = judge(of, world.table, context()).found
        assert (found.sender.tier, found.sender.domain) == (letter.tier, letter.organisation.domain)
        assert found.nature.mail_class is MailClass.PERSON
        assert found.nature.typo == "recipient"
        assert found.nature.genuine > 0.3


ADDED = (
    b"Received: from winner.example ([198.51.100.7]) by mx.example; Fri, 20 Nov 2026 12:00:00 +0000\r\n"
    b"X-Spam-Status: Yes, score=19.1\r\n"
    b"X-Spam-Flag: YES\r\n"
    b"Delivered-To: other@elsewhere.example\r\n"
    b"Authentication-Results: mx.example; dmarc=pass header.from=contractor.example\r\n"
    b"Received-SPF: pass\r\n"
    b"X-Mailman-Version: 2.0\r\n"
    b"Errors-To: list@elsewhere.example\r\n"
)


def test_what_receivers_add_changes_nothing() -> None:
    """Neither sender nor kind: a Received line below our own hop is text like any other."""
    before, after = (
        fingerprint(transaction(message), {}, context(lookups=False)) for message in (MESSAGE, ADDED + MESSAGE)
    )
    assert before == after


def test_every_weight_belongs_to_a_trait() -> None:
    assert TRAIT_WEIGHTS.keys() <= set(Trait)
    assert -5 < BIAS < 5 and all(-5 < weight < 5 for weight in TRAIT_WEIGHTS.values())


@pytest.mark.parametrize("log_odds", [-1e9, -5.0, 0.0, 5.0, 1e9])
def test_it_never_claims_certainty(log_odds: float) -> None:
    assert 0.01 <= probability(log_odds) <= 0.99


HEADER_FIELDS = st.lists(
    st.tuples(
        st.sampled_from(
            [b"From", b"To", b"Cc", b"Subject", b"Date", b"Message-ID", b"Content-Type", b"X-Mailer", b"X"]
        ),
        st.binary(max_size=200),
    ),
    max_size=12,
)


@given(HEADER_FIELDS)
def test_any_bytes_give_traits_of_the_closed_list(fields: list[tuple[bytes, bytes]]) -> None:
    header = Header(tuple(HeaderField(name, value) for name, value in fields))
    assert traits(HeaderView(header)) <= set(Trait)


def has(message: bytes) -> set[str]:
    return set(map(str, traits(HeaderView(read(message)[0]))))


@pytest.mark.parametrize(
    ("field", "trait"),
    [
        (b"Subject: Re: plan", "re-alone"),
        (b"Subject: RE: plan\r\nIn-Reply-To: <x@army.mil>", "re"),
        (b"Subject: Save 50% today", "subject-money"),
        (b"Subject: cheap loans", "subject-offer"),
        (b"Subject: nice offer          k3j2x", "subject-tail"),
        (b"Date: Mon, 20 Nov 2026 11:00:00 +0000", "date-wrong-weekday"),
        (b"Date: 20.11.2026", "date-malformed"),
        (b"Date: Fri, 32 Nov 2026 11:00:00 +0000", "date-malformed"),
        (b"Message-ID: 1234", "message-id-malformed"),
        (b"Message-ID: <1@elsewhere.example>", "message-id-other-domain"),
        (b"Message-ID: <000c01c2$a$b@PC>", "message-id-dollar"),
        (b"Reply-To: x@elsewhere.example", "reply-to-elsewhere"),
        (b"Reply-To: eve@contractor.example", "reply-to"),
        (b"X-Mailer: Microsoft Outlook Express 6.00", "program-forged"),
        (b"X-MSMail-Priority: Normal", "mimeole-alone"),
        (b"Importance: High", "priority"),
        (b"User-Agent: Mozilla Thunderbird", "program"),
        (b"X-Mailer: Counterdesk 8", "program-other"),
        (b"From: a@contractor.example, b@contractor.example", "from-several"),
        (b"From: nobody", "from-unread"),
        (b"To: undisclosed-recipients:;", "to-none"),
        (b"To: " + b", ".join(b"a%d@army.ml" % n for n in range(9)), "to-many"),
        (b"Content-Type: text/html", "html"),
        (b"Content-Type: multipart/signed; boundary=x", "signed"),
        (b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", "base64-text"),
    ],
)
def test_a_field_has_its_trait(field: bytes, trait: str) -> None:
    name = field.partition(b":")[0]
    others = (name + b":", b"User-Agent:", b"Content-Language:")
    kept = b"".join(line for line in MESSAGE.splitlines(keepends=True) if not line.startswith(others))
    assert trait not in has(kept) or trait in ("from-unread", "to-none")
    assert trait in has(field + b"\r\n" + kept)


def test_a_list_server_s_reply_to_is_nobody_s_choice() -> None:
    listed = MESSAGE.replace(b"To: someone@army.ml", b"To: talk@lists.example\r\nReply-To: talk@lists.example")
    assert not {"reply-to", "reply-to-elsewhere"} & has(listed)
