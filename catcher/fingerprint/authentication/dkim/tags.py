"""Tag lists (RFC 6376 §3.2): the syntax that DKIM signatures, key records and DMARC records share."""

from __future__ import annotations

import base64
import binascii

MAX_LIST_OCTETS = 16_384
"""Octets of the longest list that is read: the header buffer keeps no longer field, honest records are far shorter."""

_WSP = b" \t\r\n"
_NAME = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class TagListError(ValueError):
    """The text is no tag list. The error's message repeats none of the text."""


def parse_tags(text: bytes) -> dict[bytes, bytes]:
    """Tag → value, both without surrounding white space; folds inside a value are kept.

    Raises TagListError for a missing ``=``, a bad or doubled name (§3.2: "MUST NOT occur more than once"), or more than
    MAX_LIST_OCTETS.
    """
    if len(text) > MAX_LIST_OCTETS:
        raise TagListError("too long")
    tags: dict[bytes, bytes] = {}
    specs = text.strip(_WSP).split(b";")
    if not specs[-1].strip(_WSP):
        specs.pop()
    for spec in specs:
        name, equals, value = spec.partition(b"=")
        name = name.strip(_WSP)
        if not equals or not name or not _NAME.issuperset(name) or not name[:1].isalpha():
            raise TagListError("not a tag")
        if name in tags:
            raise TagListError("a tag stands twice")
        tags[name] = value.strip(_WSP)
    return tags


def without_white_space(value: bytes) -> bytes:
    """``value`` without folds and blanks: base64 and lists of names are read in this form (§3.5)."""
    return value.translate(None, _WSP)


def base64_value(value: bytes) -> bytes:
    """The octets of a base64 value that may be folded. Raises TagListError."""
    try:
        return base64.b64decode(without_white_space(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise TagListError("not base64") from error


def decimal_value(value: bytes, *, digits: int) -> int:
    """An unsigned decimal of at most ``digits`` digits. Raises TagListError."""
    if not value.isdigit() or len(value) > digits:
        raise TagListError("not a number")
    return int(value)


def without_value_of(text: bytes, name: bytes) -> bytes:
    """``text`` with the value of tag ``name``, white space around it included, deleted (RFC 6376 §3.7)."""
    specs = text.split(b";")
    for index, spec in enumerate(specs):
        tag, equals, _ = spec.partition(b"=")
        if equals and tag.strip(_WSP) == name:
            specs[index] = tag + equals
            break
    return b";".join(specs)
