"""Attacks on the honest: somebody who has copies, or a rule, can't make honest mail uncounted."""

from __future__ import annotations

from tests.support.attacked import DAYS, STAFF, Sink, dated, letter
from tests.support.carried import ATTACKERS, ELSEWHERE, OWN, on_its_own

VICTIM = "contractor.example"
ZONE = {**on_its_own(), **ATTACKERS}


def test_a_copy_that_comes_first_without_its_unsigned_fields() -> None:
    """The copy is of unknown class and counts for nothing; then the author's own mail is no replay of it."""
    sink = Sink(ZONE)
    for n in range(3):
        who = f"{STAFF[n]}@{VICTIM}"
        message = dated(letter(who, DAYS[n], program="thunderbird"), VICTIM, DAYS[n], headers="from:to:subject:date")
        assert not sink.take(message, DAYS[n], client=ELSEWHERE, mail_from=f"x{n}@evil.example").counts
        assert sink.take(message, DAYS[n], client=OWN, mail_from=who).counts
        assert sink.take(message, DAYS[n], client=OWN, mail_from=f"y{n}@{VICTIM}").counting.reason == "replayed"
    found = sink.decided(VICTIM)
    assert found is not None and found.due


def test_an_unproven_mail_with_the_same_message_id_makes_no_retry_of_the_authors() -> None:
    sink = Sink(ZONE)
    for n in range(3):
        who = f"{STAFF[n]}@{VICTIM}"
        message = dated(letter(who, DAYS[n]), VICTIM, DAYS[n])
        forged = sink.take(message.replace(b"hello", b"hallo"), DAYS[n], client=ELSEWHERE, mail_from=who)
        assert not forged.counts
        assert sink.take(message, DAYS[n], client=OWN, mail_from=who).counts
        assert sink.take(message, DAYS[n], client=OWN, mail_from=who).counting.reason == "retry"
    found = sink.decided(VICTIM)
    assert found is not None and found.due


def test_a_mail_that_the_organisations_server_passes_on_spoils_its_address_for_nobody() -> None:
    """One of its people has a rule; the author, whose DKIM survives, has not sent from this address."""
    sink = Sink(ZONE)
    for n in range(3):
        who = f"{STAFF[n]}@{VICTIM}"
        sink.take(letter(who, DAYS[n]), DAYS[n], client=OWN, mail_from=who)
    passed_on = dated(letter("mallory@evil.example", DAYS[3], to=f"ann@{VICTIM}"), "evil.example", DAYS[3])
    sink.take(passed_on, DAYS[3], client=OWN, mail_from="mallory@evil.example")
    assert [seen.counting.reason for seen in sink.observations()[:3]] == ["spf"] * 3
    found = sink.decided(VICTIM)
    assert found is not None and found.due
