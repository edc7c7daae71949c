"""Reads the arguments of MAIL and RCPT: path and parameters (RFC 5321 §4.1.2, RFC 6531 §3.3). Strict, and linear.

The parser is lenient only where real senders need it: a space after the colon, no angle brackets, dots anywhere in a
local-part, and parameters that EHLO didn't offer (Microsoft 365 sends ``AUTH=<>``, others send DSN's parameters), which
are returned like others.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache

from catcher.model.domain import DomainError, to_alabel
from catcher.model.mail.mailbox import Mailbox
from catcher.model.value import value

PATH_MOST = 512
"""Most octets of a path. RFC 5321 §4.5.3.1.3 asks for 256; some forwarders' addresses are longer."""
LOCAL_PART_MOST = 256
"""Most octets of a local-part. RFC 5321 §4.5.3.1.1 asks for 64; bounce addresses are longer."""

_REMEMBERED = 1_024
"""Most domains in the cache of A-labels: most recipients share few domains, and memory is bounded."""

# RFC 5321 §4.1.2:
#   Path = "<" [ A-d-l ":" ] Mailbox ">"          A-d-l: the source route
#   Mailbox = Local-part "@" ( Domain / address-literal )
#   Local-part = Dot-string / Quoted-string
#   QcontentSMTP = qtextSMTP / quoted-pairSMTP    quoted-pairSMTP = %d92 %d32-126
# RFC 6531 §3.3 adds UTF-8 to atext, qtextSMTP and sub-domain.
_PATH = re.compile(
    r"""
    (?: @ [^\s<>:"]+ : )?                                   # source route, stripped (RFC 5321 appendix C)
    (?: (?P<dotted> [^\s<>()\[\]\\,;:@"\x00-\x1f\x7f]+ )     # dot-string, any dots; UTF-8 (RFC 6531 §3.3)
      | " (?P<quoted> (?: [^"\\\x00-\x1f\x7f] | \\[\x20-\x7e] )* ) "
    )
    (?: @ (?: (?P<domain> [^\s<>()\[\]\\,;:@"\x00-\x1f\x7f]+ )
            | (?P<literal> \[ [0-9A-Fa-fIiPpVv:.]+ \] ) ) )?
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(rb"(?:FROM|TO):[ ]?<([!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]{1,256})@([A-Za-z0-9._-]{1,255})>\Z")
"""The usual argument, matched in one step: a dot-string at a domain, both ASCII, in brackets, without parameters."""
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=(\S+))?")
_QUOTED_PAIR = re.compile(r"\\(.)")


class PathError(ValueError):
    """The path is malformed. The message names the fault without repeating the path."""


class ParameterError(ValueError):
    """The parameters are malformed. The message names the fault without repeating the parameters."""


@value
class Argument:
    """The argument after ``MAIL FROM:`` or ``RCPT TO:``."""

    mailbox: Mailbox | None
    """None is the null path ``<>``. ``domain`` is '' if the path has no domain (``<postmaster>``)."""
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Keyword in upper case → value with its case kept, '' without a value. If a keyword repeats, the first counts."""


def parse_path(argument: bytes, keyword: bytes) -> Argument | None:
    """Reads ``argument`` after ``keyword`` (``FROM:`` or ``TO:``); None if the keyword is missing or the path isn't
    closed.

    Raises PathError or ParameterError.
    """
    plain = _PLAIN.match(argument)
    if plain is not None and argument.startswith(keyword):
        return Argument(Mailbox(plain[1].decode("ascii"), _domain(plain[2].decode("ascii"))))
    if argument[: len(keyword)].upper() != keyword:
        return None
    try:
        text = argument[len(keyword) :].decode("utf-8").lstrip()
    except UnicodeDecodeError:
        raise PathError("it is neither ASCII nor UTF-8") from None
    if text.startswith("<"):
        end = _closing(text)
        if end < 0:
            return None
        path, rest = text[1:end], text[end + 1 :]
        if rest and not rest[0].isspace():
            raise PathError("something other than a space follows it")
    else:
        path, _, rest = text.partition(" ")
        if not path or "<" in path or ">" in path:
            return None
    return Argument(_mailbox(path), _parameters(rest))


def _closing(text: str) -> int:
    """Offset of the ``>`` that closes the path; a ``>`` inside a quoted local-part doesn't close it."""
    start = 1
    quote = text.find('"')
    if 0 <= quote < text.find(">"):
        match = _PATH.match(text, 1)
        start = match.end() if match else 1
    return text.find(">", start)


def _mailbox(path: str) -> Mailbox | None:
    if not path:
        return None
    if len(path.encode()) > PATH_MOST:
        raise PathError("it is too long")
    match = _PATH.fullmatch(path)
    if match is None:
        raise PathError("it is no address")
    quoted = match["quoted"]
    local_part = match["dotted"] if quoted is None else _QUOTED_PAIR.sub(r"\1", quoted)
    if not local_part or len(local_part.encode()) > LOCAL_PART_MOST:
        raise PathError("its local-part is empty or too long")
    if match["literal"]:
        return Mailbox(local_part, _literal(match["literal"]))
    if match["domain"] is None:
        return Mailbox(local_part, "")
    return Mailbox(local_part, _domain(match["domain"]))


@lru_cache(_REMEMBERED)
def _domain(text: str) -> str:
    """``text`` as A-labels. The cache is bounded and holds domains only, never a mailbox."""
    try:
        return to_alabel(text)
    except DomainError as error:
        raise PathError("its domain is malformed") from error


def _literal(text: str) -> str:
    """An address literal with its brackets (RFC 5321 §4.1.3)."""
    inside = text[1:-1]
    try:
        if inside[:5].upper() == "IPV6:":
            return f"[IPv6:{ipaddress.IPv6Address(inside[5:])}]"
        return f"[{ipaddress.IPv4Address(inside)}]"
    except ValueError:
        raise PathError("its address literal is malformed") from None


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for word in text.split():
        match = _PARAMETER.fullmatch(word)
        if match is None:
            raise ParameterError("a parameter is no keyword with a value")
        parameters.setdefault(match[1].upper(), match[2] or "")
    return parameters
