"""The mail addresses that we write to: one plain address each, read so narrowly that nothing can misread it."""

from __future__ import annotations

import re

from catcher.model.domain import DomainError, to_alabel

_LOCAL_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9#&'+/=_~-]|\.(?=[A-Za-z0-9#&'+/=_~-])){0,63}\Z")
"""A dot-atom (RFC 5322 §3.2.3) without what routes (``%``, ``!``) or what a shell or a mailer could misread."""


class AddressError(ValueError):
    """A text that is no address we write to. The message says why, without repeating a hostile text."""


def mail_address(text: str) -> str:
    """``text`` as ``local-part@domain``: the local-part as it is, the domain as lower-case A-labels.

    Narrower than RFC 5321 §4.1.2 on purpose: no quoted local-part, no address literal, no UTF-8 local-part, no display
    name, and a domain of two labels at least. Raises AddressError.
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
