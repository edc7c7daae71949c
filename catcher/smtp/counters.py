"""What is counted and nothing more: numbers since the start, that say nothing of any client."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    connections: int = 0
    connections_refused: int = 0
    """421 at once: too many at a time, or in a second."""
    flooded: int = 0
    """Those of them that were too many in a second."""
    made_way: int = 0
    """Sleeping clients that were sent away so that others could come in."""
    early_talkers: int = 0
    """Clients that didn't wait for the greeting and HELO's answer: bots, as a rule."""
    parameters_passed_over: int = 0
    """Parameters of MAIL and RCPT that were not offered: AUTH=<>, those of DSN, REQUIRETLS and others."""
    tls: int = 0
    """Sessions that turned to TLS."""
    tls_injected: int = 0
    """STARTTLS with words in plain behind it, which were forgotten."""
    accepted: int = 0
    explained: int = 0
    refused: int = 0
    """Transactions with a recipient that got the explanation at RCPT."""
    answers: int = 0
    """Mails to the addresses at which notices are answered."""
    not_stored: int = 0
    """Transactions whose observation could not be made durable: 451 for ``accept``; the others' 550 stood."""
    vanished: int = 0
    """Clients that were gone in the middle of the data."""
    too_big: int = 0
    bare_newline: int = 0
    """Messages that were refused for a bare CR or LF; nothing of them is recorded."""
    loops: int = 0
    """Messages that were refused for too many Received fields."""
    auth_refused: int = 0
    timed_out: int = 0
    internal_errors: int = 0
    """Faults of ours, each with one line in the log."""
