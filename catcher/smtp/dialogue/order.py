"""The order of commands as tables (RFC 5321 §4.1.4): state × step → state, and state × verb → refusal. Pure.

A verb that a state doesn't refuse may run there. NOOP, VRFY and HELP change nothing; STARTTLS begins the dialogue anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from catcher.smtp.transitions import TransitionRow
from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply


class DialogueState(Enum):
    """The commands so far, as far as they decide on the next one."""

    __hash__ = object.__hash__

    START = "start"
    """No EHLO or HELO came since the connection, or TLS, began."""
    GREETED = "greeted"
    """There is no transaction."""
    MAIL = "mail"
    """MAIL opened a transaction; no recipient was tried."""
    REFUSED = "refused"
    """All recipients so far were refused: no data can come."""
    TAKEN = "taken"
    """A recipient was taken, so the data may come."""
    CHUNKS = "chunks"
    """BDAT brought a part of the data."""


class DialogueStep(Enum):
    """A command that took effect."""

    __hash__ = object.__hash__

    HELLO = "EHLO, HELO"
    MAIL = "MAIL"
    TAKEN = "RCPT, taken"
    REFUSED = "RCPT, refused"
    CHUNK = "BDAT"
    OVER = "RSET, or the end of the data"


_S, _E = DialogueState, DialogueStep

ORDER: Mapping[DialogueState, TransitionRow[DialogueStep, DialogueState]] = {
    # RFC 5321 §4.1.4: EHLO at any time ends an open transaction, as RSET does. §4.1.1.5: RSET may come at any time.
    _S.START: TransitionRow({_E.HELLO: _S.GREETED, _E.OVER: _S.START}),
    _S.GREETED: TransitionRow({_E.HELLO: _S.GREETED, _E.OVER: _S.GREETED, _E.MAIL: _S.MAIL}),
    # RFC 5321 §3.3: one or more RCPT follow MAIL; data may come once a recipient was taken.
    _S.MAIL: TransitionRow({_E.HELLO: _S.GREETED, _E.OVER: _S.GREETED, _E.TAKEN: _S.TAKEN, _E.REFUSED: _S.REFUSED}),
    # A transaction whose recipients were all refused can bring no mail: the next MAIL ends it.
    _S.REFUSED: TransitionRow(
        {
            _E.HELLO: _S.GREETED,
            _E.OVER: _S.GREETED,
            _E.MAIL: _S.MAIL,
            _E.TAKEN: _S.TAKEN,
            _E.REFUSED: _S.REFUSED,
        }
    ),
    _S.TAKEN: TransitionRow(
        {
            _E.HELLO: _S.GREETED,
            _E.OVER: _S.GREETED,
            _E.TAKEN: _S.TAKEN,
            _E.REFUSED: _S.TAKEN,
            _E.CHUNK: _S.CHUNKS,
        }
    ),
    # RFC 3030 §2: further chunks, or RSET.
    _S.CHUNKS: TransitionRow({_E.HELLO: _S.GREETED, _E.OVER: _S.GREETED, _E.CHUNK: _S.CHUNKS}),
}

OUT_OF_ORDER: Mapping[DialogueState, Mapping[bytes, Reply]] = {
    # RFC 5321 §4.1.4: EHLO or HELO comes first.
    _S.START: dict.fromkeys((b"MAIL", b"RCPT", b"DATA", b"BDAT"), replies.HELO_FIRST),
    # RFC 5321 §4.1.4: a transaction begins with MAIL.
    _S.GREETED: dict.fromkeys((b"RCPT", b"DATA", b"BDAT"), replies.MAIL_FIRST),
    # RFC 5321 §4.1.4: MAIL must not come in an open transaction. §3.3: DATA without a recipient gets 503.
    _S.MAIL: {b"MAIL": replies.NESTED_MAIL, b"DATA": replies.RCPT_FIRST, b"BDAT": replies.RCPT_FIRST},
    # RFC 5321 §3.3: 554 when no recipient was accepted.
    _S.REFUSED: {b"DATA": replies.NO_VALID_RECIPIENT, b"BDAT": replies.NO_VALID_RECIPIENT},
    _S.TAKEN: {b"MAIL": replies.NESTED_MAIL},
    # RFC 3030 §2: recipients come before the first chunk; DATA and BDAT don't mix in a transaction.
    _S.CHUNKS: {
        b"MAIL": replies.NESTED_MAIL,
        b"RCPT": replies.RCPT_AFTER_BDAT,
        b"DATA": replies.DATA_AFTER_BDAT,
    },
}
