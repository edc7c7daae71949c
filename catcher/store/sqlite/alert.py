"""The tables of alerts: one row for each key, and its delivery on each channel; through sqlite-utils' tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from catcher.model.ports import ColumnValue
from catcher.model.telling.alert import Alert, AlertDelivery, AlertKind, Channel
from catcher.store.codec import moment_from_text, moment_to_text
from catcher.store.rules import alert_to_the_second, delivery_to_the_second
from catcher.store.sqlite.library import Database


def add(db: Database, alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """Stores the alerts with new keys, and returns these alerts. The caller opens the transaction."""
    raised = []
    for alert in map(alert_to_the_second, alerts):
        row: dict[str, ColumnValue] = {
            "key": alert.key,
            "kind": alert.kind.value,
            "at": moment_to_text(alert.at),
            "incident": alert.incident,
            "counts": json.dumps(dict(alert.counts)),
            "domain": alert.domain,
        }
        number = db.table("alert").insert(row, ignore=True).last_rowid
        if number is not None:  # None: an alert with this key exists
            db.table("alert_delivery").insert_all(_row(number, delivery) for delivery in alert.deliveries)
            raised.append(_alert(db, {"number": number, **row}))
    return tuple(raised)


def read(db: Database, *, open_only: bool, limit: int | None) -> Iterator[Alert]:
    """All alerts, latest first; or only the open alerts, earliest first."""
    where = "number IN (SELECT alert FROM alert_delivery WHERE again_at IS NOT NULL)" if open_only else "1"
    order = "number" if open_only else "number DESC"
    for row in list(db.table("alert").rows_where(where, order_by=order, limit=limit)):
        yield _alert(db, row)


def note(db: Database, deliveries: Mapping[str, AlertDelivery]) -> None:
    """Replaces the deliveries of alerts, given by key. The caller opens the transaction."""
    for key, delivery in deliveries.items():
        for row in list(db.table("alert").rows_where("key = ?", [key])):
            db.table("alert_delivery").upsert(_row(row["number"], delivery_to_the_second(delivery)))


def _row(number: int, delivery: AlertDelivery) -> dict[str, ColumnValue]:
    again, sent = (None if m is None else moment_to_text(m) for m in (delivery.again_at, delivery.sent_at))
    return {
        "alert": number,
        "channel": delivery.channel.value,
        "attempts": delivery.attempts,
        "again_at": again,
        "sent_at": sent,
    }


def _alert(db: Database, row: dict[str, Any]) -> Alert:
    deliveries = {
        Channel(d["channel"]): AlertDelivery(
            Channel(d["channel"]), d["attempts"], _moment(d["again_at"]), _moment(d["sent_at"])
        )
        for d in db.table("alert_delivery").rows_where("alert = ?", [row["number"]])
    }
    return Alert(
        row["key"],
        AlertKind(row["kind"]),
        moment_from_text(row["at"]),
        row["incident"],
        json.loads(row["counts"]),
        row["domain"],
        tuple(deliveries[channel] for channel in Channel if channel in deliveries),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_from_text(text)
