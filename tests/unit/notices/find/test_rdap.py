"""RDAP (RFC 9083, 9224): whom a domain's record names, and records that are about something else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.telling.contact import StepReason
from catcher.notices.find.rdap import RdapRecord, read, read_bootstrap
from catcher.notices.find.url import Url

PARTY = "contractor.example"


def entity(role: str, *emails: str, **more: Any) -> dict[str, Any]:
    properties = [["version", {}, "text", "4.0"], *(["email", {"type": "work"}, "text", email] for email in emails)]
    return {"objectClassName": "entity", "roles": [role], "vcardArray": ["vcard", properties], **more}


def record(*entities: Any, **more: Any) -> RdapRecord | StepReason:
    document = {"objectClassName": "domain", "ldhName": "Contractor.Example", "entities": list(entities), **more}
    return read(json.dumps(document).encode(), PARTY)


def addresses(*entities: Any, **more: Any) -> tuple[str, ...]:
    found = record(*entities, **more)
    assert isinstance(found, RdapRecord)
    return found.addresses


def test_abuse_goes_before_technical_before_the_registrant() -> None:
    found = addresses(
        entity("registrant", "owner@contractor.example", entities=[entity("abuse", "abuse@contractor.example")]),
        entity("technical", "noc@contractor.example", "owner@contractor.example"),
        entity("billing", "bills@contractor.example"),
    )
    assert found == ("abuse@contractor.example", "noc@contractor.example", "owner@contractor.example")


def test_the_registrars_own_desk_is_not_the_partys() -> None:
    assert addresses(entity("registrar", entities=[entity("abuse", "abuse@registrar.example")])) == ()


@pytest.mark.parametrize(
    "more",
    [
        {"redacted": [{"name": {"description": "Registrant Email"}}]},
        {"remarks": [{"type": "object redacted due to authorization"}]},
    ],
)
def test_what_is_withheld_is_told_from_what_is_not_there(more: dict[str, Any]) -> None:
    """RFC 9537, RFC 9083 §10.2.1."""
    withheld, absent = record(entity("registrant"), **more), record(entity("registrant"))
    assert isinstance(withheld, RdapRecord) and withheld.redacted
    assert isinstance(absent, RdapRecord) and not absent.redacted


def test_a_record_of_another_name_is_refused() -> None:
    assert record(ldhName="other.example") is StepReason.OTHER_NAME
    assert record(ldhName=None) is StepReason.OTHER_NAME


def test_the_registrars_record_is_known_by_its_link() -> None:
    link = {"rel": "related", "type": "application/rdap+json", "href": "https://rdap.registrar.example/domain/x"}
    found = record(
        links=[{"rel": "self", "href": "https://x.example/"}, "odd", {**link, "href": "http://x.example/"}, link]
    )
    assert isinstance(found, RdapRecord)
    assert found.related == Url("rdap.registrar.example", "/domain/x")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"objectClassName":"entity"}', b"[" * 100_000, b'{"a":' + b"9" * 10_000 + b"}", b"\xff"],
)
def test_what_is_no_record_is_malformed(body: bytes) -> None:
    assert read(body, PARTY) is StepReason.MALFORMED


def test_the_bootstrap_names_the_first_https_server_of_each_domain() -> None:
    services = [
        [["example", "TEST"], ["http://rdap.example/", "https://rdap.nic.example/v1/", "https://other.example/"]],
        [["com"], ["http://plain.example/"]],
        [["net"]],
        "odd",
        [[7], [8]],
    ]
    found = read_bootstrap(json.dumps({"services": services}).encode())
    assert found == dict.fromkeys(("example", "test"), Url("rdap.nic.example", "/v1/"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"services":{}}'])
def test_what_is_no_bootstrap_is_none(body: bytes) -> None:
    assert read_bootstrap(body) is None


KEYS = st.sampled_from(("entities", "roles", "vcardArray", "remarks", "links", "redacted", "type", "rel"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("registrant"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(("entities", "links", "remarks", "redacted")), JSON))
def test_whatever_stands_in_a_record_it_is_read(parts: dict[str, Any]) -> None:
    body = json.dumps({"objectClassName": "domain", "ldhName": PARTY, **parts}).encode()
    assert isinstance(read(body, PARTY), RdapRecord)


@given(JSON)
def test_whatever_stands_in_a_bootstrap_it_is_read(services: Any) -> None:
    read_bootstrap(json.dumps({"services": services}).encode())
