"""The remedy kit: rules that the systems themselves understand, and out of which no name breaks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.telling.remedy import System
from catcher.model.telling.report import PartyName
from catcher.report.pasted import Unpasteable
from catcher.report.remedies import KIT_FILES, remedies
from tests.support.kits import HOSTILE, MADE_ON, TYPOS, domains, kit
from tests.support.peers import peer


def test_every_system_of_the_kit_has_its_files() -> None:
    made = remedies(TYPOS, made_on=MADE_ON)
    assert {remedy.system: tuple(part.file for part in remedy.parts) for remedy in made} == KIT_FILES
    files = [part.file for remedy in made for part in remedy.parts]
    assert len(files) == len(set(files)), "they lie in one folder"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_rule_is_made_of_what_is_no_name(hostile: str) -> None:
    with pytest.raises(Unpasteable) as refused:
        remedies([(PartyName(hostile), None)], made_on=MADE_ON)
    assert not hostile or hostile not in str(refused.value)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_intended_name_stays_out_of_every_rule(hostile: str) -> None:
    for remedy in remedies([(PartyName("army.ml"), PartyName(hostile))], made_on=MADE_ON):
        for part in remedy.parts:
            assert not hostile or hostile not in part.text
            assert "army.ml" in part.text or "army\\.ml" in part.text or part.file in ("postfix.sh", "exim_router")


# ── Postfix ──


@pytest.mark.parametrize("name", ["army.ml", ".army.ml", "xn--bcher-kva.example"])
def test_postmap_reads_the_table(tmp_path: Path, name: str) -> None:
    """texthash is read without being compiled."""
    table = tmp_path / "typo_domains"
    table.write_text(kit(System.POSTFIX, TYPOS)["typo_domains"], encoding="ascii")
    (tmp_path / "main.cf").write_text("compatibility_level = 3.6\n", encoding="ascii")
    postmap = peer("postfix").with_name("postmap")
    asked = [str(postmap), "-c", str(tmp_path), "-q", name, f"texthash:{table}"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=20)
    words = "army.ml is not army.mil" if "army" in name else "mail to xn--bcher-kva.example goes astray"
    assert done.stdout == f"error:5.1.2 {words}\n", done.stderr


def test_the_commands_for_postfix_are_sound_shell() -> None:
    subprocess.run(["sh", "-n"], input=kit(System.POSTFIX)["postfix.sh"], text=True, check=True)


# ── Exchange Online: PowerShell has no checker here, so its quoting is held to a grammar ──

_COMMAND = re.compile(
    r"New-TransportRule -Name '[a-z0-9._ A-Z-]{1,64}' `\n"
    r"  -FromScope InOrganization `\n"
    r"  -RecipientAddressMatchesPatterns '@(?:[a-z0-9_-]|\\\.)+\$','\\\.(?:[a-z0-9_-]|\\\.)+\$' `\n"
    r"  -RejectMessageEnhancedStatusCode '5\.7\.1' `\n"
    r"  -RejectMessageReasonText '[a-z0-9._ -]+'\n"
)
"""The whole language that a rule may be in: single quotes expand nothing, and no quote of any kind is inside."""


@given(st.lists(domains, min_size=1, max_size=3), domains)
def test_exchange_online_gets_commands_of_a_fixed_grammar(names: list[str], meant: str) -> None:
    text = kit(System.EXCHANGE_ONLINE, tuple((PartyName(name), PartyName(meant)) for name in names))[
        "exchange-online.ps1"
    ]
    assert re.fullmatch(f"(?:{_COMMAND.pattern})+", text)
    assert text.count("New-TransportRule") == len(names)


def test_exchange_online_matches_the_name_and_all_below_and_nothing_else() -> None:
    patterns = re.findall(r"'([^']*\$)'", kit(System.EXCHANGE_ONLINE)["exchange-online.ps1"])
    assert len(patterns) == 2
    assert_matches_the_name_and_all_below(patterns)


def test_a_long_name_leaves_a_rules_name_within_64_characters() -> None:
    text = kit(System.EXCHANGE_ONLINE, ((PartyName(("a" * 60 + ".") * 3 + "ml"), None),))["exchange-online.ps1"]
    found = re.search(r"-Name '([^']*)'", text)
    assert found is not None and len(found[1]) <= 64


def test_google_matches_the_name_and_all_below_and_nothing_else() -> None:
    assert_matches_the_name_and_all_below([kit(System.GOOGLE_WORKSPACE)["google-workspace.txt"].strip()])


def assert_matches_the_name_and_all_below(patterns: list[str]) -> None:
    def caught(address: str) -> bool:
        return any(re.search(pattern, address) for pattern in patterns)

    assert caught("someone@army.ml") and caught("someone@mail.army.ml")
    assert not any(
        map(caught, ("someone@army.mil", "someone@salvationarmy.ml", "someone@armyxml", "a@army.ml.example"))
    )


@given(st.lists(domains, min_size=1, max_size=4, unique=True))
def test_a_list_for_a_gateway_is_one_domain_a_line(names: list[str]) -> None:
    typos = tuple((PartyName(name), None) for name in names)
    assert kit(System.MIMECAST, typos)["mimecast.csv"].splitlines() == names
    assert kit(System.PROOFPOINT, typos)["proofpoint.csv"].splitlines() == names


def test_named_checkzone_takes_the_response_policy_zone(tmp_path: Path) -> None:
    zone = tmp_path / "rpz.zone"
    zone.write_text(kit(System.RPZ, TYPOS)["rpz.zone"], encoding="ascii")
    command = [str(peer("named-checkzone")), "-D", "-i", "none", "typos.rpz", str(zone)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stdout
    for name in ("army.ml", "*.army.ml", "xn--bcher-kva.example", "*.xn--bcher-kva.example"):
        assert re.search(rf"^{re.escape(name)}\.typos\.rpz\.\s+300\s+IN\s+CNAME\s+\.$", done.stdout, re.MULTILINE)
