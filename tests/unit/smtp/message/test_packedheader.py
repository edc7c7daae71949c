"""Packed fields are the fields that were packed, in the memory of their octets."""

from __future__ import annotations

import gc
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.transaction import Header, HeaderField
from catcher.smtp import MessageStream
from catcher.smtp.message.packedheader import OBJECT_OCTETS, PackedFields, PackedHeader
from catcher.smtp.message.stream import FEW_FIELDS

FIELDS = st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.binary(max_size=90)), max_size=30)


@given(FIELDS, st.data())
def test_fields_come_back_as_they_were_but_for_what_was_cut(
    fields: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    packed = PackedFields()
    for name, value in fields:
        packed.add(name, value)
    assert len(packed) == len(fields)
    expected = [HeaderField(name, value) for name, value in fields]
    assert packed.fields() == tuple(expected)
    for place in data.draw(st.lists(st.integers(0, len(fields) - 1), max_size=4)) if fields else ():
        field = expected[place]
        kept = data.draw(st.integers(len(field.name), 140))
        expected[place] = HeaderField(field.name, field.value[: kept - len(field.name)])
        assert packed.cut(place, kept) == len(field.value) - len(expected[place].value)
        assert packed.fields() == tuple(expected)
    assert repr(packed) == "PackedFields(…)"


@given(FIELDS)
def test_a_header_comes_back_as_it_was(fields: list[tuple[bytes, bytes]]) -> None:
    header = Header(tuple(HeaderField(name, value) for name, value in fields), 1000, 3, ("nul",))
    packed = PackedHeader(header)
    assert packed.header() == header and packed.header().by_name == header.by_name
    assert repr(packed) == "PackedHeader(…)"


SHORT = b"".join(b"X%d: %s\r\n" % (n, b"y" * 55) for n in range(1000))


@pytest.mark.parametrize("end", [b"", b"\r\nbody\r\n"], ids=["in the header", "in the body"])
@pytest.mark.parametrize("piece", [100, 1448, 65536])
def test_a_message_that_waits_takes_the_memory_of_the_octets_kept(end: bytes, piece: int) -> None:
    """1,000 short fields as objects took 200 KiB."""

    def waiting() -> MessageStream:
        stream = MessageStream()
        for start in range(0, len(SHORT), piece):
            stream.feed(SHORT[start : start + piece])
            stream.rest()
        stream.feed(end)
        stream.rest()
        return stream

    waiting()
    gc.collect()
    tracemalloc.start()
    streams = [waiting() for _ in range(10)]
    gc.collect()
    octets = tracemalloc.get_traced_memory()[0] / len(streams)
    tracemalloc.stop()
    assert len(SHORT) - 3000 < octets < 1.3 * len(SHORT)
    assert streams[0].kept >= len(SHORT)
    assert len(streams[0].finish()[0].fields) == 1000


@pytest.mark.parametrize(("number", "packs"), [(FEW_FIELDS, False), (FEW_FIELDS + 1, True)])
def test_a_short_header_stays_unpacked_and_its_objects_are_counted_from_its_end_on(number: int, packs: bool) -> None:
    stream = MessageStream()
    fields = b"".join(b"X%d: y\r\n" % n for n in range(number))
    stream.feed(fields + b"\r\nbody\r\n")
    before = stream.kept
    stream.rest()
    stream.feed(b"more\r\n")
    stream.rest()
    objects = number * OBJECT_OCTETS
    assert before == stream.kept == len(fields) + (0 if packs else objects)
    header, _ = stream.finish()
    assert len(header.fields) == number
    assert stream.kept == len(fields) + objects
