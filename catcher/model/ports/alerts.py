"""The port to stored alerts to the operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from catcher.model.telling.alert import Alert, AlertDelivery


class AlertStore(Protocol):
    """Alerts, at most one for each key, and their deliveries on each channel."""

    def raise_alerts(self, alerts: Sequence[Alert]) -> tuple[Alert, ...]:
        """Stores the alerts with new keys, one for each key, in one durable write; returns the stored alerts."""
        ...

    def alerts(self, *, open_only: bool = False, limit: int | None = None) -> Iterator[Alert]:
        """Alerts, latest first; with ``open_only`` only alerts that wait for delivery on a channel, earliest first."""
        ...

    def note_deliveries(self, deliveries: Mapping[str, AlertDelivery]) -> None:
        """For each key, replaces the alert's delivery on the delivery's channel. An unknown key is ignored."""
        ...
