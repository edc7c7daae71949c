"""Network owners from an MMDB file: the holder's domain or number, and nothing that isn't there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.directory.networks import owner_in, owners
from catcher.model.errors import ConfigurationError
from tests.support.mmdb import database

pytest.importorskip("maxminddb")


def test_an_address_has_the_owner_of_its_network(tmp_path: Path) -> None:
    file = tmp_path / "asn.mmdb"
    file.write_bytes(
        database(
            {
                "192.0.2.0/24": {"asn": "AS64496", "as_domain": "Contractor.example", "as_name": "free text"},
                "198.51.100.0/25": {"autonomous_system_number": 64497},
            }
        )
    )
    owner = owners(file)
    assert owner("192.0.2.77") == "contractor.example"
    assert owner("198.51.100.9") == "as64497"
    assert owner("198.51.100.200") is None
    assert owner("2001:db8::1") is None
    assert owner("no address") is None


@pytest.mark.parametrize("octets", [b"", b"not a database", b"\xab\xcd\xefMaxMind.com"])
def test_a_file_of_another_kind_is_a_fault_of_its_key(tmp_path: Path, octets: bytes) -> None:
    file = tmp_path / "asn.mmdb"
    file.write_bytes(octets)
    with pytest.raises(ConfigurationError, match=r"fingerprint\.networks"):
        owners(file)


@given(
    st.dictionaries(st.sampled_from(["asn", "as_domain", "autonomous_system_number", "x"]), st.text() | st.integers())
)
def test_any_record_gives_a_domain_a_number_or_nothing(record: dict[str, object]) -> None:
    found = owner_in(record)
    assert found is None or found.isascii()


@pytest.mark.parametrize("record", [None, "text", 7, {}, {"asn": "ASx"}, {"as_domain": "nodots"}])
def test_a_record_without_an_owner_names_none(record: object) -> None:
    assert owner_in(record) is None
