"""Platforms: known as what they are, never the organisation, never a contradiction; network owners likewise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catcher.directory import platform_of
from catcher.fingerprint.header.platforms import header_platforms
from catcher.model.mail.fingerprint import Evidence, EvidenceKind, Sender
from tests.persons import World, letters
from tests.persons.world import Provider
from tests.support.fingerprints import MESSAGE, Table, context, judge, read, transaction, txt

CONTEXT = replace(context(), platform=platform_of)


def carrier(sender: Sender) -> dict[str, tuple[str, str]]:
    """Platform → (tier, result)."""
    return {e.domain: (e.tier, e.result) for e in sender.evidence if e.kind is EvidenceKind.PLATFORM}


@pytest.mark.parametrize(
    ("provider", "platform"),
    [
        (Provider.MICROSOFT, "outlook.com"),
        (Provider.MICROSOFT_TENANT, "outlook.com"),
        (Provider.GOOGLE, "google.com"),
        (Provider.PROOFPOINT, "pphosted.com"),
        (Provider.MIMECAST, "mimecast.com"),
    ],
)
def test_the_host_that_handed_it_over_tells_the_platform_and_contradicts_nobody(
    provider: Provider, platform: str
) -> None:
    world = World(seed=3, size=80)
    world.organisations = [each for each in world.organisations if each.provider is provider]
    (letter,) = letters(1, seed=4, world=world)
    of = transaction(
        letter.octets,
        client=letter.organisation.client,
        helo=letter.organisation.helo,
        mail_from=letter.mail_from,
        rcpt_to=(letter.rcpt_to,),
    )
    sender = judge(of, world.table, CONTEXT).found.sender
    assert (sender.domain, sender.tier) == (letter.organisation.domain, letter.tier)
    assert carrier(sender)[platform] == ("network", "pass")
    assert platform not in {each.domain for each in sender.conflicts}


def test_header_text_alone_claims_a_platform() -> None:
    message = b"X-MS-Exchange-CrossTenant-Id: 1\r\nX-Gm-Message-State: x\r\n" + MESSAGE
    assert header_platforms(read(message)[0]) == ("outlook.com", "google.com")
    assert carrier(judge(transaction(message), {}, CONTEXT).found.sender) == {
        "outlook.com": ("claimed", "none"),
        "google.com": ("claimed", "none"),
    }


BULK: Table = {"amazonses.com TXT": txt("v=spf1 ip4:192.0.2.88 -all"), "contractor.example TXT": txt("v=spf1 -all")}


def test_a_sending_service_is_authenticated_as_itself_and_is_no_organisation() -> None:
    in_context = replace(CONTEXT, organisation=lambda _: "Somebody")
    of = transaction(client="192.0.2.88", helo="out.amazonses.com", mail_from="b@amazonses.com")
    sender = judge(of, BULK, in_context).found.sender
    assert (sender.domain, sender.organisation, sender.tier) == ("amazonses.com", None, "authenticated")
    assert carrier(sender) == {"amazonses.com": ("authenticated", "pass")}
    assert {each.domain for each in sender.conflicts} == {"contractor.example"}


def test_a_freemail_provider_is_no_organisation() -> None:
    table: Table = {"gmail.com TXT": txt("v=spf1 ip4:192.0.2.9 -all"), "_dmarc.gmail.com TXT": txt("v=DMARC1; p=none")}
    message = MESSAGE.replace(b"ada@contractor.example", b"ada@gmail.com")
    of = transaction(message, client="192.0.2.9", mail_from="ada@gmail.com")
    sender = judge(of, table, replace(CONTEXT, organisation=lambda _: "Gmail")).found.sender
    assert (sender.domain, sender.organisation, sender.tier) == ("gmail.com", None, "verified")


def test_what_isn_t_a_platform_contradicts() -> None:
    table: Table = {"other.example TXT": txt("v=spf1 ip4:192.0.2.9 -all")}
    sender = judge(transaction(client="192.0.2.9", mail_from="x@other.example"), table, CONTEXT).found.sender
    assert sender.domain == "other.example"
    assert {each.domain for each in sender.conflicts} == {"contractor.example"}


def test_the_network_s_owner_is_evidence_that_names_nobody() -> None:
    in_context = replace(CONTEXT, network_owner={"192.0.2.9": "hosting.example"}.get)
    sender = judge(transaction(client="192.0.2.9"), {}, in_context).found.sender
    owner = next(each for each in sender.evidence if each.kind is EvidenceKind.OWNER)
    assert isinstance(owner, Evidence) and (owner.domain, owner.tier) == ("hosting.example", "claimed")
    assert sender.domain == "contractor.example" and owner not in sender.conflicts
