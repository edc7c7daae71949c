"""Counters since the start. They hold no facts about single clients."""

from __future__ import annotations

from dataclasses import dataclass

from catcher.smtp.wire.tls import HandshakeFailure


@dataclass(slots=True)
class Counters:
    """One worker's counters. The log uses the field names."""

    connections: int = 0
    """Connections that got the greeting."""
    connections_refused: int = 0
    """Connections that got 421 at once: too many were open, or too many came in a second."""
    flooded: int = 0
    """The part of ``connections_refused`` that was refused because too many came in a second."""
    evicted: int = 0
    """Idle and slow clients that were closed to admit others."""
    early_talkers: int = 0
    """Clients that didn't wait for the greeting or for the answer to HELO: most of them are bots."""
    parameters_passed_over: int = 0
    """Parameters of MAIL and RCPT that were not offered: AUTH=<>, DSN's parameters, REQUIRETLS and others."""
    tls: int = 0
    """Sessions in which a TLS handshake succeeded."""
    tls_failed: int = 0
    """TLS handshakes that failed, for all the reasons that follow."""
    tls_no_suite: int = 0
    """Of these: the client offered none of our suites (``smtp.tls_suites``)."""
    tls_version: int = 0
    """Of these: the client offered neither TLS 1.2 nor 1.3."""
    tls_no_method: int = 0
    """Of these: no signature, group or key share that both know."""
    tls_not_tls: int = 0
    """Of these: the octets behind STARTTLS were no TLS."""
    tls_certificate: int = 0
    """Of these: the client refused our certificate."""
    tls_alert: int = 0
    """Of these: the client sent another alert."""
    tls_vanished: int = 0
    """Of these: the connection ended."""
    tls_other: int = 0
    """Of these: another reason."""
    tls_injected: int = 0
    """STARTTLS commands followed by plain octets, which were dropped."""
    accepted: int = 0
    """Transactions under policy ``accept`` that got 250: their observation is stored durably."""
    explained: int = 0
    """Transactions under policy ``explain``: 550 after the data, recorded or not."""
    refused: int = 0
    """Transactions with a recipient that got the explanation at RCPT."""
    answers: int = 0
    """Mails sent to the addresses for answers to notices."""
    answers_put_off: int = 0
    """Mails to these addresses that got 451, because they came faster than people answer."""
    not_stored: int = 0
    """Transactions whose observation could not be stored: the client got 451 under ``accept``, and 550 otherwise."""
    vanished: int = 0
    """Connections lost in the middle of the data."""
    too_big: int = 0
    """Messages over ``SmtpLimits.message_octets``, refused with 552; they are not recorded."""
    bare_newline: int = 0
    """Messages refused for a bare CR or LF; they are not recorded."""
    loops: int = 0
    """Messages refused for too many Received fields; they are not recorded."""
    no_room: int = 0
    """Messages put off with 452: the large headers and envelopes of all sessions took all the memory for them."""
    auth_refused: int = 0
    """AUTH commands; the connection was closed after each (promise 2)."""
    timed_out: int = 0
    """Sessions ended by a time limit, or because their data came too slowly."""
    internal_errors: int = 0
    """Bugs in catcher, each with one line in the log."""

    def count_tls_failure(self, failure: HandshakeFailure) -> None:
        self.tls_failed += 1
        name = f"tls_{failure.name.lower()}"
        setattr(self, name, getattr(self, name) + 1)
