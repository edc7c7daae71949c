"""Mailbox providers, carriers and platforms are nobody's organisation; a company with a name like theirs is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from catcher.config import parse_config
from catcher.desk.directories import import_file
from catcher.directory import Parties, Suffixes, own_mailbox_providers, party_of, platform_of
from catcher.directory.imports import DirectoryKind, read
from catcher.directory.providers import MAILBOX_PROVIDERS
from catcher.model.errors import ConfigurationError
from catcher.model.mail.fingerprint import Platform
from catcher.wiring import folder, parties
from tests.support.observations import observation, sender
from tests.support.shared import Amount


@pytest.mark.parametrize(
    "domain",
    [
        *("att.net", "bellsouth.net", "charter.net", "spectrum.net", "optonline.net", "uol.com.br", "terra.com.br"),
        *("yahoo.com.tw", "yahoo.co.id", "hotmail.com.tr", "hotmail.co.jp", "live.dk", "live.com.mx", "outlook.com.br"),
        *("outlook.jp", "docomo.ne.jp", "abv.bg", "centrum.cz", "aol.de", "xs4all.nl", "sapo.pt", "mailinator.com"),
        *("kpnmail.nl", "mail.yahoo.co.za", "gmx.org", "msn.nl"),
    ],
)
def test_a_mailbox_provider_is_nobodys_organisation(domain: str) -> None:
    assert party_of(domain) is None
    assert platform_of(Suffixes().organizational_domain(domain)) is Platform.FREEMAIL


@pytest.mark.parametrize(
    "domain",
    ["secureserver.net", "ovh.net", "kundenserver.de", "eu-west.messagelabs.com", "google.com", "sendgrid.net"],
)
def test_who_carries_the_mail_is_no_party(domain: str) -> None:
    assert platform_of(Suffixes().organizational_domain(domain)) is not None
    assert party_of(domain) is None


@pytest.mark.parametrize(
    "domain",
    [
        *("live.org", "outlook.gov", "yahoo.mil", "hotmail.edu", "livestock.com.mx", "gmxtrading.de", "berlin.de"),
        *("army.mil", "contractor.example", "bt.com", "nus.edu.sg"),
    ],
)
def test_an_organisation_keeps_its_own_name(domain: str) -> None:
    assert party_of(domain) == domain


def test_no_government_and_no_force_is_a_provider() -> None:
    for file, kind in (("dotgov-current-full.csv", DirectoryKind.GOV), ("dotmil-domains.csv", DirectoryKind.MIL)):
        text = Amount.FOLD.of(f"directories/{file}").read_text(encoding="utf-8-sig")
        assert not [row.domain for row in read(text, kind, file).rows if platform_of(row.domain) is not None]


def test_the_list_holds_organizational_domains() -> None:
    own = Suffixes().organizational_domain
    assert {own(name) for name in MAILBOX_PROVIDERS} == MAILBOX_PROVIDERS


def test_an_operators_list_is_added(tmp_path: Path) -> None:
    assert own_mailbox_providers(None) == frozenset()
    file = tmp_path / "mine.csv"
    file.write_text("domain\nmail.island.example\n\n# note\nml\nb..example\n", encoding="utf-8")
    done = import_file(file, "mailboxes", name=None, state=tmp_path / "var")
    assert (done.name, done.domains, [fault.where for fault in done.faults]) == (
        "mailboxes",
        1,
        ["mine.csv:5", "mine.csv:6"],
    )
    with_list = Parties(Suffixes(), own_mailbox_providers(tmp_path / "var" / "mailboxes.csv"))
    assert with_list.party_of("island.example") is None
    assert with_list.platform_of("island.example") is Platform.FREEMAIL
    assert with_list.party_of("contractor.example") == "contractor.example"
    assert party_of("island.example") == "island.example"


def test_the_configuration_leads_to_the_operators_list(tmp_path: Path) -> None:
    (tmp_path / "catalogue.csv").write_text("domain\narmy.ml\n", encoding="utf-8")
    listen = "[dns]\nlisten = ['127.0.0.1:5300']\n[smtp]\nlisten = ['127.0.0.1:2500']\n"
    config = parse_config(listen + "[catalogue]\nfiles = ['catalogue.csv']\n", tmp_path / "catcher.toml")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "mailboxes.csv").write_text("domain\nisland.example\n", encoding="utf-8")
    assert parties(config).party_of("mail.island.example") is None
    folded = folder(config)([observation(sender=sender("mail.island.example"))]).values()
    assert "island.example" not in {incident.key.party for incident in folded}
    (tmp_path / "var" / "mailboxes.csv").write_text("domain\nml\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"mailboxes\.csv:2"):
        parties(config)
