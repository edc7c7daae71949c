"""Folding: sums that no order, batching or retry changes, checked against a sum written differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import reduce
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.incident import fold, merge
from catcher.model.leak.incident import Counted, Incident, IncidentKey, MailboxTotal, Role, Side
from catcher.model.mail.fingerprint import Basis, Intended, MailClass, Tier
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome
from tests.support.observations import intended, observation, observations, sender


def party_of(domain: str) -> str | None:
    """The last two labels; freemail.example and hospital.example are no organisations."""
    party = ".".join(domain.split(".")[-2:])
    return None if party in ("freemail.example", "hospital.example") else party


def add_up(parts: Iterable[Mapping[str, Incident]]) -> dict[str, Incident]:
    total: dict[str, Incident] = {}
    for part in parts:
        for id_, incident in part.items():
            total[id_] = merge(total[id_], incident) if id_ in total else incident
    return total


def only(incidents: Mapping[str, Incident], role: Role) -> Incident:
    (found,) = [incident for incident in incidents.values() if incident.key.role is role]
    return found


@given(st.lists(observations(), max_size=25), st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_permutation_in_any_batches_gives_the_same_sum(
    whole: list[Observation], random: Random, parts: int
) -> None:
    shuffled = list(whole)
    random.shuffle(shuffled)
    batches = [fold(shuffled[start::parts], party_of=party_of) for start in range(parts)]
    assert add_up(batches) == fold(whole, party_of=party_of)


@given(st.lists(observations(retry_of=st.none() | st.just(1)), max_size=25))
def test_the_counts_are_those_of_a_plain_count(whole: list[Observation]) -> None:
    mails: Counter[tuple[str, str, str]] = Counter()
    counted: Counter[tuple[str, str, str]] = Counter()
    for o in whole:
        parties = {(party_of(i.domain), "intended") for i in o.intended if i.domain and i.basis is Basis.DECLARED}
        forward = o.fresh_reason == "forward"
        if o.sender.domain and o.sender.tier in ("verified", "authenticated"):
            parties.add((party_of(o.sender.domain), "forwarder" if forward else "sender"))
        for party, role in parties:
            if party is not None and o.retry_of is None:
                mails[party, role, o.domain] += 1
                counted[party, role, o.domain] += o.counts and not (forward and role == "intended")
    folded = fold(whole, party_of=party_of).values()
    assert {(i.key.party, str(i.key.role), i.key.domain): i.mails for i in folded} == mails
    assert {
        k: n for i in folded if (n := i.counted) for k in [(i.key.party, str(i.key.role), i.key.domain)]
    } == +counted


@given(st.lists(observations(), max_size=25))
def test_an_incident_is_found_under_the_id_of_its_key(whole: list[Observation]) -> None:
    for id_, incident in fold(whole, party_of=party_of).items():
        assert id_ == incident.key.id


def test_one_mail_is_an_incident_for_each_side() -> None:
    folded = fold([observation()], party_of=party_of)
    assert only(folded, Role.INTENDED).key == IncidentKey("army.mil", Role.INTENDED, "army.ml")
    assert only(folded, Role.SENDER).key == IncidentKey("contractor.example", Role.SENDER, "army.ml")
    (cell,) = only(folded, Role.INTENDED).cells
    assert (cell.counterpart, cell.tier, cell.outcome) == ("contractor.example", Tier.VERIFIED, Outcome.ACCEPTED)
    (cell,) = only(folded, Role.SENDER).cells
    assert cell.counterpart == "army.mil"


@pytest.mark.parametrize("tier", [Tier.CLAIMED, Tier.NETWORK])
def test_a_name_that_is_not_proven_makes_nobody_a_sender(tier: Tier) -> None:
    folded = fold([observation(sender=sender(tier=tier))], party_of=party_of)
    (incident,) = folded.values()
    assert incident.key.role is Role.INTENDED
    assert [cell.counterpart for cell in incident.cells] == [""]


def test_freemail_is_no_organisation() -> None:
    (incident,) = fold([observation(sender=sender("mail.freemail.example"))], party_of=party_of).values()
    assert incident.key.role is Role.INTENDED
    assert [cell.counterpart for cell in incident.cells] == [""]


def test_a_retry_adds_nothing() -> None:
    first = observation(id=1)
    assert fold([first, observation(id=2, retry_of=1)], party_of=party_of) == fold([first], party_of=party_of)


def test_a_guessed_intended_party_gets_no_incident() -> None:
    guessed = Intended("army.ml", "army.mil", None, Basis.LOOKALIKE)
    (incident,) = fold([observation(intended=(guessed,))], party_of=party_of).values()
    assert incident.key.role is Role.SENDER
    assert [cell.counterpart for cell in incident.cells] == [""]


def test_two_typed_names_of_one_party_are_one_mail() -> None:
    both = (intended("army.ml", "army.mil"), intended("mail.army.ml", "mail.army.mil"))
    folded = fold([observation(intended=both)], party_of=party_of)
    assert [only(folded, role).mails for role in (Role.INTENDED, Role.SENDER)] == [1, 1]


def test_a_mailbox_is_kept_with_its_day_and_side() -> None:
    o = observation(recipients=("b1", "b2"))
    seen = only(fold([o], party_of=party_of), Role.SENDER).mailboxes
    assert {(m.side, m.token, m.period, m.day, m.counted) for m in seen} == {
        (Side.SENDER, o.reverse_path_token, "2026-11", o.observed_at.date(), Counted.YES),
        (Side.RECIPIENT, "b1", "2026-11", o.observed_at.date(), Counted.YES),
        (Side.RECIPIENT, "b2", "2026-11", o.observed_at.date(), Counted.YES),
    }


@pytest.mark.parametrize("mail_class", [MailClass.BULK, MailClass.AUTOMATIC, MailClass.SPAM, MailClass.BOUNCE])
def test_no_sender_is_kept_of_mail_that_no_person_wrote(mail_class: MailClass) -> None:
    """Of automatic and bulk mail the addressees are, as what never counts: they may have mistyped their own address."""
    folded = fold([observation(mail_class=mail_class)], party_of=party_of)
    kept = {(mailbox.side, mailbox.counted) for mailbox in only(folded, Role.INTENDED).mailboxes}
    by_programs = mail_class in (MailClass.BULK, MailClass.AUTOMATIC)
    assert kept == ({(Side.SUBSCRIBER, Counted.NO)} if by_programs else set())


def test_the_null_reverse_path_is_no_mailbox() -> None:
    seen = only(fold([observation(reverse_path_token=None)], party_of=party_of), Role.SENDER).mailboxes
    assert {m.side for m in seen} == {Side.RECIPIENT}


def test_a_mailbox_belongs_to_the_month_of_its_mail() -> None:
    folded = fold([observation()], party_of=party_of)
    assert {m.period for m in only(folded, Role.SENDER).mailboxes} == {"2026-11"}


def test_incidents_of_two_keys_cannot_be_merged() -> None:
    one, two = (Incident(IncidentKey(party, Role.SENDER, "army.ml")) for party in ("a.example", "b.example"))
    with pytest.raises(ValueError, match="different keys"):
        merge(one, two)


_totals = st.frozensets(
    st.builds(
        MailboxTotal,
        st.sampled_from(("2026-05", "2026-06")),
        st.sampled_from(("", "contractor.example")),
        st.sampled_from(Side),
        st.just(""),
        st.sampled_from(Counted),
        *[st.integers(0, 3)] * 3,
    ),
    max_size=1,
)


@given(st.lists(_totals, min_size=3, max_size=5), st.permutations(range(3)))
def test_settled_totals_add_up_in_any_order(parts: list[frozenset[MailboxTotal]], order: list[int]) -> None:
    key = IncidentKey("army.mil", Role.INTENDED, "army.ml")
    incidents = [Incident(key, settled=part) for part in parts[:3]]
    forward = reduce(merge, incidents)
    assert forward == reduce(merge, [incidents[i] for i in order])
    assert sum(t.mailboxes for t in forward.settled) == sum(t.mailboxes for part in parts[:3] for t in part)


def test_a_day_is_a_day_in_utc() -> None:
    late = observation(observed_at=datetime(2026, 11, 3, 23, 59, tzinfo=UTC))
    assert only(fold([late], party_of=party_of), Role.SENDER).first_day == late.observed_at.date()
