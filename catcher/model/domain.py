"""Domain names in the form that all of catcher uses: lower-case A-labels without the final dot (RFC 5890)."""

from __future__ import annotations

import re

import idna

_LDH = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
# (?>(?:…)*) and not (?:…)*+: Python before 3.11.5 keeps the text that a failed repeat of a possessive group consumed.
_PLAIN = re.compile(r"(?!-)[a-z0-9_-]{1,63}+(?<!-)(?>(?:\.(?!-)[a-z0-9_-]{1,63}+(?<!-))*)\Z")
"""A valid name that needs no conversion; one match proves it."""
FULL_STOPS = ".\u3002\uff0e\uff61"
"""The characters that part labels of a name that isn't in ASCII (UTS 46 §2.3)."""
_FULL_STOP = re.compile(f"[{FULL_STOPS}]")


class DomainError(ValueError):
    """A text that is no domain name. The message gives the reason, without repeating a hostile text."""


def to_alabel(text: str) -> str:
    """``text`` as lower-case A-labels without the final dot.

    An ASCII label is an LDH label as it stands, whatever it decodes to: .ml and other TLDs register emoji names, which
    IDNA 2008 has no U-label for (RFC 5890 §2.3.1, "fake A-label"). U-labels are converted by UTS 46 non-transitional
    and IDNA 2008 (RFC 5891). Underscores are allowed (``_dmarc``): the caller decides whether a host may have an
    underscore.

    Raises DomainError for an empty name, an empty or over-long label, over 253 octets, a character that no label may
    hold, or a label that isn't ASCII and isn't valid by IDNA 2008.
    """
    if len(text) <= 253 and _PLAIN.match(text):
        return text
    name = text[:-1] if text.endswith(".") else text
    if not name:
        raise DomainError("the name is empty")
    name = name.lower() if name.isascii() else _encode(name)
    if len(name) > 253:
        raise DomainError(f"the name has {len(name)} octets, at most 253 are allowed")
    if _PLAIN.match(name):
        return name
    for label in name.split("."):
        if not label:
            raise DomainError("the name has an empty label (two dots in a row)")
        if len(label) > 63:
            raise DomainError("a label has over 63 octets")
        if not _LDH.match(label):
            raise DomainError("a label holds a character other than a-z, 0-9, hyphen and underscore")
    return name


def _encode(name: str) -> str:
    """``name`` with each label that isn't ASCII as an A-label; the full stops of UTS 46 §2.3 also end a label."""
    try:
        return ".".join([label if label.isascii() else _alabel(label) for label in _FULL_STOP.split(name)]).lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise DomainError("the name is not a valid internationalised name (IDNA 2008)") from error


def _alabel(label: str) -> str:
    return idna.encode(label, uts46=True, transitional=False).decode("ascii")


def parents(name: str) -> list[str]:
    """``name`` and every name above it, nearest first: ``a.b.ml`` → ``[a.b.ml, b.ml, ml]``."""
    labels = name.split(".")
    return [".".join(labels[i:]) for i in range(len(labels))]


def is_at_or_below(name: str, ancestor: str) -> bool:
    """Whether ``name`` is ``ancestor`` or lies under it (RFC 9499 subdomain)."""
    return name == ancestor or name.endswith("." + ancestor)
