"""Which header fields a signature covers, and the octets that are hashed for them (RFC 6376 §3.4.1-2, §3.7, §5.4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from catcher.fingerprint.tags import without_value_of
from catcher.model.transaction import Canonicalization, HeaderField


def single_blanks(data: bytes) -> bytes:
    """Every run of blanks and tabs as one blank, in log(run) linear passes: a search for runs is slower on prose."""
    if b"\t" in data:
        data = data.replace(b"\t", b" ")
    while b"  " in data:
        data = data.replace(b"  ", b" ")
    return data


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
