"""The reasons why a mail counts or doesn't: each explained, each on the page about counting."""

from __future__ import annotations

from typing import Any

import pytest

from catcher.model.mail.counting import CountReason, Residual, judge_counting, reason_of
from catcher.model.mail.fingerprint import MailClass, Tier
from tests.support.tree import ROOT

PAGE = (ROOT / "docs/engineering/counting.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", CountReason)
def test_each_reason_has_one_sentence_for_people(reason: CountReason) -> None:
    assert reason.explanation and not reason.explanation.endswith(".")


def test_each_way_and_each_residual_stands_on_the_page() -> None:
    for word in [*(reason for reason in CountReason if reason.way), *Residual]:
        assert f"`{word}`" in PAGE


def test_each_residual_belongs_to_a_way_and_to_no_obstacle() -> None:
    """But for accounts at mailbox providers: it is the role that makes them doubtful (``measures``)."""
    of_ways = {residual for reason in CountReason for residual in reason.residuals}
    assert of_ways == set(Residual) - {Residual.OWN_ACCOUNTS}
    assert all(reason.way for reason in CountReason if reason.residuals)


def test_a_forward_counts_whatever_its_class() -> None:
    for mail_class in MailClass:
        found = judge_counting(mail_class, Tier.AUTHENTICATED, fresh=True, reason=CountReason.FORWARD)
        assert found == (True, CountReason.FORWARD)


@pytest.mark.parametrize("mail_class", [each for each in MailClass if each is not MailClass.PERSON])
def test_only_a_persons_mail_counts_otherwise(mail_class: MailClass) -> None:
    found = judge_counting(mail_class, Tier.VERIFIED, fresh=True, reason=CountReason.DKIM)
    assert found == (False, CountReason(mail_class.value))


def test_the_stores_obstacles_come_first_and_an_unknown_word_proves_nothing() -> None:
    fresh: dict[str, Any] = {"fresh": True, "reason": CountReason.DKIM}
    assert judge_counting(MailClass.PERSON, Tier.VERIFIED, **fresh, retry=True).reason == "retry"
    assert judge_counting(MailClass.PERSON, Tier.VERIFIED, **fresh, replayed=True).reason == "replayed"
    assert judge_counting(MailClass.UNKNOWN, Tier.VERIFIED, **fresh, replayed=True).reason == "replayed"
    assert judge_counting(MailClass.PERSON, Tier.CLAIMED, **fresh) == (False, CountReason.UNPROVEN)
    assert reason_of("signed") is CountReason.UNPROVEN
