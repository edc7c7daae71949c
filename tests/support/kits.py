"""Remedy kits for tests: the files of one system, and names that would break out of what they are pasted into."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from catcher.model.telling.remedy import System
from catcher.model.telling.report import PartyName
from catcher.report.remedies import remedies

TYPOS = ((PartyName("army.ml"), PartyName("army.mil")), (PartyName("xn--bcher-kva.example"), None))
MADE_ON = date(2026, 7, 1)

HOSTILE = (
    "a';Remove-Mailbox",
    "a’;Remove-Mailbox",
    "$(reboot).example",
    "`reboot`.example",
    "a b.example",
    "a\nb.example",
    "a;b.example",
    "a|b.example",
    "a,b.example",
    "*.example",
    "a..b",
    "A.EXAMPLE",
    'a".example',
    "a\\b.example",
    "bücher.example",
    "a.example.",
    "=cmd.example",
    "",
)
"""No A-labels: no rule may be made of them."""

_label = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,20}[a-z0-9_])?", fullmatch=True).filter(
    lambda text: text[2:4] != "--" and not text.startswith("xn--")
)
domains = st.lists(_label, min_size=2, max_size=4).map(".".join)
"""Every shape of name that a rule is made of."""


def kit(system: System, typos: tuple[tuple[PartyName, PartyName | None], ...] = TYPOS[:1]) -> dict[str, str]:
    """File name → text of the rule for ``system``."""
    (remedy,) = [remedy for remedy in remedies(typos, made_on=MADE_ON) if remedy.system is system]
    return {part.file: part.text + "\n" for part in remedy.parts}
