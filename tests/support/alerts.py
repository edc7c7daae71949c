"""Sample alerts, and a hypothesis strategy of their deliveries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from catcher.model.telling.alert import Alert, AlertDelivery, AlertKind, Channel
from tests.support.observations import NOON, moments

SAMPLE = Alert(
    "spike inc-0123456789ab 2026-11-03",
    AlertKind.SPIKE,
    NOON,
    "inc-0123456789ab",
    {"mails": 40, "before": 3},
    "army.ml",
    (AlertDelivery(Channel.MAIL, 0, NOON), AlertDelivery(Channel.WEBHOOK, 0, NOON)),
)


def alert(**changes: Any) -> Alert:
    """A spike that waits on both channels, with ``changes``."""
    return replace(SAMPLE, **changes)


deliveries = st.builds(
    AlertDelivery, st.sampled_from(Channel), st.integers(0, 9), st.none() | moments(), st.none() | moments()
)
