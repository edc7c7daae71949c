"""The page for senders gives the limits that the code has."""

from __future__ import annotations

import re

from catcher.smtp import SmtpLimits
from catcher.smtp.dialogue.budgets import SMALL_CHUNK_OCTETS
from catcher.smtp.dialogue.envelope import PATH_OCTETS
from catcher.smtp.serving.session import MOST_RECORDINGS, RECORD_AFTER
from tests.support.tree import ROOT


def test_the_page_has_the_numbers_of_the_code() -> None:
    page = (ROOT / "docs/reference/smtp-senders.md").read_text(encoding="utf-8")
    table = page.partition("## What a session may do")[2].partition("## Old devices")[0]
    numbers = [int(cell.replace(",", "")) for cell in re.findall(r"\| ([\d,]+) \|", table)]
    limits = SmtpLimits()
    assert numbers == [
        limits.recipients,
        limits.envelope_octets,
        limits.commands,
        limits.errors,
        limits.refusals,
        limits.small_chunks,
    ]
    assert f"octets of these recipients, {PATH_OCTETS} each included" in table
    assert f"chunks of BDAT under {SMALL_CHUNK_OCTETS:,} octets" in table
    assert MOST_RECORDINGS == 8 and "eight at a time" in table
    flow = (ROOT / "docs/engineering/flow.md").read_text(encoding="utf-8")
    assert RECORD_AFTER.total_seconds() == 10 and "ten seconds after its reply" in flow
