"""The contact cascade against real HTTPS, RDAP and name servers on loopback: honest, absent, lying, huge, slow ones.

Longer than others: it is one list of what a server can do to us.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from catcher.directory import Csirts, Listings, Suffixes
from catcher.directory.csirts import Csirt
from catcher.model.telling.contact import Contact, ContactStatus, Source, StepOutcome, StepReason, StepResult
from catcher.notices.find import Fetcher, Finder, NoParty, Search
from catcher.notices.find.finding import SourceFinding
from catcher.notices.find.http import Page
from catcher.notices.find.openaddresses import is_open
from catcher.notices.find.rdap import Rdap
from catcher.notices.find.url import Url
from catcher.resolve import LiveResolver
from tests.support.clocks import Clock
from tests.support.nameserver import NameServer, name_server, reply
from tests.support.web import (
    Answering,
    Authority,
    Web,
    dripping,
    endless,
    in_order,
    mute,
    page,
    raw,
    redirect,
    silent,
    status,
    web,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PARTY = "contractor.example"
WWW = f"www.{PARTY}"
REGISTRY, REGISTRAR, IANA = "rdap.nic.example", "rdap.registrar.example", "data.iana.example"
HERE = "127.0.0.1"
PRIVATE = "10.0.0.1"
TXT = "/.well-known/security.txt"
SECURITY = f"Contact: mailto:security@{PARTY}\nExpires: {NOW + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}\n"
BOOTSTRAP = {"services": [[["example"], [f"https://{REGISTRY}/v1/"]]]}
RDAP = "application/rdap+json"
SUFFIXES = Suffixes()
HTML = "<!DOCTYPE html><title>Welcome</title>"


@dataclass
class World:
    """What there is on the Internet of one test."""

    pages: dict[str, Answering] = field(default_factory=dict)
    records: dict[str, Sequence[str]] = field(default_factory=dict)
    """``NAME TYPE`` → data; ``SERVFAIL`` or ``SILENT`` instead of data is that."""
    permits: Callable[[str], bool] = HERE.__eq__
    tls: ssl.SSLContext | None = None
    plain: bool = False
    patience: float = 10.0
    """Seconds for one fetch; half of them for one silence."""
    dns_patience: float = 5.0
    csirts: Mapping[str, Csirt] = field(default_factory=dict)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certified(authority: Authority) -> ssl.SSLContext:
    """The servers' own certificate, for all their names."""
    return authority.server_context(PARTY, WWW, REGISTRY, REGISTRAR, IANA)


@pytest.fixture
def world() -> World:
    """A party that has nothing but a name, and the registry's servers."""
    addresses = {f"{host} A": [HERE] for host in (PARTY, REGISTRY, REGISTRAR, IANA)}
    return World({IANA: page(json.dumps(BOOTSTRAP), "application/json")}, addresses)


Searching = Callable[[World], Search]


@pytest.fixture
def search(authority: Authority, certified: ssl.SSLContext) -> Iterator[Searching]:
    """Runs the cascade for the party in a world; ``search.web`` and ``search.dns`` are what it has been asked."""

    def run(world: World) -> Search:
        async def scenario(finder: Finder) -> Search:
            return await finder.find(PARTY, NOW)

        found, run.web, run.dns = asyncio.run(inside(world, authority, certified, scenario))  # type: ignore[attr-defined]
        return found

    yield run


async def inside(
    world: World, authority: Authority, certified: ssl.SSLContext, scenario: Callable[[Finder], Awaitable[Search]]
) -> tuple[Search, Web, NameServer]:
    def answered(query: dns.message.Message, transport: str) -> Sequence[bytes]:
        name = query.question[0].name.to_text(True)
        qtype = dns.rdatatype.to_text(query.question[0].rdtype)
        data = world.records.get(f"{name} {qtype}", ())
        if data == ["SILENT"]:
            return []
        if data == ["SERVFAIL"]:
            return [reply(query, rcode=dns.rcode.SERVFAIL)]
        known = any(key.startswith(f"{name} ") for key in world.records)
        ttl = 0
        records = [f"{name}. {ttl} IN {qtype} {item}" for item in data]
        return [reply(query, *records, rcode=dns.rcode.NOERROR if known else dns.rcode.NXDOMAIN)]

    async with web(None if world.plain else world.tls or certified) as served, name_server(answered) as asked:
        served.pages = world.pages
        resolver = LiveResolver([asked.address], clock=Clock(NOW), question_seconds=world.dns_patience)
        fetcher = Fetcher(
            resolver,
            agent="catcher (+https://operator.example/)",
            context=authority.client_context(),
            permits=world.permits,
            port=served.port,
            seconds=world.patience,
            connect_seconds=world.patience,
            read_seconds=world.patience / 2,
        )
        finder = Finder(
            listings=Listings([], {}, organizational_domain=SUFFIXES.organizational_domain),
            csirts=Csirts(world.csirts),
            fetcher=fetcher,
            resolver=resolver,
            organizational_domain=SUFFIXES.organizational_domain,
            is_typo=lambda domain: domain == "army.ml" or domain.endswith(".army.ml"),
            rdap=Rdap(fetcher, Url(IANA, "/rdap/dns.json")),
            step_seconds=3 * world.patience,
        )
        return await scenario(finder), served, asked


