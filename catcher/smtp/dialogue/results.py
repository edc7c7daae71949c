"""The results of a command and of a message: the session acts on their type. Pure."""

from __future__ import annotations

from enum import Enum, auto

from catcher.model.value import value
from catcher.smtp.dialogue.ended import Answered, Ended
from catcher.smtp.wire.replies import Reply


@value
class ReceiveData:
    """DATA was accepted: after ``reply`` the octets are the message, to CRLF . CRLF (RFC 5321 §4.1.1.4)."""

    reply: Reply


@value
class ReceiveChunk:
    """A BDAT command: ``octets`` octets follow and are read, even if the chunk is refused (RFC 3030 §2)."""

    octets: int
    last: bool
    """Whether the message ends with this chunk."""
    refusal: Reply | None = None
    """The reply after the octets of a refused chunk; None: the octets belong to the message."""


@value
class StartTls:
    """STARTTLS was accepted: after ``reply`` the octets are TLS (RFC 3207 §4)."""

    reply: Reply


@value
class LoginRefused:
    """The client tried to log in; ``reply`` ends the session (promise 2)."""

    reply: Reply


CommandResult = Reply | ReceiveData | ReceiveChunk | StartTls | LoginRefused
"""The result of a command; a Reply is sent and changes nothing in the meaning of the octets that follow."""


class MessageFault(Enum):
    """The reason for which a complete message is refused, and not recorded."""

    TOO_BIG = auto()
    """Longer than ``SmtpLimits.message_octets`` (RFC 1870 §6.3)."""
    BARE_NEWLINE = auto()
    """It has a CR or LF that stands alone (RFC 5321 §2.3.8)."""
    LOOP = auto()
    """It has more Received fields than ``SmtpLimits.hops`` (RFC 5321 §6.3)."""
    NO_ROOM = auto()
    """The headers of all open transactions together have no room for its header."""


@value
class MessageRefused:
    """A message that isn't recorded; its transaction is over."""

    reply: Reply
    fault: MessageFault


@value
class MessageTaken:
    """A complete message, for recording; its transaction is over."""

    ended: Ended | Answered
    recorded: Reply
    """The reply once ``ended`` is recorded."""
    unrecorded: Reply
    """The reply if recording fails."""
