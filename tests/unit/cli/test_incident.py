"""``catcher incident``: what a person reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.mail.policy import Policy
from catcher.store import SqliteStore
from tests.support.commands import Catcher
from tests.support.observations import observation

KEY = IncidentKey("contractor.example", Role.SENDER, "army.ml")


def filled(sink: Path) -> None:
    """A leak that stopped three weeks ago, and a policy that turns mail away since yesterday."""
    now = datetime.now(UTC)
    store = SqliteStore(sink / "var" / "catcher.db")
    store.add(
        [
            [observation(transaction=f"t{n}", retry_tag=None, observed_at=now - timedelta(days=20 + n))]
            for n in range(30)
        ]
    )
    store.note_policies(now.date() - timedelta(days=1), {"army.ml": Policy.NULL})
    store.close()


def test_the_list_and_the_single_incident_say_where_it_stands(catcher: Catcher, sink: Path) -> None:
    filled(sink)
    lines = [line for line in catcher("incident", "list").out.splitlines() if KEY.id in line]
    assert len(lines) == 1
    assert "quiet" in lines[0]
    shown = catcher("incident", "show", KEY.id).out
    assert "quiet since" in shown
    assert "policy turns mail away since" in shown
    (row,) = catcher("incident", "show", KEY.id, "--json").rows
    assert row["life"]["silent_days"] == 18
    assert row["effect"] is None
