"""The discovery of tenants against a real HTTPS server on loopback: the same directory binds, and nothing else does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import dns.message
import dns.rdatatype
import pytest

from catcher.notices.find import Fetcher
from catcher.notices.tenants import DISCOVERY_HOSTS, TenantClaim, bound_tenants
from catcher.resolve import LiveResolver
from tests.support.clocks import Clock
from tests.support.nameserver import name_server, reply
from tests.support.web import Answering, Authority, page, redirect, status, web

PARTY, TENANT = "contractor.example", "contractor.onmicrosoft.com"
LOGIN = DISCOVERY_HOSTS["onmicrosoft.com"]
OURS, THEIRS = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "11111111-2222-3333-4444-555555555555"


def at(domain: str, host: str = LOGIN) -> str:
    return f"{host}/{domain}/v2.0/.well-known/openid-configuration"


def issued(directory: str, host: str = LOGIN) -> Answering:
    return page(json.dumps({"issuer": f"https://{host}/{directory}/v2.0"}), "application/json")


def asked(
    pages: Mapping[str, Answering], folder: Path, *claims: tuple[str, str]
) -> tuple[frozenset[TenantClaim], list[str]]:
    """(the claims that hold, the pages that were asked for) with these ``pages``."""

    def answered(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        name = query.question[0].name.to_text(True)
        if query.question[0].rdtype == dns.rdatatype.A:
            return [reply(query, f"{name}. 0 IN A 127.0.0.1")]
        return [reply(query)]

    async def scenario() -> tuple[frozenset[TenantClaim], list[str]]:
        authority = Authority(folder)
        certified = authority.server_context(*DISCOVERY_HOSTS.values())
        async with web(certified) as served, name_server(answered) as names:
            served.pages = dict(pages)
            resolver = LiveResolver([names.address], clock=Clock(datetime(2026, 11, 20, tzinfo=UTC)))
            fetcher = Fetcher(
                resolver,
                agent="catcher",
                context=authority.client_context(),
                permits="127.0.0.1".__eq__,
                port=served.port,
            )
            found = await bound_tenants(fetcher, claims or [(PARTY, TENANT)])
            return found, [each.host + each.target for each in served.asked]

    return asyncio.run(scenario())


def test_a_tenant_in_the_domains_own_directory_is_bound(tmp_path: Path) -> None:
    found, pages = asked({at(TENANT): issued(OURS), at(PARTY): issued(OURS)}, tmp_path)
    assert found == {(PARTY, TENANT)}
    assert sorted(pages) == sorted([at(TENANT), at(PARTY)])


@pytest.mark.parametrize(
    "of_party",
    [
        issued(THEIRS),
        status(400),
        status(500),
        page('{"error": "invalid_tenant"}', "application/json"),
        page('{"issuer": 7}', "application/json"),
        page('["issuer"]', "application/json"),
        page("[" * 30_000, "application/json"),
        page(b"\xff\xfe", "application/json"),
        page('{"issuer": "https://elsewhere.example/' + OURS + '@x/v2.0"}', "application/json"),
        redirect(f"https://elsewhere.example/{OURS}"),
        page("{" + " " * 70_000 + "}", "application/json"),
    ],
)
def test_any_other_answer_binds_nothing(of_party: Answering, tmp_path: Path) -> None:
    assert asked({at(TENANT): issued(OURS), at(PARTY): of_party}, tmp_path)[0] == frozenset()


def test_two_answers_without_a_directory_bind_nothing(tmp_path: Path) -> None:
    nothing = page("{}", "application/json")
    assert asked({at(TENANT): nothing, at(PARTY): nothing}, tmp_path)[0] == frozenset()


def test_each_cloud_is_asked_at_its_own_host(tmp_path: Path) -> None:
    host = DISCOVERY_HOSTS["onmicrosoft.us"]
    tenant = "contractor.onmicrosoft.us"
    pages = {at(name, host): issued(OURS, host) for name in (tenant, PARTY)}
    found, seen = asked(pages, tmp_path, (PARTY, tenant))
    assert found == {(PARTY, tenant)} and all(page.startswith(host) for page in seen)


def test_a_platform_without_discovery_is_not_asked(tmp_path: Path) -> None:
    found, seen = asked({}, tmp_path, (PARTY, "contractor-example.20230601.gappssmtp.com"))
    assert (found, seen) == (frozenset(), [])
