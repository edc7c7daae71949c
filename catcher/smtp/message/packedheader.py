"""Header fields in little memory: octets and offsets. Objects for each field take more than the octets of a short
one."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import accumulate

from catcher.model.mail.transaction import Header, HeaderField

FIELD_OCTETS = 8
"""Octets that a packed field takes beside its own."""
OBJECT_OCTETS = 192
"""Octets that the objects of an unpacked field take beside its own (measured: 160 to 190)."""


class PackedFields:
    """Names and values, one behind the other. ``repr`` shows nothing."""

    __slots__ = ("_ends", "_octets")

    def __init__(self) -> None:
        self._octets = bytearray()
        self._ends = array("I")
        """For each field the offsets at which its name ends and its value ends."""

    def __repr__(self) -> str:
        return "PackedFields(…)"

    def __len__(self) -> int:
        return len(self._ends) // 2

    def add(self, name: bytes, value: bytes) -> None:
        self._octets += name
        self._ends.append(len(self._octets))
        self._octets += value
        self._ends.append(len(self._octets))

    def cut(self, place: int, octets: int) -> int:
        """Cuts the field at ``place`` to ``octets`` of name and value; returns the number of octets cut."""
        ends = self._ends
        start = ends[2 * place - 1] if place else 0
        end = ends[2 * place + 1]
        cut = max(end - start - octets, 0)
        del self._octets[end - cut : end]
        for later in range(2 * place + 1, len(ends)):
            ends[later] -= cut
        return cut

    def fields(self) -> tuple[HeaderField, ...]:
        return _unpacked(bytes(self._octets), self._ends)


class PackedHeader:
    """A header while the body arrives. ``repr`` shows nothing."""

    __slots__ = ("_defects", "_dropped", "_ends", "_header_octets", "_octets")

    def __init__(self, header: Header) -> None:
        parts = [part for field in header.fields for part in (field.name, field.value)]
        self._octets = b"".join(parts)
        self._ends = array("I", accumulate(map(len, parts)))
        self._header_octets, self._dropped, self._defects = header.octets, header.dropped, header.defects

    def __repr__(self) -> str:
        return "PackedHeader(…)"

    def header(self) -> Header:
        return Header(_unpacked(self._octets, self._ends), self._header_octets, self._dropped, self._defects)


def _unpacked(octets: bytes, ends: Iterable[int]) -> tuple[HeaderField, ...]:
    start, fields, pairs = 0, [], iter(ends)
    for name_end, value_end in zip(pairs, pairs, strict=True):
        fields.append(HeaderField(octets[start:name_end], octets[name_end:value_end]))
        start = value_end
    return tuple(fields)