def outcome(found: Search, step: Source) -> StepOutcome:
    return next(outcome for outcome in found.outcomes if outcome.step is step)


def told(found: Search, step: Source) -> tuple[StepResult, StepReason | None, str | None]:
    came = outcome(found, step)
    return came.result, came.reason, came.host


def named(found: Search, step: Source) -> list[str]:
    return [contact.address for contact in found.contacts if contact.source is step]


def one(found: Search, step: Source) -> Contact:
    [contact] = [contact for contact in found.contacts if contact.source is step]
    return contact


def record(*emails: str, name: str = PARTY, **more: Any) -> Answering:
    """An RDAP record whose registrant has ``emails``."""
    properties = [["version", {}, "text", "4.0"], *(["email", {}, "text", email] for email in emails)]
    entity = {"objectClassName": "entity", "roles": ["registrant"], "vcardArray": ["vcard", properties]}
    return page(json.dumps({"objectClassName": "domain", "ldhName": name, "entities": [entity], **more}), RDAP)


class TestAll:
    def test_every_step_finds_somebody(self, world: World, search: Searching) -> None:
        world.pages |= {PARTY + TXT: page(SECURITY), REGISTRY: record(f"noc@{PARTY}")}
        world.records |= {
            f"{PARTY} SOA": [f"ns1. hostmaster.{PARTY}. 1 1 1 1 1"],
            f"{PARTY} MX": [f"10 mail.{PARTY}."],
        }
        world.csirts = {"example": Csirt("example", "CERT", "cert@csirt.example")}
        found = search(world)
        assert [(o.step, o.result, o.addresses) for o in found.outcomes] == [
            (Source.ENTERED, StepResult.NONE, 0),
            (Source.IMPORTED, StepResult.NONE, 0),
            (Source.SECURITY_TXT, StepResult.FOUND, 1),
            (Source.RDAP, StepResult.FOUND, 1),
            (Source.SOA, StepResult.FOUND, 1),
            (Source.RFC2142, StepResult.FOUND, 3),
            (Source.CSIRT, StepResult.FOUND, 1),
        ]
        assert [(c.address, c.status) for c in found.contacts] == [
            (f"security@{PARTY}", ContactStatus.GOOD),
            (f"noc@{PARTY}", ContactStatus.GOOD),
            (f"hostmaster@{PARTY}", ContactStatus.GOOD),
            *((f"{mailbox}@{PARTY}", ContactStatus.GOOD) for mailbox in ("security", "abuse", "postmaster")),
            ("cert@csirt.example", ContactStatus.UNCONFIRMED),
        ]
        assert not any(c.trusted for c in found.contacts)

    def test_a_party_without_anything_has_every_step_told(self, world: World, search: Searching) -> None:
        world.records = {"nic.example SOA": []}
        found = search(world)
        assert found.contacts == ()
        assert [(o.result, o.reason) for o in found.outcomes[2:]] == [
            (StepResult.NONE, StepReason.NO_SUCH_NAME),
            (StepResult.FAILED, StepReason.NO_SUCH_NAME),
            (StepResult.NONE, StepReason.NO_SUCH_NAME),
            (StepResult.NONE, StepReason.NO_SUCH_NAME),
            (StepResult.NONE, StepReason.NOT_LISTED),
        ]

    def test_a_step_that_failed_leaves_what_it_named_before(self, world: World, search: Searching) -> None:
        world.pages[PARTY] = status(500)
        assert Source.SECURITY_TXT not in search(world).answered
        world.pages[PARTY] = status(404)
        assert Source.SECURITY_TXT in search(world).answered

    def test_requests_say_who_asks_and_carry_nothing_else(self, world: World, search: Searching) -> None:
        world.pages[PARTY + TXT] = page(SECURITY)
        search(world)
        first = search.web.asked[0]  # type: ignore[attr-defined]
        assert first.head == (
            f"GET {TXT} HTTP/1.1\r\nHost: {PARTY}\r\nUser-Agent: catcher (+https://operator.example/)\r\n"
            "Accept: text/plain\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
        )

    def test_proxies_of_the_environment_are_not_asked(
        self, world: World, search: Searching, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        world.pages[PARTY + TXT] = page(SECURITY)
        assert named(search(world), Source.SECURITY_TXT) == [f"security@{PARTY}"]

    def test_a_typo_domain_is_nobodys_party(self, authority: Authority, certified: ssl.SSLContext) -> None:
        async def scenario(finder: Finder) -> Search:
            with pytest.raises(NoParty):
                await finder.find("army.ml", NOW)
            return Search((), ())

        _, served, asked = asyncio.run(inside(World(), authority, certified, scenario))
        assert (served.connections, asked.asked) == (0, [])


class TestSecurityTxt:
    """RFC 9116, and the ways to answer otherwise."""

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            (status(404), (StepResult.NONE, StepReason.NOT_THERE)),
            (status(410), (StepResult.NONE, StepReason.NOT_THERE)),
            (status(500), (StepResult.FAILED, StepReason.HTTP_STATUS)),
            (status(204), (StepResult.FAILED, StepReason.HTTP_STATUS)),
            (page(SECURITY, "text/html"), (StepResult.REFUSED, StepReason.CONTENT_TYPE)),
            (page(HTML), (StepResult.REFUSED, StepReason.MALFORMED)),
            (page(SECURITY.replace("2026", "2020")), (StepResult.REFUSED, StepReason.EXPIRED)),
            (page(SECURITY.partition("\n")[0]), (StepResult.REFUSED, StepReason.NO_EXPIRY)),
            (page(SECURITY + "#" * 65_536), (StepResult.REFUSED, StepReason.TOO_LARGE)),
            (page(SECURITY.replace(PARTY, "army.ml")), (StepResult.REFUSED, StepReason.TYPO_DOMAIN)),
            (page(SECURITY.replace(PARTY, "mail.army.ml")), (StepResult.REFUSED, StepReason.TYPO_DOMAIN)),
            (page(SECURITY.replace("security@", "a b@")), (StepResult.REFUSED, StepReason.MALFORMED)),
            (redirect("https://other.example/security.txt"), (StepResult.REFUSED, StepReason.OTHER_HOST)),
            (redirect(f"http://{PARTY}/security.txt"), (StepResult.REFUSED, StepReason.NOT_HTTPS)),
            (redirect(f"https://{PARTY}:8443/security.txt"), (StepResult.REFUSED, StepReason.NOT_HTTPS)),
            (redirect("https://127.0.0.1/security.txt"), (StepResult.REFUSED, StepReason.MALFORMED)),
            (redirect("https://169.254.169.254/latest/meta-data"), (StepResult.REFUSED, StepReason.MALFORMED)),
            (redirect("https://[::1]/security.txt"), (StepResult.REFUSED, StepReason.MALFORMED)),
            (redirect("https://2130706433/security.txt"), (StepResult.REFUSED, StepReason.MALFORMED)),
            (redirect("file:///etc/passwd"), (StepResult.REFUSED, StepReason.NOT_HTTPS)),
            (redirect(TXT), (StepResult.REFUSED, StepReason.REDIRECTS)),
            (raw("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), (StepResult.REFUSED, StepReason.REDIRECTS)),
            (raw("SSH-2.0-nonsense\r\n\r\n"), (StepResult.FAILED, StepReason.BROKEN)),
            (raw("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nContact"), (StepResult.FAILED, StepReason.BROKEN)),
            (raw(""), (StepResult.FAILED, StepReason.BROKEN)),
            (raw("HTTP/1.1 101 Switching Protocols\r\n\r\n"), (StepResult.FAILED, StepReason.BROKEN)),
            (
                raw("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 99999999999\r\n\r\n"),
                (StepResult.REFUSED, StepReason.TOO_LARGE),
            ),
            (
                raw("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + "9" * 6000 + "\r\n\r\n"),
                (StepResult.FAILED, StepReason.BROKEN),
            ),
            (
                raw("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n\r\n", b"\x1f\x8b"),
                (StepResult.REFUSED, StepReason.CONTENT_TYPE),
            ),
        ],
    )
    def test_an_answer_that_is_none(
        self, world: World, search: Searching, answer: Answering, expected: tuple[StepResult, StepReason]
    ) -> None:
        world.pages[PARTY] = answer
        found = search(world)
        assert told(found, Source.SECURITY_TXT) == (*expected, PARTY)
        assert named(found, Source.SECURITY_TXT) == []

    @pytest.mark.parametrize(
        "answer",
        [
            endless("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", b"#" * 1000),
            endless(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"3e8\r\n" + b"#" * 1000 + b"\r\n",
            ),
            endless("", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        ],
        ids=["until close", "chunked", "early hints"],
    )
    def test_an_answer_without_an_end_is_cut_off(self, world: World, search: Searching, answer: Answering) -> None:
        world.pages[PARTY] = answer
        assert told(search(world), Source.SECURITY_TXT) == (StepResult.REFUSED, StepReason.TOO_LARGE, PARTY)

    def test_a_header_without_an_end_is_cut_off(self, world: World, search: Searching) -> None:
        world.pages[PARTY] = endless("HTTP/1.1 200 OK\r\n", b"X-Padding: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")
        assert outcome(search(world), Source.SECURITY_TXT).result is StepResult.FAILED

    @pytest.mark.parametrize(
        "answer",
        [silent, dripping("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n#"), dripping("HTTP/1.1 103 E\r\n\r\n")],
        ids=["silent", "an octet at a time", "early hints"],
    )
    def test_a_slow_answer_is_not_waited_for(self, world: World, search: Searching, answer: Answering) -> None:
        world.pages[PARTY], world.patience = answer, 0.6
        assert told(search(world), Source.SECURITY_TXT) == (StepResult.FAILED, StepReason.TIMED_OUT, PARTY)

    def test_chunks_and_redirects_on_the_same_host_are_followed(self, world: World, search: Searching) -> None:
        body = SECURITY.encode()
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n"
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"
        world.pages |= {PARTY + TXT: redirect("/a"), f"{PARTY}/a": redirect(f"https://{PARTY}/b", 308)}
        world.pages[f"{PARTY}/b"] = raw(head, chunks)
        assert named(search(world), Source.SECURITY_TXT) == [f"security@{PARTY}"]

    def test_an_address_elsewhere_waits_for_a_person(self, world: World, search: Searching) -> None:
        world.pages[PARTY] = page(SECURITY.replace(f"@{PARTY}", "@soc.example"))
        contact = one(search(world), Source.SECURITY_TXT)
        assert (contact.address, contact.status) == ("security@soc.example", ContactStatus.UNCONFIRMED)

    def test_an_address_below_the_partys_domain_is_its_own(self, world: World, search: Searching) -> None:
        world.pages[PARTY] = page(SECURITY.replace("@", "@cert."))
        assert one(search(world), Source.SECURITY_TXT).status is ContactStatus.GOOD

    @pytest.mark.parametrize(
        "at_apex",
        [redirect(f"https://{WWW}{TXT}"), redirect(f"http://{WWW}/"), status(404), None],
        ids=["https redirect", "http redirect", "404", "no address"],
    )
    def test_where_the_bare_domain_has_none_www_is_asked(
        self, world: World, search: Searching, at_apex: Answering | None
    ) -> None:
        """The redirect itself isn't followed: www is asked in its own name, at its own address."""
        world.records[f"{WWW} A"] = [HERE]
        world.pages[WWW + TXT] = page(SECURITY + f"Canonical: https://{WWW}{TXT}\n")
        if at_apex is None:
            del world.records[f"{PARTY} A"]
        else:
            world.pages[PARTY] = at_apex
        assert told(search(world), Source.SECURITY_TXT) == (StepResult.FOUND, None, WWW)

    def test_a_file_that_was_read_is_the_answer_whatever_www_says(self, world: World, search: Searching) -> None:
        world.records[f"{WWW} A"] = [HERE]
        world.pages |= {PARTY: page(SECURITY.replace("2026", "2020")), WWW: page(SECURITY)}
        assert told(search(world), Source.SECURITY_TXT) == (StepResult.REFUSED, StepReason.EXPIRED, PARTY)


class TestConnecting:
    """TLS to the one address that was checked."""

    @pytest.fixture(autouse=True)
    def _there(self, world: World) -> None:
        world.pages[PARTY + TXT] = page(SECURITY)

    @pytest.mark.parametrize(
        ("records", "expected"),
        [
            ({f"{PARTY} A": ["SERVFAIL"]}, (StepResult.FAILED, StepReason.DNS_FAILED)),
            ({f"{PARTY} A": [], f"{PARTY} AAAA": []}, (StepResult.NONE, StepReason.NO_SUCH_RECORD)),
            ({f"{PARTY} A": [PRIVATE]}, (StepResult.REFUSED, StepReason.SPECIAL_ADDRESS)),
            ({f"{PARTY} A": [], f"{PARTY} AAAA": ["::1"]}, (StepResult.REFUSED, StepReason.SPECIAL_ADDRESS)),
            (
                {f"{PARTY} A": [], f"{PARTY} AAAA": ["::ffff:127.0.0.1"]},
                (StepResult.REFUSED, StepReason.SPECIAL_ADDRESS),
            ),
            ({f"{PARTY} A": [PRIVATE, HERE]}, (StepResult.FOUND, None)),
        ],
        ids=str,
    )
    def test_where_a_name_leads(
        self,
        world: World,
        search: Searching,
        records: dict[str, Sequence[str]],
        expected: tuple[StepResult, StepReason | None],
    ) -> None:
        world.records |= records
        assert told(search(world), Source.SECURITY_TXT) == (*expected, PARTY)

    def test_a_name_server_that_is_silent_is_not_waited_for(self, world: World, search: Searching) -> None:
        world.records[f"{PARTY} A"], world.dns_patience = ["SILENT"], 0.3
        assert told(search(world), Source.SECURITY_TXT) == (StepResult.FAILED, StepReason.DNS_FAILED, PARTY)

    def test_loopback_is_refused_as_it_is_in_earnest(self, world: World, search: Searching) -> None:
        world.permits = is_open
        found = search(world)
        assert told(found, Source.SECURITY_TXT) == (StepResult.REFUSED, StepReason.SPECIAL_ADDRESS, PARTY)
        assert told(found, Source.RDAP) == (StepResult.FAILED, StepReason.SPECIAL_ADDRESS, IANA)
        assert search.web.connections == 0  # type: ignore[attr-defined]

    def test_a_name_that_changes_its_address_meanwhile_gains_nothing(
        self, authority: Authority, certified: ssl.SSLContext
    ) -> None:
        """DNS rebinding: the first answer is harmless, every later one leads inside. One fetch rests on one answer."""
        world = World({PARTY + TXT: redirect("/b"), f"{PARTY}/b": page(SECURITY)}, {f"{PARTY} A": [HERE]})
        checked: list[str] = []

        def permits(address: str) -> bool:
            checked.append(address)
            world.records[f"{PARTY} A"] = [PRIVATE]
            return address == HERE

        world.permits = permits

        async def twice(finder: Finder) -> Search:
            first = await finder.find(PARTY, NOW)
            assert told(first, Source.SECURITY_TXT) == (StepResult.FOUND, None, PARTY)
            return await finder.find(PARTY, NOW)

        second, served, _ = asyncio.run(inside(world, authority, certified, twice))
        assert told(second, Source.SECURITY_TXT) == (StepResult.REFUSED, StepReason.SPECIAL_ADDRESS, PARTY)
        assert checked == [HERE, PRIVATE]
        assert served.connections == 2

    def test_a_host_that_takes_no_connection(self, world: World, search: Searching) -> None:
        world.permits = "127.0.0.9".__eq__  # the server listens on 127.0.0.1 alone
        world.records[f"{PARTY} A"] = ["127.0.0.9"]
        assert told(search(world), Source.SECURITY_TXT) == (StepResult.FAILED, StepReason.NO_CONNECTION, PARTY)

    def test_another_address_is_tried(self, world: World, search: Searching) -> None:
        world.permits = lambda address: address in (HERE, "127.0.0.9")
        world.records[f"{PARTY} A"] = ["127.0.0.9", HERE]
        assert told(search(world), Source.SECURITY_TXT) == (StepResult.FOUND, None, PARTY)

    def test_a_certificate_has_to_be_for_the_host_in_force_and_of_a_known_authority(
        self, world: World, search: Searching, authority: Authority, tmp_path: Path
    ) -> None:
        for context in (
            authority.server_context("other.example"),
            authority.server_context(PARTY, until=datetime(2021, 1, 1, tzinfo=UTC)),
            Authority(tmp_path).server_context(PARTY),
        ):
            world.tls = context
            assert told(search(world), Source.SECURITY_TXT) == (StepResult.FAILED, StepReason.TLS_FAILED, PARTY)

    def test_plain_http_is_no_answer(self, world: World, search: Searching) -> None:
        world.plain = True
        assert outcome(search(world), Source.SECURITY_TXT).reason is StepReason.TLS_FAILED

    def test_a_server_that_never_finishes_its_handshake_is_not_waited_for(
        self, world: World, search: Searching, authority: Authority
    ) -> None:
        """It takes the connection, and says nothing to the greeting."""

        async def scenario() -> Page | SourceFinding:
            async with mute() as port, name_server(lambda query, _: [reply(query, f"{PARTY}. 0 IN A {HERE}")]) as asked:
                fetcher = Fetcher(
                    LiveResolver([asked.address], clock=Clock(NOW)),
                    agent="catcher",
                    context=authority.client_context(),
                    permits=HERE.__eq__,
                    port=port,
                    connect_seconds=0.3,
                )
                return await fetcher.get(Url(PARTY, "/"), accept="text/plain", most=100, on_behalf_of=PARTY)

        assert asyncio.run(scenario()) == SourceFinding.failed(StepReason.TIMED_OUT, PARTY)


class TestRdap:
    """RFC 9083, RFC 9224."""

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            (status(404), (StepResult.NONE, StepReason.NOT_THERE)),
            (status(429), (StepResult.FAILED, StepReason.HTTP_STATUS)),
            (record(), (StepResult.NONE, StepReason.NO_ADDRESS)),
            (record(redacted=[{"name": {}}]), (StepResult.NONE, StepReason.REDACTED)),
            (record("a@other.example", name="other.example"), (StepResult.REFUSED, StepReason.OTHER_NAME)),
            (record("hostmaster@army.ml"), (StepResult.REFUSED, StepReason.TYPO_DOMAIN)),
            (record("Please query the RDDS service"), (StepResult.REFUSED, StepReason.MALFORMED)),
            (page(HTML, "text/html"), (StepResult.REFUSED, StepReason.CONTENT_TYPE)),
            (page(HTML, RDAP), (StepResult.REFUSED, StepReason.MALFORMED)),
            (page(b"[" * 200_000, RDAP), (StepResult.REFUSED, StepReason.MALFORMED)),
            (page(b" " * 530_000, RDAP), (StepResult.REFUSED, StepReason.TOO_LARGE)),
            (redirect(f"https://{REGISTRAR}/domain/{PARTY}"), (StepResult.REFUSED, StepReason.OTHER_HOST)),
            (redirect(f"http://{REGISTRY}/x"), (StepResult.REFUSED, StepReason.NOT_HTTPS)),
        ],
    )
    def test_an_answer_that_names_nobody(
        self, world: World, search: Searching, answer: Answering, expected: tuple[StepResult, StepReason]
    ) -> None:
        world.pages[REGISTRY] = answer
        found = search(world)
        assert told(found, Source.RDAP) == (*expected, REGISTRY)
        assert named(found, Source.RDAP) == []

    def test_the_record_is_asked_for_where_the_bootstrap_says(self, world: World, search: Searching) -> None:
        world.pages[REGISTRY] = record(f"noc@{PARTY}", "proxy@privacy.example")
        found = search(world)
        statuses = {c.address: c.status for c in found.contacts if c.source is Source.RDAP}
        assert statuses == {
            f"noc@{PARTY}": ContactStatus.GOOD,
            "proxy@privacy.example": ContactStatus.UNCONFIRMED,
        }
        asked = [(a.host, a.target) for a in search.web.asked if a.host != PARTY]  # type: ignore[attr-defined]
        assert asked == [(IANA, "/rdap/dns.json"), (REGISTRY, f"/v1/domain/{PARTY}")]

    def test_where_the_registry_names_nobody_the_registrar_is_asked(self, world: World, search: Searching) -> None:
        link = {"rel": "related", "type": RDAP, "href": f"https://{REGISTRAR}/domain/{PARTY}"}
        world.pages |= {REGISTRY: record(links=[link]), REGISTRAR: record(f"noc@{PARTY}")}
        assert told(search(world), Source.RDAP) == (StepResult.FOUND, None, REGISTRAR)
        world.pages[REGISTRAR] = record("noc@other.example", name="other.example")
        assert told(search(world), Source.RDAP) == (StepResult.NONE, StepReason.NO_ADDRESS, REGISTRY)

    def test_a_registrar_at_a_private_address_is_not_asked(self, world: World, search: Searching) -> None:
        link = {"rel": "related", "type": RDAP, "href": f"https://{REGISTRAR}/domain/{PARTY}"}
        world.pages[REGISTRY] = record(links=[link])
        world.records[f"{REGISTRAR} A"] = [PRIVATE]
        assert named(search(world), Source.RDAP) == []
        assert REGISTRAR not in [a.host for a in search.web.asked]  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            (status(404), (StepResult.FAILED, StepReason.NOT_THERE, IANA)),
            (page("{}", "application/json"), (StepResult.FAILED, StepReason.MALFORMED, IANA)),
            (page(HTML, "text/html"), (StepResult.FAILED, StepReason.CONTENT_TYPE, IANA)),
            (page('{"services":[]}', "application/json"), (StepResult.NONE, StepReason.NO_SERVER, None)),
        ],
    )
    def test_without_the_bootstrap_nothing_is_known(
        self, world: World, search: Searching, answer: Answering, expected: tuple[StepResult, StepReason, str | None]
    ) -> None:
        world.pages[IANA] = answer
        assert told(search(world), Source.RDAP) == expected

    def test_the_bootstrap_is_fetched_once(self, world: World, authority: Authority, certified: ssl.SSLContext) -> None:
        world.pages[IANA] = in_order([page(json.dumps(BOOTSTRAP), "application/json")])
        world.pages[REGISTRY] = record(f"noc@{PARTY}")

        async def twice(finder: Finder) -> Search:
            await finder.find(PARTY, NOW)
            return await finder.find(PARTY, NOW)

        found, _, _ = asyncio.run(inside(world, authority, certified, twice))
        assert named(found, Source.RDAP) == [f"noc@{PARTY}"]


