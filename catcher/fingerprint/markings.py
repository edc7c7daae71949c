"""Protective markings from header fields alone: the scheme, and a level from a closed list, else ``other``.

A label's name is free text of the organisation that made it; it is compared with the list and never kept.

=========================  ==============================================================================
``sensitivity``            Sensitivity (RFC 4021 §2.1.55): personal, private, company-confidential
``msip``                   msip_labels: Microsoft's labels; only a name that is a level word gives one
``protective-marking``     X-Protective-Marking: the Australian Government's Email Protective Marking Standard
``sio-label``              SIO-Label (RFC 7444): the display marking in ``marking=``
``classification``         X-Classification and its like
=========================  ==============================================================================

``Importance`` is no marking: it says how urgent, not how grave.
"""

from __future__ import annotations

import re

from catcher.model.fingerprint import Marking
from catcher.model.transaction import Header

LEVELS = (
    "top-secret",
    "secret",
    "company-confidential",
    "confidential",
    "restricted",
    "protected",
    "official-sensitive",
    "sensitive",
    "official",
    "cui",
    "internal",
    "private",
    "personal",
    "unclassified",
    "public",
    "unofficial",
)
"""The closed list; of several words in one text, the one that stands first here counts."""

_SCHEMES = {
    b"sensitivity": "sensitivity",
    b"msip_labels": "msip",
    b"x-protective-marking": "protective-marking",
    b"sio-label": "sio-label",
    b"x-classification": "classification",
    b"x-security-classification": "classification",
    b"classification": "classification",
}
_VALUE = {
    "msip": re.compile(r"MSIP_Label_[0-9a-f-]{36}_Name\s*=\s*([^;]{0,200})", re.IGNORECASE),
    "protective-marking": re.compile(r"\bSEC\s*=\s*([^,]{0,100})", re.IGNORECASE),
    "sio-label": re.compile(r"\bmarking\s*=\s*\"?([^\";]{0,200})", re.IGNORECASE),
}
_WORDS = re.compile(r"[a-z]+")
_READ = 4096


def judge_markings(header: Header | None) -> tuple[Marking, ...]:
    """The distinct markings, in the order of the header."""
    found: dict[Marking, None] = {}
    for field in header.fields if header else ():
        scheme = _SCHEMES.get(field.name.rstrip(b" \t").lower())
        if scheme is None:
            continue
        text = field.value[:_READ].decode("utf-8", "replace").replace("\r\n", "")
        pattern = _VALUE.get(scheme)
        match = pattern.search(text) if pattern else None
        found[Marking(scheme, level(match[1] if match else "" if pattern else text))] = None
    return tuple(found)


def level(text: str) -> str:
    """The level that ``text`` names, or ``other``."""
    words = "-".join(_WORDS.findall(text.lower()))
    padded = f"-{words}-"
    if "-official-sensitive-" in padded:
        return "official-sensitive"
    return next((name for name in LEVELS if f"-{name}-" in padded), "other")
