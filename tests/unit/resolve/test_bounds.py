"""Cache, budgets and silence: time is the clock's, and nothing grows without bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from catcher.config import ListenAddress
from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from catcher.resolve.budget import PER_HOUR, Budgets, Charged, NameKind
from catcher.resolve.cache import KNOWN_SECONDS, MAX_ENTRIES, MAX_PART_OCTETS, Cache
from catcher.resolve.silence import ServerOrder, SilentOrganisations

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FOUND = LookupResult(Status.FOUND, (b"text",))


def question(number: int = 0) -> Question:
    return Question(f"n{number}.example", LookupType.TXT)


NXDOMAIN = LookupResult(Status.NXDOMAIN)
FAILED = LookupResult(Status.FAILED)
GENUINE = Charged("192.0.2.0/24", "contractor.example")
FORGER = Charged("203.0.113.0/24", "contractor.example")


@pytest.mark.parametrize(
    ("answer", "ttl", "kept", "kept_for_mail"),
    [
        (FOUND, 60, 60, 60),
        (FOUND, 999_999, 3600, 3600),
        (FOUND, 1, 1, 30),
        (FOUND, 0, 0, 30),
        (FOUND, -5, 0, 30),
        (NXDOMAIN, 999_999, 900, 900),
        (NXDOMAIN, 0, 0, 5),
        (LookupResult(Status.NODATA), 10, 10, 10),
        (FAILED, 999_999, 30, 30),
    ],
)
def test_an_answer_is_kept_for_its_ttl_within_the_bounds_of_its_kind(
    answer: LookupResult, ttl: int, kept: int, kept_for_mail: int
) -> None:
    cache = Cache()
    cache.put(question(), answer, ttl, NOW)
    for seconds, for_mail in ((kept, False), (kept_for_mail, True)):
        before, after = NOW + timedelta(seconds=seconds - 1), NOW + timedelta(seconds=seconds)
        assert not seconds or cache.get(question(), before, for_mail=for_mail) is answer
        assert cache.get(question(), after, for_mail=for_mail) is None


def test_the_least_recently_used_goes_first() -> None:
    cache = Cache()
    for number in range(MAX_ENTRIES):
        cache.put(question(number), FOUND, 60, NOW)
    cache.get(question(0), NOW, for_mail=True)
    cache.put(question(MAX_ENTRIES), FOUND, 60, NOW)
    assert len(cache) == MAX_ENTRIES
    assert cache.get(question(0), NOW, for_mail=True) is FOUND
    assert cache.get(question(1), NOW, for_mail=True) is None


@pytest.mark.parametrize(
    "answer", [NXDOMAIN, FAILED, LookupResult(Status.FOUND, (b"x" * 60_000,))], ids=["nxdomain", "failed", "huge"]
)
def test_what_an_attacker_can_make_up_pushes_no_small_record_out(answer: LookupResult) -> None:
    cache = Cache()
    cache.put(question(), FOUND, 3600, NOW)
    for number in range(1, 2 * MAX_ENTRIES):
        cache.put(question(number), answer, 3600, NOW)
    assert cache.get(question(), NOW, for_mail=True) is FOUND
    assert cache.octets <= 3 * MAX_PART_OCTETS


def test_the_cache_is_bounded_in_octets() -> None:
    cache = Cache()
    for number in range(MAX_ENTRIES):
        cache.put(question(number), LookupResult(Status.FOUND, (b"x" * 3000,)), 60, NOW)
        cache.put(question(-number - 1), LookupResult(Status.FOUND, (b"x" * 65_000,)), 60, NOW)
    assert MAX_PART_OCTETS < cache.octets <= 2 * MAX_PART_OCTETS
    cache.put(question(), LookupResult(Status.FOUND, (b"x" * 2 * MAX_PART_OCTETS,)), 60, NOW)
    assert cache.get(question(), NOW, for_mail=True) is None


def test_octets_are_those_of_the_entries_that_are_there() -> None:
    cache = Cache()
    for answer in (FOUND, NXDOMAIN, LookupResult(Status.FOUND, (b"x" * 60_000,)), FAILED, NXDOMAIN, FOUND):
        cache.put(question(), answer, 60, NOW)
    cache.put(question(), FOUND, 60, NOW)
    once = Cache()
    once.put(question(), FOUND, 60, NOW)
    assert (len(cache), cache.octets) == (len(once), once.octets)


def test_what_was_found_is_known_for_a_day_even_if_it_fails_now_but_not_once_it_is_gone() -> None:
    cache = Cache()
    assert not cache.is_known(question(), NOW)
    cache.put(question(), FOUND, 60, NOW)
    later = NOW + timedelta(seconds=600)
    assert cache.is_known(question(), later)
    cache.put(question(), FAILED, 60, later)
    assert cache.get(question(), later, for_mail=True) is FAILED
    assert cache.is_known(question(), later)
    assert not cache.is_known(question(), NOW + timedelta(seconds=61 + KNOWN_SECONDS))
    cache.put(question(), NXDOMAIN, 60, later)
    assert not cache.is_known(question(), later)


def spend_all(budgets: Budgets, to: Charged, now: datetime = NOW) -> int:
    """Look-ups that find nothing until the budget is used up."""
    return next(number for number in count() if not budgets.spend(to, NameKind.CHOSEN, now))


def test_a_budget_ends_and_fills_again_evenly() -> None:
    budgets = Budgets()
    assert spend_all(budgets, GENUINE) == PER_HOUR
    assert budgets.spend(GENUINE, NameKind.CHOSEN, NOW + timedelta(seconds=59)) is False
    assert spend_all(budgets, GENUINE, NOW + timedelta(minutes=10)) == PER_HOUR // 6
    assert spend_all(budgets, GENUINE, NOW + timedelta(minutes=70)) == PER_HOUR


def test_a_forger_uses_up_no_budget_of_the_organisation_itself() -> None:
    budgets = Budgets()
    assert spend_all(budgets, FORGER) == PER_HOUR
    assert spend_all(budgets, GENUINE) == PER_HOUR


def test_what_finds_a_record_costs_a_tenth() -> None:
    budgets = Budgets()
    for _ in range(590):
        assert budgets.spend(GENUINE, NameKind.CHOSEN, NOW)
        budgets.give_back(GENUINE, NameKind.CHOSEN, NOW)
    assert spend_all(budgets, GENUINE) == 1


def test_many_networks_find_a_limit_below_one_organisation_and_each_newcomer_a_third_of_its_own() -> None:
    budgets = Budgets()
    spent = [spend_all(budgets, Charged(f"10.{n}.0.0/24", "victim.example")) for n in range(100)]
    assert spent == [60] * 10 + [20] * 90
    assert spend_all(budgets, GENUINE) == PER_HOUR, "another organisation"


@pytest.mark.parametrize("network", ["10.0.{}.0/24", "2001:db8:{}::/48"])
def test_networks_of_one_provider_share_a_limit_below_one_organisation(network: str) -> None:
    budgets = Budgets()
    spent = [spend_all(budgets, Charged(network.format(n), "victim.example")) for n in range(200)]
    assert sum(spent) == 5 * PER_HOUR
    assert spend_all(budgets, Charged("198.51.100.0/24", "victim.example")) == PER_HOUR


def test_a_name_that_is_no_choice_of_the_mail_is_asked_even_if_the_budget_is_used_up() -> None:
    budgets = Budgets(per_hour=3)
    spend_all(budgets, GENUINE)
    assert budgets.spend(GENUINE, NameKind.FIXED, NOW)
    assert next(n for n in count() if not budgets.spend(Charged("x", f"o{n}.example"), NameKind.FIXED, NOW)) == 3000


def test_what_is_known_to_exist_may_be_asked_a_hundred_times_as_often_and_costs_nothing_of_the_rest() -> None:
    """Thirty names, each asked anew each half minute, are within it."""
    budgets = Budgets()
    spend_all(budgets, GENUINE)
    assert next(n for n in count() if not budgets.spend(GENUINE, NameKind.KNOWN, NOW)) == 100 * PER_HOUR
    assert budgets.spend(GENUINE, NameKind.FIXED, NOW)


def test_aliases_are_charged_to_where_they_lead() -> None:
    budgets = Budgets()
    assert all(budgets.charge(FORGER, NOW, hit=False) for _ in range(PER_HOUR))
    assert not budgets.charge(FORGER, NOW, hit=False)
    assert not budgets.spend(FORGER, NameKind.CHOSEN, NOW)
    assert budgets.spend(GENUINE, NameKind.CHOSEN, NOW)


@pytest.mark.parametrize(("crowd", "left"), [(19_996, 50), (20_000, PER_HOUR)])
def test_twenty_thousand_light_accounts_are_kept_and_no_crowd_empties_a_heavy_one(crowd: int, left: int) -> None:
    """An account is heavy from 100 units on: ten look-ups that find nothing."""
    budgets = Budgets()
    for _ in range(10):
        assert budgets.spend(FORGER, NameKind.CHOSEN, NOW)
    light = Charged("198.51.100.0/24", "other.example")
    for _ in range(9):
        assert budgets.spend(light, NameKind.CHOSEN, NOW)
        budgets.give_back(light, NameKind.CHOSEN, NOW)
    for _ in range(9):
        assert budgets.spend(light, NameKind.CHOSEN, NOW)
    for number in range(crowd):
        assert budgets.spend(Charged(f"n{number}", "crowd.example"), NameKind.FIXED, NOW)
    assert len(budgets) == 20_000 + 4, "the forger's: its network, with the organisation, its provider's, everybody's"
    assert spend_all(budgets, light) == left
    assert spend_all(budgets, FORGER) == PER_HOUR - 10


def test_twenty_thousand_heavy_accounts_are_kept() -> None:
    budgets = Budgets()
    for number in range(20_001):
        budgets.use_up(Charged(f"n{number}", "victim.example"), NOW)
    assert len(budgets) == 20_000
    assert budgets.spend(Charged("n0", "victim.example"), NameKind.CHOSEN, NOW), "the first gave way"
    assert not budgets.spend(Charged("n20000", "victim.example"), NameKind.CHOSEN, NOW)


def test_what_is_spent_is_gone_after_an_hour_and_not_before() -> None:
    for seconds, left in ((3599, PER_HOUR - 1), (3600, PER_HOUR)):
        budgets = Budgets()
        spend_all(budgets, GENUINE)
        assert spend_all(budgets, GENUINE, NOW + timedelta(seconds=seconds)) == left


@pytest.mark.parametrize("newcomers", [["192.0.2.0/24", "198.51.100.0/24"], ["10.200.2.0/24", "10.200.3.0/24"]])
def test_a_newcomer_s_third_is_its_own_whatever_it_and_its_neighbours_asked_elsewhere(newcomers: list[str]) -> None:
    """Below an organisation at which others have used up the limit of all."""
    budgets = Budgets()
    for number in range(10):
        spend_all(budgets, Charged(f"10.{number}.0.0/24", "victim.example"))
    for network in newcomers:
        spend_all(budgets, Charged(network, "other.example"))
        assert spend_all(budgets, Charged(network, "victim.example")) == PER_HOUR // 3


def test_a_clock_that_goes_back_gives_nothing_away_and_takes_nothing() -> None:
    budgets = Budgets()
    spend_all(budgets, GENUINE)
    assert not budgets.spend(GENUINE, NameKind.CHOSEN, NOW - timedelta(days=1))
    other = Charged("198.51.100.0/24", "other.example")
    assert budgets.spend(other, NameKind.CHOSEN, NOW)
    assert spend_all(budgets, other, NOW - timedelta(days=1)) == PER_HOUR - 1


def test_silence_is_remembered_for_half_a_minute_and_bounded() -> None:
    silent = SilentOrganisations()
    silent.failed(GENUINE, NOW)
    assert silent.is_silent(GENUINE, NOW + timedelta(seconds=29))
    assert silent.is_silent("contractor.example", NOW)
    assert not silent.is_silent(FORGER, NOW)
    assert not silent.is_silent(GENUINE, NOW + timedelta(seconds=30))
    silent.answered(GENUINE)
    assert not silent.is_silent(GENUINE, NOW)
    for number in range(10_001):
        silent.failed(Charged("n", f"o{number}.example"), NOW)
    assert len(silent) == 20_000, "ten thousand organisations, and who asked"
    silent.failed(GENUINE, NOW + timedelta(seconds=30))
    assert len(silent) == 2, "what is over is forgotten"


def test_a_silence_that_was_noticed_again_is_remembered_longer_than_the_others_of_its_time() -> None:
    silent, other, later = SilentOrganisations(), Charged("n", "other.example"), Charged("n", "later.example")
    silent.failed(GENUINE, NOW)
    silent.failed(other, NOW)
    silent.failed(GENUINE, NOW + timedelta(seconds=20))
    silent.failed(later, NOW + timedelta(seconds=30))
    assert silent.is_silent(GENUINE, NOW + timedelta(seconds=49))
    assert len(silent) == 4, "the other is forgotten"


def test_a_resolver_that_answers_between_its_failures_is_not_asked_last() -> None:
    first, second = ListenAddress("192.0.2.1", 53), ListenAddress("192.0.2.2", 53)
    servers = ServerOrder([first, second])
    for _ in range(3):
        for _ in range(2):
            servers.failed(first, NOW)
        assert servers(NOW) == [first, second]
        servers.answered(first)
    for _ in range(3):
        servers.failed(first, NOW)
    assert servers(NOW) == [second, first]
    assert servers(NOW + timedelta(seconds=29.9)) == [second, first]
    assert servers(NOW + timedelta(seconds=30)) == [first, second]
    servers.answered(first)
    assert servers(NOW) == [first, second]