class TestTheZone:
    def test_an_soa_of_a_provider_waits_for_a_person(self, world: World, search: Searching) -> None:
        world.records[f"{PARTY} SOA"] = [r"ns1.hosting.example. dns\.admin.hosting.example. 1 1 1 1 1"]
        contact = one(search(world), Source.SOA)
        assert (contact.address, contact.status) == ("dns.admin@hosting.example", ContactStatus.UNCONFIRMED)

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (["ns1. hostmaster.army.ml. 1 1 1 1 1"], (StepResult.REFUSED, StepReason.TYPO_DOMAIN)),
            (["ns1. . 1 1 1 1 1"], (StepResult.REFUSED, StepReason.MALFORMED)),
            (["SERVFAIL"], (StepResult.FAILED, StepReason.DNS_FAILED)),
            ([], (StepResult.NONE, StepReason.NO_SUCH_RECORD)),
        ],
    )
    def test_an_soa_that_names_nobody(
        self, world: World, search: Searching, data: Sequence[str], expected: tuple[StepResult, StepReason]
    ) -> None:
        world.records[f"{PARTY} SOA"] = data
        assert told(search(world), Source.SOA) == (*expected, PARTY)

    @pytest.mark.parametrize(
        ("records", "expected"),
        [
            ({f"{PARTY} MX": [f"10 mail.{PARTY}."]}, (StepResult.FOUND, None)),
            ({}, (StepResult.FOUND, None)),
            ({f"{PARTY} MX": ["0 ."]}, (StepResult.NONE, StepReason.NO_MAIL)),
            ({f"{PARTY} A": []}, (StepResult.NONE, StepReason.NO_MAIL)),
            ({f"{PARTY} MX": ["SERVFAIL"]}, (StepResult.FAILED, StepReason.DNS_FAILED)),
        ],
        ids=str,
    )
    def test_mailboxes_are_expected_where_mail_is_taken(
        self,
        world: World,
        search: Searching,
        records: dict[str, Sequence[str]],
        expected: tuple[StepResult, StepReason | None],
    ) -> None:
        """RFC 5321 §5.1: without an MX the address takes it; RFC 7505: a null MX says that nobody does."""
        world.records |= records
        assert told(search(world), Source.RFC2142) == (*expected, PARTY)
