"""``catcher alert test``: where no way is set there is nothing to try, and the file is what has to change."""

from __future__ import annotations

from pathlib import Path

from tests.support.commands import Catcher


def test_without_any_way_there_is_a_fault_of_the_configuration(catcher: Catcher, sink: Path) -> None:
    """Status 2, as for any key that a command can't do without; 3 is for a receiver that doesn't take it."""
    ended = catcher("alert", "test")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == (
        "catcher.toml: alerts: it names neither mail nor webhook, so nothing was sent; "
        "set alerts.mail to your address, or alerts.webhook and alerts.secret\n"
    )
