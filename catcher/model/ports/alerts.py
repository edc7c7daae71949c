"""Alerts to the operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from catcher.model.telling.alert import Alert, AlertDelivery


class AlertStore(Protocol):
    """Alerts, each key once, and how far each has come on each channel."""

    def raise_alerts(self, alerts: Sequence[Alert]) -> tuple[Alert, ...]:
        """Stores the alerts with new keys, each key once, in one durable write; returns them."""
        ...

    def alerts(self, *, open_only: bool = False, limit: int | None = None) -> Iterator[Alert]:
        """Alerts, latest first; with ``open_only`` those still to be delivered on a channel, earliest first."""
        ...

    def note_deliveries(self, deliveries: Mapping[str, AlertDelivery]) -> None:
        """For each key, replaces the alert's delivery on that channel. An unknown key changes nothing."""
        ...
