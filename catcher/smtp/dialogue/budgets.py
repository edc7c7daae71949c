"""The budgets of one session: no loop of commands that brings no mail goes on for ever. Pure.

::

    budget      spent by                                                        renewed by
    commands    commands but RCPT, DATA and BDAT; RCPT that repeats a path      a message that is recorded
    errors      replies 500, 501, 502, 503, 504, 553                            –
    refusals    refused RCPTs, 452 too (RFC 5321 §4.5.3.1.10); DATA after them  –
    chunks      chunks of less than ``SMALL_CHUNK_OCTETS``, but the last        –

When a budget is used up, the reply is 421 and the session ends (RFC 5321 §3.8).
"""

from __future__ import annotations

from catcher.smtp.settings import SmtpLimits
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply

SMALL_CHUNK_OCTETS = 1024
"""Octets from which on a chunk of BDAT costs nothing but its octets: senders send chunks of 4 kB to some MB."""
_ERRORS = frozenset({500, 501, 502, 503, 504, 553})
"""Reply codes that mean an error of the client."""


class SessionBudgets:
    """The rest of each budget. Each method counts one event, and returns 421 instead of ``reply`` when its budget is
    used up."""

    __slots__ = ("_chunks", "_commands", "_errors", "_limits", "_refusals")

    def __init__(self, limits: SmtpLimits) -> None:
        self._limits = limits
        self._commands = limits.commands
        self._errors = limits.errors
        self._refusals = limits.refusals
        self._chunks = limits.small_chunks

    def spend_command(self) -> bool:
        """Counts a command that brings no mail; False when the budget is used up."""
        self._commands -= 1
        return self._commands >= 0

    def renew_commands(self) -> None:
        """Renews the budget of commands: a message was taken."""
        self._commands = self._limits.commands

    def refused(self, reply: Reply) -> Reply:
        """Counts a recipient that is refused with ``reply``."""
        self._refusals -= 1
        return reply if self._refusals >= 0 else replies.TOO_MANY_REFUSALS

    def repeated(self, reply: Reply) -> Reply:
        """Counts a recipient that was taken before."""
        return reply if self.spend_command() else replies.TOO_MANY_COMMANDS

    def answered(self, reply: Reply) -> Reply:
        """Counts ``reply`` if it reports an error of the client."""
        if reply.code not in _ERRORS:
            return reply
        self._errors -= 1
        return reply if self._errors >= 0 else replies.TOO_MANY_ERRORS

    def spend_chunk(self, octets: int) -> bool:
        """Counts a chunk of a message; False when too many small chunks came."""
        if octets < SMALL_CHUNK_OCTETS:
            self._chunks -= 1
        return self._chunks >= 0
