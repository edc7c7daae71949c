"""Numbers since the start. They say nothing of any client."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """One worker's counters. The log names each by its field."""

    connections: int = 0
    """Connections that got the greeting."""
    connections_refused: int = 0
    """Connections that got 421 at once: too many are open, or too many came in a second."""
    flooded: int = 0
    """Of ``connections_refused``, those that were too many in a second."""
    evicted: int = 0
    """Idle clients that were closed to admit others."""
    early_talkers: int = 0
    """Clients that didn't wait for the greeting or for the answer to HELO: bots, as a rule."""
    parameters_passed_over: int = 0
    """Parameters of MAIL and RCPT that were not offered: AUTH=<>, those of DSN, REQUIRETLS and others."""
    tls: int = 0
    """Sessions in which a TLS handshake succeeded."""
    tls_injected: int = 0
    """STARTTLS commands with octets in plain behind them, which were dropped."""
    accepted: int = 0
    """Transactions under policy ``accept`` whose observation is durable: 250."""
    explained: int = 0
    """Transactions under policy ``explain``: 550 after the data, recorded or not."""
    refused: int = 0
    """Transactions with a recipient that got the explanation at RCPT."""
    answers: int = 0
    """Mails to the addresses at which notices are answered."""
    not_stored: int = 0
    """Transactions whose observation could not be made durable: 451 for ``accept``; the others' 550 stood."""
    vanished: int = 0
    """Connections lost in the middle of the data."""
    too_big: int = 0
    """Messages over ``SmtpLimits.message_octets``, refused with 552; nothing of them is recorded."""
    bare_newline: int = 0
    """Messages refused for a bare CR or LF; nothing of them is recorded."""
    loops: int = 0
    """Messages refused for too many Received fields; nothing of them is recorded."""
    auth_refused: int = 0
    """AUTH commands; the connection was closed after each (promise 2)."""
    timed_out: int = 0
    """Sessions ended by a limit of time or by too slow data."""
    internal_errors: int = 0
    """Faults of ours, each with one line in the log."""
