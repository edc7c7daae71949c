"""Small values: size classes, policies, faults."""

from __future__ import annotations

import pytest

from catcher.model.errors import CatcherError, ConfigurationError, EnvironmentFailure, Fault, StoreUnavailable
from catcher.model.mail.observation import SizeClass
from catcher.model.mail.policy import Policy


@pytest.mark.parametrize(
    ("octets", "size_class"),
    [
        (0, SizeClass.UP_TO_10_KB),
        (10_000, SizeClass.UP_TO_10_KB),
        (10_001, SizeClass.UP_TO_100_KB),
        (100_001, SizeClass.UP_TO_1_MB),
        (1_000_001, SizeClass.UP_TO_10_MB),
        (10_000_001, SizeClass.MORE),
        (10**12, SizeClass.MORE),
    ],
)
def test_a_size_is_known_by_its_class_alone(octets: int, size_class: SizeClass) -> None:
    assert SizeClass.of(octets) is size_class


def test_which_policies_observe_and_which_take_data() -> None:
    assert {policy for policy in Policy if policy.observes} == {Policy.ACCEPT, Policy.EXPLAIN, Policy.REFUSE}
    assert {policy for policy in Policy if policy.above_null} == {Policy.ACCEPT, Policy.EXPLAIN, Policy.REFUSE}
    assert {policy for policy in Policy if policy.takes_data} == {Policy.ACCEPT, Policy.EXPLAIN}


def test_a_configuration_error_says_every_fault() -> None:
    faults = [Fault("catcher.toml: dns.listen", "is empty", "name an address"), Fault("catalogue.csv:7", "b", "c")]
    error = ConfigurationError(faults)
    assert str(error).splitlines() == [
        "catcher.toml: dns.listen: is empty; name an address",
        "catalogue.csv:7: b; c",
    ]
    assert error.faults == tuple(faults)


def test_exit_statuses() -> None:
    assert ConfigurationError([]).exit_status == 2
    assert EnvironmentFailure("x").exit_status == 3
    assert issubclass(StoreUnavailable, CatcherError)
