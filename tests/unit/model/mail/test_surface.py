"""The JSON of each value is the outer surface that scripts rest on: these keys, in this order, no others."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given

from catcher.model.mail.fingerprint import (
    Authentication,
    AuthResult,
    Basis,
    DkimResult,
    Fingerprint,
    Freshness,
    Intended,
    IntendedCandidate,
    Tier,
)
from catcher.model.mail.marking import Marking, Scheme
from catcher.model.mail.observation import STORE_ONLY, Observation, Retention, Sensitivity, field_dictionary
from tests.support.observations import observation, observations, sender

EVIDENCE = ["tier", "kind", "domain", "result"]
SENDER = ["domain", "organisation", "tier", "evidence", "conflicts"]
INTENDED = ["typed", "domain", "organisation", "basis", "candidates", "abstained"]
NATURE = ["class", "genuine", "typo", "reasons"]
AUTHENTICATION = ["spf", "dkim", "dmarc", "arc"]
FINGERPRINT = ["sender", "intended", "nature", "markings", "authentication"]
OBSERVATION = [
    *("id", "transaction", "observed_at", "ref", "domain", "policy", "outcome", "size_class", "tls"),
    *("reverse_path", "recipients", "recipient_count", "retry_of", *FINGERPRINT),
]


def test_a_line_of_the_observation_list() -> None:
    line = observation(markings=(Marking(Scheme.SIO_LABEL, "secret"),)).to_json()
    assert list(line) == OBSERVATION
    assert list(line["reverse_path"]) == ["token", "domain"]
    assert list(line["sender"]) == SENDER
    assert list(line["sender"]["evidence"][0]) == EVIDENCE
    assert list(line["intended"][0]) == INTENDED
    assert list(line["nature"]) == NATURE
    assert list(line["markings"][0]) == ["scheme", "level"]
    assert line["observed_at"] == "2026-11-03T12:00:00Z"


def test_authentication_has_one_shape_with_and_without_results() -> None:
    full = observation().authentication.to_json()
    absent = Authentication().to_json()
    for results in (full, absent):
        assert list(results) == AUTHENTICATION
        assert list(results["spf"]) == ["result", "domain", "scope"]
        assert list(results["dmarc"]) == ["result", "domain", "policy"]
        assert list(results["arc"]) == ["result"]
    assert [results["result"] for results in (absent["spf"], absent["dmarc"], absent["arc"])] == ["none"] * 3
    assert absent["dkim"] == []
    assert list(full["dkim"][0]) == ["result", "domain", "selector", "algorithm", "aligned"]


def test_a_fingerprint_does_not_show_its_signatures() -> None:
    sample = observation()
    fingerprint = Fingerprint(
        sample.sender,
        (Intended("army.ml", None, None, Basis.NONE, (IntendedCandidate("army.mil", 0.5, "tld"),), True),),
        sample.nature,
        (),
        sample.authentication,
        Freshness(True, "signed", (b"SIGNATURE",)),
    )
    line = fingerprint.to_json()
    assert list(line) == FINGERPRINT
    assert list(line["intended"][0]["candidates"][0]) == ["domain", "score", "edit"]
    assert "SIGNATURE" not in json.dumps(line)


@given(observations())
def test_every_value_is_plain_json(sample: Observation) -> None:
    line: dict[str, Any] = sample.to_json()
    assert json.loads(json.dumps(line)) == line


@given(observations())
def test_no_line_has_what_only_the_store_may_know(sample: Observation) -> None:
    """The client's address, the retry tag and the signature tokens are not part of the surface."""
    assert {"client", "retry_tag", "signatures", "replayed", "fresh"} <= STORE_ONLY
    assert not STORE_ONLY & set(sample.to_json())


def test_every_stored_field_says_what_it_means_how_sensitive_it_is_and_how_long_it_lives() -> None:
    for name, entry in field_dictionary().items():
        assert set(entry) == {"meaning", "sensitivity", "retention"}, name
        assert entry["meaning"].endswith(".")
        assert Sensitivity(entry["sensitivity"])
        assert Retention(entry["retention"])


def test_nothing_personal_lives_as_long_as_its_row() -> None:
    personal = {name for name, entry in field_dictionary().items() if entry["sensitivity"] == Sensitivity.PERSONAL}
    kept = {name for name, entry in field_dictionary().items() if entry["retention"] == Retention.KEEP_DAYS}
    assert personal == {
        *("observed_at", "client", "reverse_path_token", "author_token", "recipients", "retry_tag", "signatures"),
        *("retry_tag_before", "signatures_before"),
    }
    assert not personal & kept


def test_a_tier_ranks_by_its_proof() -> None:
    assert sorted(Tier, key=lambda tier: tier.rank) == [
        *(Tier.CLAIMED, Tier.NETWORK, Tier.AUTHENTICATED, Tier.VERIFIED),
    ]


def test_result_words_are_those_of_rfc_8601() -> None:
    words = {"none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"}
    assert {str(result) for result in AuthResult} == words
    assert DkimResult(AuthResult.PASS, None, None, None, False).to_json()["result"] == "pass"


def test_only_a_fresh_first_proven_mail_of_a_person_counts() -> None:
    assert observation().counts
    assert observation(tier=Tier.AUTHENTICATED).counts
    for change in (
        {"fresh": False},
        {"replayed": True},
        {"retry_of": 1},
        {"mail_class": "bulk"},
        {"sender": sender(tier=Tier.NETWORK)},
        {"sender": sender(tier=Tier.CLAIMED)},
    ):
        assert not observation(**change).counts, change
