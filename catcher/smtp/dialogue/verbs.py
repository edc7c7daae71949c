"""Verb → method of Dialogue, and the replies to verbs that are not offered. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from catcher.smtp.dialogue.dialogue import Chunk, Dialogue
from catcher.smtp.wire import replies
from catcher.smtp.wire.commands import Command, LineFault
from catcher.smtp.wire.replies import Reply

_RUN: dict[bytes, Callable[[Dialogue, bytes], Reply | Chunk]] = {
    b"HELO": Dialogue.helo,
    b"EHLO": Dialogue.ehlo,
    b"MAIL": Dialogue.mail,
    b"RCPT": Dialogue.rcpt,
    b"DATA": Dialogue.data,
    b"BDAT": Dialogue.bdat,
    b"STARTTLS": Dialogue.starttls,
    b"RSET": Dialogue.rset,
    b"NOOP": Dialogue.noop,
    b"QUIT": Dialogue.quit,
    b"VRFY": Dialogue.vrfy,
    b"HELP": Dialogue.help,
}
_NOT_RUN = {
    b"": replies.BAD_SYNTAX,  # RFC 5321 §4.2.4: a command that isn't recognised gets 500
    b"EXPN": replies.NOT_EXPANDED,
    b"ETRN": replies.NOT_OFFERED,
    b"TURN": replies.NOT_OFFERED,
    b"SEND": replies.NOT_OFFERED,
    b"SOML": replies.NOT_OFFERED,
    b"SAML": replies.NOT_OFFERED,
    # Octets behind these verbs are message text or another protocol: if they ran, they could smuggle in a session.
    b"PROXY": replies.NOT_OFFERED_CLOSING,
    b"GET": replies.NOT_OFFERED_CLOSING,
    b"POST": replies.NOT_OFFERED_CLOSING,
    b"PUT": replies.NOT_OFFERED_CLOSING,
    b"CONNECT": replies.NOT_OFFERED_CLOSING,
}
_MAIL_GOES_ON = frozenset({b"RCPT", b"DATA", b"BDAT"})
_FAULTS = {
    LineFault.BARE_LF: replies.BARE_LINE_FEED,
    LineFault.TOO_LONG: replies.LINE_TOO_LONG,
    LineFault.CONTROL: replies.CONTROL_CHARACTER,
}


def answer(dialogue: Dialogue, command: Command) -> Reply | Chunk:
    """Runs ``command``, or returns the reply that refuses it. AUTH is refused before all other checks (promise 2)."""
    verb = command.verb
    if command.is_auth:
        return replies.NO_AUTH
    if verb not in _MAIL_GOES_ON and not dialogue.spend_command() and verb != b"QUIT":
        return replies.TOO_MANY_COMMANDS
    reply: Reply | Chunk
    if command.fault is not None:
        # A malformed BDAT is followed by message text, which must not be run: the session ends.
        reply = replies.BAD_CHUNK if verb == b"BDAT" else _FAULTS[command.fault]
    elif (run := _RUN.get(verb)) is not None:
        reply = run(dialogue, command.argument)
    else:
        reply = _NOT_RUN.get(verb, replies.UNKNOWN_COMMAND)
    if isinstance(reply, Chunk):
        if reply.refusal is None:
            return reply
        return replace(reply, refusal=dialogue.budgeted(reply.refusal))
    return dialogue.budgeted(reply) if reply.code >= 500 else reply
