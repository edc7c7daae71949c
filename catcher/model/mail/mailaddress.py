"""The mail addresses to which we write: plain addresses, in a form so narrow that no program can misread them."""

from __future__ import annotations

import re

from catcher.model.domain import DomainError, to_alabel

_LOCAL_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9#&'+/=_~-]|\.(?=[A-Za-z0-9#&'+/=_~-])){0,63}\Z")
"""A dot-atom (RFC 5322 §3.2.3) without characters that route (``%``, ``!``) or that a shell or a mailer could
misread."""


class AddressError(ValueError):
    """A text that is no address to which we write. The message gives the reason, without repeating a hostile text."""


def mail_address(text: str) -> str:
    """``text`` as ``local-part@domain``: the local-part unchanged, the domain as lower-case A-labels.

    The form is narrower than RFC 5321 §4.1.2 on purpose: no quoted local-part, no address literal, no UTF-8 local-part,
    no display name, and a domain of at least two labels. Raises AddressError.
    """
    local_part, at, domain = text.rpartition("@")
    if not at:
        raise AddressError("there is no @ in the address")
    if not _LOCAL_PART.match(local_part):
        raise AddressError("what stands before the @ is not a plain local-part of at most 64 octets")
    try:
        name = to_alabel(domain)
    except DomainError as error:
        raise AddressError(str(error)) from error
    if "." not in name or name.rpartition(".")[2].isdigit() or "_" in name:
        raise AddressError("what stands behind the @ is no mail domain")
    if len(local_part) + 1 + len(name) > 254:
        raise AddressError("the address has over 254 octets")
    return f"{local_part}@{name}"
