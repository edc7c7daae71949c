"""Which header fields a signature covers, and the octets that are hashed for them (RFC 6376 §3.4.1-2, §3.7, §5.4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from catcher.fingerprint.tags import without_value_of
from catcher.model.transaction import Canonicalization, HeaderField

_BLANK = 0x20
_LAST = itemgetter(-1)
_FEW = 32
"""Octets to a run of blanks, from which on there are few runs."""


def single_blanks(data: bytes) -> bytes:
    """Every run of blanks and tabs as one blank, in log(run) linear passes.

    Searching backwards, octets are looked at in twos, and none is written before it is known that one has to be:
    on prose that is four times as fast as replacing. Where there are very many runs replacing is.
    """
    if b"\t" in data:
        data = data.replace(b"\t", b" ")
    most = len(data) // _FEW + 1
    while len(pieces := data.rsplit(b"  ", most)) > 1:
        if len(pieces) > most:
            return _replaced(data)
        data = b" ".join(pieces)
        if all(pieces) and _BLANK not in map(_LAST, pieces):  # no run was longer than two
            return data
    return data


def _replaced(data: bytes) -> bytes:
    while b"  " in data:
        data = data.replace(b"  ", b" ")
    return data


def without_trailing_blanks(data: bytes) -> bytes:
    """``data``, in which blanks stand alone, without those before a CRLF."""
    return b"\r\n".join(data.rsplit(b" \r\n"))


def canonical_field(field: HeaderField, how: Canonicalization) -> bytes:
    """The field without its final CRLF."""
    if how is Canonicalization.SIMPLE:
        return field.name + b":" + field.value
    unfolded = field.value.replace(b"\r\n", b"").replace(b"\n", b"")
    return field.name.rstrip(b" \t").lower() + b":" + single_blanks(unfolded).strip(b" ")


def selected(fields: Sequence[HeaderField], names: Iterable[bytes]) -> list[HeaderField]:
    """The fields that ``names`` (lower case) stand for: each occurrence of a name takes the next one from the bottom.

    A name without a field left stands for nothing: it keeps a field from being added unseen.
    """
    left: dict[bytes, list[HeaderField]] = {}
    for field in fields:
        left.setdefault(field.name.rstrip(b" \t").lower(), []).append(field)
    return [stack.pop() for name in names if (stack := left.get(name))]


def signed_octets(
    fields: Sequence[HeaderField], names: Iterable[bytes], signature: HeaderField, how: Canonicalization
) -> bytes:
    """What a signature's hash is taken of: the selected fields, then its own without the value of ``b=``."""
    unsigned = HeaderField(signature.name, without_value_of(signature.value, b"b"))
    parts = [canonical_field(field, how) + b"\r\n" for field in selected(fields, names)]
    return b"".join(parts) + canonical_field(unsigned, how)
