"""Reads protective markings from header fields: the scheme, and a level of a closed list, else ``other``.

A label's name is free text of the organisation that made the label; it is compared with the list and never stored.

=========================  ==============================================================================
``sensitivity``            Sensitivity (RFC 4021 §2.1.55): personal, private, company-confidential
``msip``                   msip_labels: Microsoft's labels; only a name that is a level word gives one
``protective-marking``     X-Protective-Marking, or ``[SEC=…]`` in the Subject: the Australian Government's Email
                           Protective Marking Standard
``sio-label``              SIO-Label (RFC 7444): the display marking in ``marking=``
``classification``         X-Classification and its like, as classification programs write them
``importance``             Importance (RFC 4021 §2.1.56): high or low; how urgent, not how grave
=========================  ==============================================================================

The value ``normal`` is no marking in any field.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from catcher.fingerprint.header.subjects import decoded
from catcher.model.mail.marking import Marking, Scheme
from catcher.model.mail.transaction import Header

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
    "high",
    "low",
)
"""The closed list. When a text holds several of these words, the first in this order counts."""

_SYNONYMS = (
    ("controlled-unclassified-information", "cui"),
    ("très-secret", "top-secret"),
    ("streng-geheim", "top-secret"),
    ("geheim", "secret"),
    ("vs-vertraulich", "confidential"),
    ("vertraulich", "confidential"),
    ("confidentiel", "confidential"),
    ("diffusion-restreinte", "restricted"),
    ("restreint", "restricted"),
    ("nur-für-den-dienstgebrauch", "restricted"),
    ("vs-nfd", "restricted"),
    ("reservado", "restricted"),
    ("fouo", "cui"),
)
"""Words of other languages for the same levels, in the form that labels have."""
_PADDED_SYNONYMS = tuple((f"-{word}-", f"-{meant}-") for word, meant in _SYNONYMS)
_PADDED_LEVELS = tuple((f"-{name}-", name) for name in LEVELS)

SCHEME_OF_FIELD = {
    b"sensitivity": Scheme.SENSITIVITY,
    b"importance": Scheme.IMPORTANCE,
    b"msip_labels": Scheme.MSIP,
    b"x-protective-marking": Scheme.PROTECTIVE_MARKING,
    b"sio-label": Scheme.SIO_LABEL,
    b"x-classification": Scheme.CLASSIFICATION,
    b"x-security-classification": Scheme.CLASSIFICATION,
    b"x-security-label": Scheme.CLASSIFICATION,
    b"x-security-marking": Scheme.CLASSIFICATION,
    b"x-classification-level": Scheme.CLASSIFICATION,
    b"x-data-classification": Scheme.CLASSIFICATION,
    b"x-tituslabs-classifications-30": Scheme.CLASSIFICATION,
    b"x-bjclassification": Scheme.CLASSIFICATION,
    b"classification": Scheme.CLASSIFICATION,
}
_VALUE = {
    Scheme.MSIP: re.compile(r"MSIP_Label_[0-9a-f-]{36}_Name\s*=\s*([^;]{0,200})", re.IGNORECASE),
    Scheme.PROTECTIVE_MARKING: re.compile(r"\bSEC\s*=\s*([^,]{0,100})", re.IGNORECASE),
    Scheme.SIO_LABEL: re.compile(r"\bmarking(?:\*\d?\*?)?\s*=\s*(?:[\w-]*'[\w-]*')?\"?([^\";]{0,200})", re.IGNORECASE),
}
_IN_SUBJECT = re.compile(r"\[[^\]]{0,40}\bSEC\s*=\s*([^\],]{0,100})", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")
_READ = 4096


def judge_markings(header: Header | None) -> tuple[Marking, ...]:
    """The distinct markings, in the order of the header."""
    if header is None or (SCHEME_OF_FIELD.keys().isdisjoint(header.by_name) and not _has_level_in_subject(header)):
        return ()
    found: dict[Marking, None] = {}
    for field in header.fields:
        name = field.name.rstrip(b" \t").lower()
        scheme = SCHEME_OF_FIELD.get(name)
        if scheme is not None:
            text = field.value[:_READ].decode("utf-8", "replace").replace("\r\n", "")
            if text.strip().lower() != "normal":
                found[Marking(scheme, _level_in(scheme, text))] = None
        elif name == b"subject" and b"SEC" in field.value.upper():
            in_subject = _IN_SUBJECT.search(decoded(field.value[:_READ].replace(b"\r\n", b"")))
            if in_subject is not None:
                found[Marking(Scheme.PROTECTIVE_MARKING, level(in_subject[1]))] = None
    return tuple(found)


def _has_level_in_subject(header: Header) -> bool:
    return b"subject" in header.by_name and any(b"SEC" in field.value.upper() for field in header.by_name[b"subject"])


def _level_in(scheme: Scheme, text: str) -> str:
    pattern = _VALUE.get(scheme)
    if pattern is None:
        return level(text)
    # One message may carry the labels of several organisations: the gravest label counts.
    return level(" / ".join(unquote(match) for match in pattern.findall(text)))


def level(text: str) -> str:
    """The gravest level that ``text`` names; ``other`` when it names none."""
    words = f"-{'-'.join(_WORDS.findall(text.lower()))}-"
    for other, meant in _PADDED_SYNONYMS:
        words = words.replace(other, meant)
    return next((name for padded, name in _PADDED_LEVELS if padded in words), "other")
