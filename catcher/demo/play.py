"""Runs the events of the month: for each, it sets the clock, sends the resolver's MX query, and delivers the mail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from catcher.demo.client import DeliveryResult, Lookup, Route, deliver, deliver_and_lose_reply, log_in
from catcher.demo.event import Event, Manner


@dataclass(frozen=True, slots=True)
class Played:
    """An event and its result on the sender's side."""

    number: int
    event: Event
    route: Route | None
    """The route for the first recipient's domain, by DNS; None if there was no query."""
    reply: DeliveryResult | None
    """The result of the transaction; None if no connection was made."""
    hung_up: bool = False
    """Whether the server closed the connection first."""


def play(
    events: Iterable[Event], *, move_to: Callable[[datetime], None], lookup: Lookup, smtp: tuple[str, int]
) -> Iterator[Played]:
    """Runs ``events`` in order; the clock is moved only between transactions.

    Raises OSError when the sink doesn't reply in time.
    """
    for number, event in enumerate(events, 1):
        move_to(event.at)
        yield _play(number, event, lookup, smtp)


def _play(number: int, event: Event, lookup: Lookup, smtp: tuple[str, int]) -> Played:
    if event.manner is Manner.LOG_IN:
        reply, hung_up = log_in(event.host, smtp, event.message)
        return Played(number, event, None, reply, hung_up)
    domains = dict.fromkeys(path.rpartition("@")[2] for path in event.forward_paths)
    found = [lookup.mail_host(domain, event.host.resolver) for domain in domains]
    route, address = found[0]
    if event.manner is Manner.INSIST:
        address = smtp[0]
    if address is None:
        return Played(number, event, route, None)
    server = address, smtp[1]
    if event.manner is Manner.LOSE_REPLY:
        reply = deliver_and_lose_reply(event.host, server, event.reverse_path, event.forward_paths[0], event.message)
    else:
        reply = deliver(event.host, server, event.reverse_path, event.forward_paths, event.message)
    return Played(number, event, route, reply)
