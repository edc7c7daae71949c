"""The remedy kit: rules that the mail system itself understands."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from catcher.model.report import Mta, Name
from catcher.report.remedies import remedies
from tests.support.peers import peer


def rule(mta: Mta, domain: str = "army.ml", intended: str | None = "army.mil") -> str:
    kit = remedies(Name(domain), Name(intended) if intended else None)
    return next(remedy.rule for remedy in kit if remedy.mta is mta)


def test_postfix_gets_a_transport_for_the_name_and_all_below() -> None:
    table = [line.split(None, 1) for line in rule(Mta.POSTFIX).splitlines() if line[:1] not in ("#", "")]
    assert table[:2] == [[name, "error:5.1.2 army.ml is not army.mil"] for name in ("army.ml", ".army.ml")]


@pytest.mark.parametrize("name", ["army.ml", ".army.ml"])
def test_postmap_reads_the_table(tmp_path: Path, name: str) -> None:
    """The table is what stands before the blank line; texthash is read without being compiled."""
    table = tmp_path / "typo_domains"
    table.write_text(rule(Mta.POSTFIX).split("\n\n")[0] + "\n", encoding="ascii")
    (tmp_path / "main.cf").write_text("compatibility_level = 3.6\n", encoding="ascii")
    postmap = peer("postfix").with_name("postmap")
    asked = [str(postmap), "-c", str(tmp_path), "-q", name, f"texthash:{table}"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=20)
    assert done.stdout == "error:5.1.2 army.ml is not army.mil\n", done.stderr


def test_exchange_online_matches_the_name_and_all_below_and_nothing_else() -> None:
    patterns = re.findall(r"'([^']*\$)'", rule(Mta.EXCHANGE_ONLINE))
    assert len(patterns) == 2

    def caught(address: str) -> bool:
        return any(re.search(pattern, address) for pattern in patterns)

    assert caught("someone@army.ml")
    assert caught("someone@mail.army.ml")
    assert not caught("someone@army.mil")
    assert not caught("someone@salvationarmy.ml")
    assert not caught("someone@armyxml")


def test_exchange_online_gets_a_name_and_a_status_that_it_accepts() -> None:
    """A rule's name has at most 64 characters; the status is 5.7.1 or 5.7.900 to 5.7.999."""
    text = rule(Mta.EXCHANGE_ONLINE, ("a" * 60 + ".") * 4 + "ml")
    name = re.search(r"-Name '([^']*)'", text)
    assert name is not None
    assert len(name[1]) <= 64
    assert "-RejectMessageEnhancedStatusCode '5.7.1'" in text


def test_every_line_but_the_last_of_a_command_is_continued() -> None:
    *most, last = rule(Mta.EXCHANGE_ONLINE).splitlines()
    assert all(line.endswith(" `") for line in most)
    assert not last.endswith("`")


def test_an_unknown_intended_domain_is_not_made_up() -> None:
    assert "is not" not in rule(Mta.POSTFIX, intended=None)
