"""The states of a session as a table: state × event → state. Pure.

A state gives the meaning of the client's next octets. Two more things can hold a session up (``Wait``); they hold back
commands alone, so they are no states.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from catcher.smtp.transitions import TransitionRow


class SessionState(Enum):
    """The meaning of the client's next octets."""

    __hash__ = object.__hash__

    GREETED = auto()
    """Commands; none has come since the greeting."""
    COMMANDS = auto()
    """Commands, answered as they come."""
    DATA = auto()
    """The data of a DATA command, to CRLF . CRLF."""
    CHUNK = auto()
    """The octets of a BDAT chunk."""
    HANDSHAKE = auto()
    """TLS: none of them reaches the session."""
    RECORDING = auto()
    """Commands that wait: the reply before them waits until something is recorded."""
    CLOSING = auto()
    """Nothing: the last reply was written. They are dropped."""
    GONE = auto()
    """There are none: the connection is gone."""


class SessionEvent(Enum):
    """An event that changes the meaning of octets, with the session's act."""

    __hash__ = object.__hash__

    FIRST_OCTETS = auto()
    """The client sent its first octets; it is counted if it didn't wait for the answer to EHLO."""
    DATA_BEGINS = auto()
    """354 was sent, and a DataPhase takes the octets."""
    CHUNK_BEGINS = auto()
    """A BDAT command came, and a ChunkPhase takes the octets."""
    PHASE_ENDED = auto()
    """The last octet of data or chunk came, and the reply is sent at once."""
    TLS_BEGINS = auto()
    """220 was sent; plain octets behind STARTTLS are dropped."""
    TLS_ESTABLISHED = auto()
    """The handshake is over, and the dialogue begins anew."""
    WAIT_BEGINS = auto()
    """A reply has to wait until something is recorded."""
    RECORDED = auto()
    """It is recorded; the reply is sent and the waiting commands run."""
    LAST_REPLY = auto()
    """A reply was written that ends the session; the transport closes."""
    LOST = auto()
    """The connection is gone; what ended is recorded all the same."""


class Wait(Enum):
    """Reasons for which commands wait, though the state would let them run."""

    TURN = auto()
    """Other sessions have their turn."""
    READER = auto()
    """The client doesn't read its replies."""


_S, _E = SessionState, SessionEvent

SESSION: Mapping[SessionState, TransitionRow[SessionEvent, SessionState]] = {
    _S.GREETED: TransitionRow(
        {
            _E.FIRST_OCTETS: _S.COMMANDS,
            _E.LAST_REPLY: _S.CLOSING,
            _E.LOST: _S.GONE,
        }
    ),
    _S.COMMANDS: TransitionRow(
        {
            _E.DATA_BEGINS: _S.DATA,
            _E.CHUNK_BEGINS: _S.CHUNK,
            _E.TLS_BEGINS: _S.HANDSHAKE,
            _E.WAIT_BEGINS: _S.RECORDING,
            _E.LAST_REPLY: _S.CLOSING,
            _E.LOST: _S.GONE,
        }
    ),
    _S.DATA: TransitionRow(
        {
            _E.PHASE_ENDED: _S.COMMANDS,
            _E.WAIT_BEGINS: _S.RECORDING,
            _E.LAST_REPLY: _S.CLOSING,
            _E.LOST: _S.GONE,
        }
    ),
    _S.CHUNK: TransitionRow(
        {
            _E.PHASE_ENDED: _S.COMMANDS,
            _E.WAIT_BEGINS: _S.RECORDING,
            _E.LAST_REPLY: _S.CLOSING,
            _E.LOST: _S.GONE,
        }
    ),
    _S.HANDSHAKE: TransitionRow(
        {
            _E.TLS_ESTABLISHED: _S.COMMANDS,
            _E.LAST_REPLY: _S.CLOSING,
            _E.LOST: _S.GONE,
        }
    ),
    _S.RECORDING: TransitionRow(
        {
            _E.RECORDED: _S.COMMANDS,
            _E.LAST_REPLY: _S.CLOSING,
            _E.LOST: _S.GONE,
        }
    ),
    _S.CLOSING: TransitionRow(
        {
            _E.LOST: _S.GONE,
        }
    ),
    _S.GONE: TransitionRow(),
}
