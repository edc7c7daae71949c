"""SQL of the alerts: each key once, and how far it has come on each channel."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from catcher.model.alert import Alert, AlertDelivery, AlertKind, Channel
from catcher.store.codec import Value, moment_from_text, moment_to_text
from catcher.store.rules import alert_to_the_second, delivery_to_the_second
from catcher.store.sqlite.statement import insert, quoted

_ALERT = ("key", "kind", "at", "incident", "counts", "domain")
_DELIVERY = ("alert", "channel", "attempts", "again_at", "sent_at")
_REPLACE = (
    "ON CONFLICT (alert, channel) DO UPDATE SET attempts = excluded.attempts, again_at = excluded.again_at, "
    "sent_at = excluded.sent_at"
)


def add(db: Database, alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """Stores the alerts with new keys, and returns them; to be called in a transaction."""
    raised = []
    for alert in map(alert_to_the_second, alerts):
        row = (
            alert.key,
            alert.kind.value,
            moment_to_text(alert.at),
            alert.incident,
            json.dumps(dict(alert.counts)),
            alert.domain,
        )
        marks = ",".join("?" * len(row))
        sql = f"INSERT INTO alert ({quoted(_ALERT)}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING number"
        made = db.execute(sql, row).fetchall()
        for (number,) in made:
            insert(db, "alert_delivery", _DELIVERY, [_row(number, delivery) for delivery in alert.deliveries])
            raised.append(_alert(db, number, row))
    return tuple(raised)


def read(db: Database, *, open_only: bool, limit: int | None) -> Iterator[Alert]:
    """All alerts, latest first; or the open ones, earliest first."""
    where = "number IN (SELECT alert FROM alert_delivery WHERE again_at IS NOT NULL)" if open_only else "1"
    order = "number" if open_only else "number DESC"
    sql = f"SELECT number, {quoted(_ALERT)} FROM alert WHERE {where} ORDER BY {order} LIMIT ?"
    for number, *row in db.execute(sql, [-1 if limit is None else limit]).fetchall():
        yield _alert(db, number, row)


def note(db: Database, deliveries: Mapping[str, AlertDelivery]) -> None:
    """Replaces deliveries by their alert's key; to be called in a transaction."""
    for key, delivery in deliveries.items():
        for (number,) in db.execute("SELECT number FROM alert WHERE key = ?", [key]).fetchall():
            insert(db, "alert_delivery", _DELIVERY, [_row(number, delivery_to_the_second(delivery))], _REPLACE)


def beat(db: Database, now: datetime) -> None:
    """Writes down ``now`` in the place of the time before."""
    db.execute("DELETE FROM heartbeat")
    insert(db, "heartbeat", ("at",), [(moment_to_text(now.replace(microsecond=0)),)])


def _row(number: int, delivery: AlertDelivery) -> tuple[Value, ...]:
    again, sent = (None if m is None else moment_to_text(m) for m in (delivery.again_at, delivery.sent_at))
    return (number, delivery.channel.value, delivery.attempts, again, sent)


def _alert(db: Database, number: int, row: Sequence[Any]) -> Alert:
    key, kind, at, incident, counts, domain = row
    rows = db.execute(f"SELECT {quoted(_DELIVERY[1:])} FROM alert_delivery WHERE alert = ?", [number]).fetchall()
    deliveries = {Channel(c): AlertDelivery(Channel(c), n, _moment(again), _moment(sent)) for c, n, again, sent in rows}
    in_order = tuple(deliveries[channel] for channel in Channel if channel in deliveries)
    return Alert(key, AlertKind(kind), moment_from_text(at), incident, json.loads(counts), domain, in_order)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_from_text(text)
