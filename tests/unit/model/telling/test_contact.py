"""Contacts: which address may be written to, which first, and what a search, a person or a bounce changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.telling.contact import (
    LISTED,
    Contact,
    ContactStatus,
    Source,
    bounced,
    confirmed,
    in_order,
    merged,
    next_contact,
)
from tests.support.contacts import ADDRESS, PARTY, contact, contacts
from tests.support.observations import NOON

LATER = NOON + timedelta(days=1)
ABUSE = f"abuse@{PARTY}"


class TestStatus:
    @pytest.mark.parametrize("source", Source)
    @pytest.mark.parametrize("own", [True, False])
    def test_a_found_address_outside_the_own_domain_waits_for_a_person(self, source: Source, own: bool) -> None:
        found = contact(source=source, own=own)
        assert (found.status is ContactStatus.GOOD) == (own or source in LISTED)
        assert found.trusted == (source in LISTED)

    def test_a_person_who_confirms_makes_it_good_and_trusted(self) -> None:
        (after,) = confirmed([contact(own=False)], ADDRESS, by="Alex", at=LATER)
        assert (after.status, after.trusted) == (ContactStatus.GOOD, True)
        assert (after.confirmed_by, after.confirmed_at) == ("Alex", LATER)

    def test_a_bounce_makes_it_bad_until_a_person_confirms_it_again(self) -> None:
        (bad,) = bounced([contact()], ADDRESS.upper(), at=LATER)
        assert bad.status is ContactStatus.BAD
        assert bounced([bad], ADDRESS, at=LATER + timedelta(days=1)) == (bad,)
        (good,) = confirmed([bad], ADDRESS, by="Alex", at=LATER)
        assert good.status is ContactStatus.GOOD

    def test_another_address_is_left_alone(self) -> None:
        assert bounced([contact()], ABUSE, at=LATER) == (contact(),)
        assert confirmed([contact()], ABUSE, by="Alex", at=LATER) == (contact(),)

    def test_its_printed_form_hides_the_address(self) -> None:
        assert ADDRESS not in f"{contact()!r} {contact()}"


class TestOrder:
    def test_the_cascade_is_the_order_and_a_confirmed_one_comes_before_what_was_only_found(self) -> None:
        known = [contact(source=source, address=f"a{n}@{PARTY}") for n, source in enumerate(Source)]
        by_person = contact(source=Source.RFC2142, address="soc@other.example", own=False, confirmed_by="Alex")
        expected = [*known[:2], by_person, *known[2:]]
        assert in_order([*reversed(known), by_person]) == expected

    def test_the_csirt_is_last_even_when_a_person_confirmed_it(self) -> None:
        csirt = contact(source=Source.CSIRT, address="cert@csirt.example", own=False, confirmed_by="Alex")
        assert in_order([csirt, contact(source=Source.RFC2142)])[-1] == csirt
        assert csirt.status is ContactStatus.GOOD

    def test_within_a_source_its_own_preference_holds(self) -> None:
        second, first = contact(preference=1), contact(address=ABUSE, preference=0)
        assert in_order([second, first]) == [first, second]

    def test_the_next_one_is_good_and_was_not_tried(self) -> None:
        entered = contact(source=Source.ENTERED, address=f"desk@{PARTY}")
        outside = contact(address="soc@other.example", own=False)
        own = contact(address=ABUSE, source=Source.RFC2142)
        known = [own, outside, entered]
        assert next_contact(known) == entered
        assert next_contact(known, tried=[f"DESK@{PARTY}"]) == own
        assert next_contact(bounced(known, entered.address, at=LATER)) == own
        assert next_contact(known, tried=[entered.address, own.address]) is None
        assert next_contact([]) is None


class TestMerging:
    def test_what_was_confirmed_or_bounced_stays_so_when_it_is_found_again(self) -> None:
        known = bounced(confirmed([contact()], ADDRESS, by="Alex", at=NOON), ADDRESS, at=NOON)
        (after,) = merged(known, [contact(seen_at=LATER)], looked={Source.SECURITY_TXT})
        assert (after.confirmed_by, after.bad_at, after.seen_at) == ("Alex", NOON, LATER)

    def test_what_a_source_names_no_more_goes(self) -> None:
        assert merged([contact()], [], looked={Source.SECURITY_TXT}) == ()

    def test_what_a_failed_source_named_before_stays(self) -> None:
        assert merged([contact()], [], looked={Source.SOA}) == (contact(),)

    @pytest.mark.parametrize("held", [{"confirmed_by": "Alex"}, {"bad_at": NOON}])
    def test_what_a_person_confirmed_or_what_bounced_outlives_its_source(self, held: dict[str, object]) -> None:
        known = contact(**held)
        assert merged([known], [], looked={Source.SECURITY_TXT}) == (known,)

    def test_what_the_operator_takes_out_of_a_file_is_gone(self) -> None:
        known = contact(source=Source.ENTERED, confirmed_by="Alex", bad_at=NOON)
        assert merged([known], []) == ()

    def test_an_address_of_two_sources_is_the_better_ones(self) -> None:
        found = [contact(source=Source.RDAP), contact(source=Source.ENTERED, language="fr"), contact()]
        (one,) = merged([], found, looked=Source)
        assert (one.source, one.language) == (Source.ENTERED, "fr")

    def test_a_better_source_that_could_not_be_looked_at_keeps_its_address(self) -> None:
        known = contact(source=Source.SECURITY_TXT, seen_at=NOON)
        (one,) = merged([known], [contact(source=Source.SOA, seen_at=LATER)], looked={Source.SOA})
        assert (one.source, one.seen_at) == (Source.SECURITY_TXT, LATER)

    @given(st.lists(contacts(), max_size=6), st.lists(contacts(), max_size=6), st.sets(st.sampled_from(Source)))
    def test_merging_keeps_one_contact_an_address_loses_no_bounce_and_changes_nothing_twice(
        self, known: list[Contact], found: list[Contact], looked: set[Source]
    ) -> None:
        known = list({c.address.lower(): c for c in known}.values())
        looked |= {c.source for c in found}
        once = merged(known, found, looked=looked)
        assert len({c.address.lower() for c in once}) == len(once)
        assert list(once) == in_order(once)
        assert {c.address.lower() for c in found} <= {c.address.lower() for c in once}
        bad = {c.address.lower() for c in known if c.bad_at and c.source not in LISTED}
        assert bad <= {c.address.lower() for c in once if c.bad_at}
        assert merged(once, found, looked=looked) == once
