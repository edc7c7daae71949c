"""The commands' arguments (RFC 5321 §4.1.1, RFC 3030 §2): octets → values, or the reply that refuses them. Pure."""

from __future__ import annotations

from dataclasses import field

from catcher.model.mail.mailbox import Mailbox
from catcher.model.value import value
from catcher.smtp.wire import replies
from catcher.smtp.wire.path import Argument, ParameterError, PathError, parse_path
from catcher.smtp.wire.replies import Reply

_HELO_OCTETS = 255
"""Most octets of HELO's argument: the length of the longest domain name (RFC 5321 §4.5.3.1.2)."""
_SIZE_DIGITS = 20
"""Most digits of a size in MAIL (RFC 1870 §6); sizes in BDAT have the same bound here."""
_OFFERED = frozenset({"SIZE", "BODY", "SMTPUTF8"})
"""Parameters of MAIL that EHLO offers (RFC 1870, 6152, 6531); RCPT has none."""
_BODY_TYPES = frozenset({"", "7BIT", "8BITMIME", "BINARYMIME"})
"""Values of BODY (RFC 6152 §3, RFC 3030 §3); empty: the parameter is absent."""


@value
class MailArguments:
    """The arguments of MAIL."""

    reverse_path: Mailbox | None = field(repr=False)
    smtputf8: bool = False
    binary: bool = False
    """Whether BODY=BINARYMIME was given (RFC 3030 §3)."""
    passed_over: int = 0
    """Number of parameters that were not offered; they have no effect."""


def read_hello(argument: bytes, *, may_be_empty: bool) -> str | Reply:
    """The client's name in EHLO or HELO; undecodable octets are replaced."""
    if not argument and not may_be_empty:  # RFC 5321 §4.1.1.1: a domain or an address literal
        return replies.NEEDS_PARAMETER
    if len(argument) > _HELO_OCTETS:  # RFC 5321 §4.5.3.1.2
        return replies.BAD_PARAMETER
    return argument.decode("utf-8", "replace")


def read_mail(argument: bytes, *, most_octets: int) -> MailArguments | Reply:
    """``most_octets``: most octets of a message, against which a declared SIZE is held."""
    try:
        parsed = parse_path(argument, b"FROM:")
    except PathError:  # RFC 5321 §4.1.2: Reverse-path; 553 by §4.2.2
        return replies.BAD_SENDER
    except ParameterError:  # RFC 5321 §4.1.2: Mail-parameters
        return replies.BAD_PARAMETER
    if parsed is None:  # RFC 5321 §4.1.1.2: "MAIL FROM:" and a path
        return replies.BAD_PARAMETER
    parameters = parsed.parameters
    if not parameters:
        return MailArguments(parsed.mailbox)
    size = parameters.get("SIZE", "0")
    if not (size.isascii() and size.isdigit() and len(size) <= _SIZE_DIGITS):  # RFC 1870 §6
        return replies.BAD_PARAMETER
    if int(size) > most_octets:  # RFC 1870 §6.1: a declared size above the limit gets 552 at once
        return replies.TOO_BIG
    body = parameters.get("BODY", "").upper()
    if body not in _BODY_TYPES:  # RFC 6152 §3, RFC 3030 §3
        return replies.BAD_PARAMETER
    # RFC 5321 §4.1.1.11 has 555 for unknown parameters. Microsoft 365 sends some to every server: they are counted.
    unknown = len(parameters.keys() - _OFFERED)
    return MailArguments(parsed.mailbox, "SMTPUTF8" in parameters, body == "BINARYMIME", unknown)


def read_rcpt(argument: bytes) -> Argument | Reply:
    """The recipient, never the null path; its parameters have no effect."""
    try:
        parsed = parse_path(argument, b"TO:")
    except PathError:  # RFC 5321 §4.1.2: Forward-path; 553 by §4.2.2
        return replies.BAD_RECIPIENT
    except ParameterError:  # RFC 5321 §4.1.2: Rcpt-parameters
        return replies.BAD_PARAMETER
    if parsed is None:  # RFC 5321 §4.1.1.3: "RCPT TO:" and a path
        return replies.BAD_PARAMETER
    if parsed.mailbox is None:  # RFC 5321 §4.1.1.3: the null path is no recipient
        return replies.BAD_RECIPIENT
    return parsed


def read_chunk_size(argument: bytes) -> tuple[int, bool] | None:
    """The octets of a chunk, and whether it is the last (RFC 3030 §2: ``chunk-size [SP "LAST"]``); None: malformed."""
    words = argument.upper().split()
    size = words[0] if words else b""
    if not (size.isdigit() and len(size) <= _SIZE_DIGITS) or words[1:] not in ([], [b"LAST"]):
        return None
    return int(size), len(words) > 1
