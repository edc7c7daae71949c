"""The checks of a command in their order, and verb → method of Dialogue. Pure.

::

    1 AUTH in any spelling          LoginRefused (promise 2)
    2 budget of commands            421
    3 fault of the line             500, 501; for BDAT the end of the session
    4 verb                          500, 502
    5 order, argument, effect       the method of Dialogue
    6 budget of errors              421
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from catcher.smtp.dialogue.dialogue import Dialogue
from catcher.smtp.dialogue.results import CommandResult, LoginRefused, ReceiveChunk
from catcher.smtp.wire import replies
from catcher.smtp.wire.commands import Command, LineFault
from catcher.smtp.wire.replies import Reply

_RUN: dict[bytes, Callable[[Dialogue, bytes], CommandResult]] = {
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
    b"EXPN": replies.NOT_EXPANDED,  # RFC 5321 §4.2.4: a command that isn't implemented gets 502
    b"ETRN": replies.NOT_OFFERED,  # RFC 1985
    b"TURN": replies.NOT_OFFERED,  # RFC 5321 appendix F.1
    b"SEND": replies.NOT_OFFERED,  # RFC 5321 appendix F.6
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
    LineFault.BARE_LF: replies.BARE_LINE_FEED,  # RFC 5321 §2.3.8
    LineFault.TOO_LONG: replies.LINE_TOO_LONG,  # RFC 5321 §4.5.3.1.4
    LineFault.CONTROL: replies.CONTROL_CHARACTER,  # RFC 5321 §4.1.2
}
_LOGIN_REFUSED = LoginRefused(replies.NO_AUTH)


def answer(dialogue: Dialogue, command: Command) -> CommandResult:
    """Runs ``command``, or returns the reply that refuses it."""
    verb = command.verb
    run = _RUN.get(verb)
    if run is None and command.is_auth:
        return _LOGIN_REFUSED
    budgets = dialogue.transactions.budgets
    if verb not in _MAIL_GOES_ON and not budgets.spend_command() and verb != b"QUIT":
        return replies.TOO_MANY_COMMANDS
    result: CommandResult
    if command.fault is not None:
        # A malformed BDAT is followed by message text, which must not be run: the session ends.
        result = replies.BAD_CHUNK if verb == b"BDAT" else _FAULTS[command.fault]
    elif run is not None:
        result = run(dialogue, command.argument)
    else:
        result = _NOT_RUN.get(verb, replies.UNKNOWN_COMMAND)
    if isinstance(result, Reply):
        return result if result.code < 500 else budgets.answered(result)
    if isinstance(result, ReceiveChunk) and result.refusal is not None:
        return replace(result, refusal=budgets.answered(result.refusal))
    return result
