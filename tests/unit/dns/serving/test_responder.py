"""An error in answering one message ends as SERVFAIL, and its log names nobody."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import dns.message
import dns.rcode
import pytest

from catcher.catalogue import Catalogue
from catcher.dns import Authority, DemandTally, Transport
from catcher.dns.serving.responder import Responder
from tests.support.clocks import Clock
from tests.support.dnsserver.serving import AUTHORITY, NOW, PUBLICATIONS, query

QUERY = query("secret.army.ml", "MX").to_wire()


class Broken(Authority):
    """Raises, with the asked name in the exception."""

    def answer(self, query: bytes, **more: Any) -> None:
        raise KeyError(query)


def test_a_query_is_answered_and_tallied() -> None:
    tally = DemandTally()
    wire = Responder(AUTHORITY, Clock(NOW), tally).respond(QUERY, Transport.UDP, "192.0.2.1")
    assert wire is not None and wire[:2] == QUERY[:2]
    assert [(key.domain, count) for key, count in tally.drain().items()] == [("army.ml", 1)]


def test_silence_is_not_tallied() -> None:
    tally = DemandTally()
    assert Responder(AUTHORITY, Clock(NOW), tally).respond(b"", Transport.UDP, "192.0.2.1") is None
    assert not tally.drain()


def test_an_error_is_servfail_and_the_log_tells_its_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    responder = Responder(Broken(Catalogue.of([]), PUBLICATIONS, {}), Clock(NOW), DemandTally())
    with caplog.at_level(logging.DEBUG):
        wire = responder.respond(QUERY, Transport.UDP, "192.0.2.1")
    assert wire == QUERY[:2] + b"\x80\x02" + bytes(8)
    (record,) = caplog.records
    assert "KeyError" in record.getMessage() and record.exc_info is None
    assert "secret" not in caplog.text and "192.0.2.1" not in caplog.text


def test_the_servfail_of_an_error_has_an_opt_if_the_message_has_one() -> None:
    """RFC 6891 §6.1.1."""
    responder = Responder(Broken(Catalogue.of([]), PUBLICATIONS, {}), Clock(NOW), DemandTally())
    asked = query("army.ml", "MX", size=1232)
    wire = responder.respond(asked.to_wire(), Transport.UDP, "192.0.2.1")
    assert wire is not None
    reply = dns.message.from_wire(wire)
    assert (reply.rcode(), reply.edns, reply.question) == (dns.rcode.SERVFAIL, 0, asked.question)


def test_a_flood_of_errors_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock(NOW)
    responder = Responder(Broken(Catalogue.of([]), PUBLICATIONS, {}), clock, DemandTally())
    for _ in range(100):
        responder.respond(QUERY, Transport.UDP, "192.0.2.1")
    clock.moment += timedelta(minutes=1)
    responder.respond(QUERY, Transport.UDP, "192.0.2.1")
    assert len(caplog.records) == 2
    assert responder.failures == 101
