"""One pass over any message, in any segmentation: an honest record in bounded memory, and nothing of the body."""

from __future__ import annotations

import gc
import hashlib
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.transaction import BodyFacts, Canonicalization, DigestAlgorithm, DigestWanted, Header
from catcher.smtp import MessageStream
from catcher.smtp.message.header import CUT_KEPT, FIELDS_KEPT, KEPT
from tests.support.smtpwire import fed_three_ways, segments


def read(*packets: bytes) -> tuple[Header, BodyFacts]:
    stream = MessageStream()
    for packet in packets:
        stream.feed(packet)
    return stream.finish()


def fields(header: Header) -> list[tuple[bytes, bytes]]:
    return [(f.name, f.value) for f in header.fields]


LINES = st.sampled_from(
    [
        b"Subject: a",
        b"Subject : b",
        b" fold",
        b"\tfold: c",
        b"no field",
        b"From bob Sat Jan  1 00:00:00 2000",
        b">From bob",
        b": nameless",
        b"N\0L: d",
        b"N: \0",
        b"\xfcml\xe4ut: \xff",
        b"a" * 997 + b": long name",
        b"b" * 998 + b": too long a name",
        b"c" * 1200,
        b"",
        b" ",
        b"\r",
        b"x\ry: z",
        b"D: " + b"d" * 20_000,
    ]
)
MESSAGES = st.lists(st.tuples(LINES, st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b""])), max_size=12).map(
    lambda lines: b"".join(line + end for line, end in lines)
)


@given(MESSAGES, st.lists(st.integers(0, 3000), max_size=12))
def test_segmentation_makes_no_difference(message: bytes, cuts: list[int]) -> None:
    assert read(*segments(message, cuts)) == read(message)


@given(
    st.lists(st.tuples(LINES.filter(lambda line: len(line) < 50), st.sampled_from([b"\r\n", b"\n", b""])), max_size=8)
)
def test_octet_by_octet_makes_no_difference(lines: list[tuple[bytes, bytes]]) -> None:
    fed_three_ways(read, b"".join(line + end for line, end in lines))


@given(MESSAGES)
def test_every_octet_is_counted_once(message: bytes) -> None:
    header, body = read(message)
    assert header.octets + body.octets == len(message)


@given(MESSAGES)
def test_what_is_kept_stands_in_the_message_in_order(message: bytes) -> None:
    header, _ = read(message)
    at = 0
    for name, value in fields(header):
        at = message.index(name + b":" + value, at) + len(name + value)


def test_fields_are_kept_as_they_came() -> None:
    header, body = read(b"From: a@sender.example\r\nsubject:  x\r\n\ty \r\nSpace : z\r\n\r\nline\r\nline\r\n")
    assert fields(header) == [
        (b"From", b" a@sender.example"),
        (b"subject", b"  x\r\n\ty "),
        (b"Space ", b" z"),
    ]
    assert (header.defects, header.dropped) == ((), 0)
    assert (body.octets, body.lines) == (12, 2)


@pytest.mark.parametrize(
    ("message", "names", "body", "defects"),
    [
        (b"", [], 0, ("no-blank-line", "no-header")),
        (b"\r\ntext\r\n", [], 6, ("no-header",)),
        (b"just text\r\n", [], 11, ("no-blank-line", "no-header")),
        (b"just: a text: really\r\n", [b"just"], 0, ("no-blank-line",)),
        (b"A: b\r\nno blank line\r\nC: d\r\n\r\n", [b"A"], 23, ("no-blank-line",)),
        (b"A: b", [b"A"], 0, ("no-blank-line",)),
        (b"A: b\n\nC: d", [b"A"], 4, ()),
        (b" fold of nothing\r\n", [], 18, ("no-blank-line", "no-header")),
        (b"From bob Sat Jan  1 00:00:00 2000\r\nA: b\r\n\r\n", [b"A"], 0, ("bad-line",)),
        (b"A: b\r\n: c\r\n fold\r\nD: e\r\n\r\n", [b"A", b"D"], 0, ("bad-line",)),
        (b"A: \0\r\n\r\n\0", [b"A"], 1, ("nul",)),
        (b"A: \xe4\r\n\r\n\xe4", [b"A"], 1, ("8bit",)),
        ("A: ü€\U0001f4a9\r\n x\r\n\r\n".encode(), [b"A"], 0, ()),
        (b"A: \xe2\x82\r\nB: c\r\n\r\n", [b"A", b"B"], 0, ("8bit",)),
        (b"A: \xed\xa0\x80\r\n\r\n", [b"A"], 0, ("8bit",)),
        (b"A: \xe2\x82", [b"A"], 0, ("8bit", "no-blank-line")),
        (b"A\0B: c\r\nD: e\r\n\r\n", [b"D"], 0, ("bad-line", "nul")),
    ],
)
def test_broken_messages_are_honest_records(
    message: bytes, names: list[bytes], body: int, defects: tuple[str, ...]
) -> None:
    header, facts = read(message)
    assert ([f.name for f in header.fields], facts.octets, header.defects) == (names, body, defects)


def test_a_field_of_a_megabyte_is_cut_and_told() -> None:
    header, body = read(b"Big: " + b"x" * 1_000_000 + b"\r\nSmall: y\r\n\r\nbody")
    assert len(header.fields[0].value) == CUT_KEPT - len("Big:")
    assert header.first("Small") == b" y"
    assert (header.dropped, header.defects, body.octets) == (1, ("field-too-long",), 4)


def all_staff(octets: int) -> bytes:
    """A To field of about ``octets`` octets, folded after each mailbox."""
    return b"To: " + b",\r\n ".join(b"person%04d@contractor.example" % n for n in range(octets // 33)) + b"\r\n"


@pytest.mark.parametrize("octets", [20_000, 43_000, 63_000])
def test_a_long_field_is_kept_whole_where_the_header_leaves_room(octets: int) -> None:
    header, _ = fed_three_ways(
        read, b"From: a@x.example\r\n" + all_staff(octets) + b"Date: y\r\n\r\n", range(0, octets, 997)
    )
    assert [f.name for f in header.fields] == [b"From", b"To", b"Date"]
    assert header.fields[1].value == all_staff(octets)[3:-2]
    assert (header.dropped, header.defects) == (0, ())


def test_a_long_field_is_cut_when_fields_after_it_need_the_room() -> None:
    others = [b"X-%d: " % n + b"y" * 1_990 + b"\r\n" for n in range(20)]
    header, _ = read(all_staff(60_000) + b"".join(others) + b"From: a@x.example\r\n\r\n")
    assert len(header.fields) == 22
    assert len(header.fields[0].value) == CUT_KEPT - len("To:")
    assert (header.dropped, header.defects) == (1, ("field-too-long",))


def test_a_megabyte_of_folds_is_one_field_that_is_cut() -> None:
    header, _ = read(b"Big: a\r\n" + b" fold\r\n" * 150_000 + b"Small: y\r\n\r\n")
    assert [f.name for f in header.fields] == [b"Big", b"Small"]
    assert header.dropped == 1


def test_of_a_hundred_thousand_fields_the_first_are_kept_and_the_rest_counted() -> None:
    header, body = read(b"A: b\r\n" * 100_000 + b"\r\nbody\r\n")
    assert (len(header.fields), header.dropped) == (FIELDS_KEPT, 100_000 - FIELDS_KEPT)
    assert (header.octets, body.octets, header.defects) == (600_002, 6, ("header-too-long",))


def test_64_kib_are_kept_in_all_and_a_small_field_still_fits() -> None:
    header, _ = read((b"Big: " + b"x" * 9_991 + b"\r\n") * 10 + b"Small: y\r\n\r\n")
    assert sum(len(f.name) + 1 + len(f.value) + 2 for f in header.fields) <= KEPT
    assert (len(header.fields), header.dropped, header.first("Small")) == (7, 4, b" y")


@pytest.mark.parametrize(
    ("message", "bare_cr", "bare_lf"),
    [
        (b"A: b\r\n\r\na\r\n", False, False),
        (b"A: b\r\n\r\na\rb\r\n", True, False),
        (b"A: b\r\n\r\na\nb\r\n", False, True),
        (b"A: b\r\n\r\na\r", True, False),
        (b"A: b\r\n\r\na\r\r\n", True, False),
        (b"A: b\nC: d\r\n\r\n", False, True),
        (b"A: b\rc\r\n\r\n", True, False),
    ],
)
def test_bare_cr_and_lf_are_seen_in_header_and_body(message: bytes, bare_cr: bool, bare_lf: bool) -> None:
    body = fed_three_ways(read, message)[1]
    assert (body.bare_cr, body.bare_lf) == (bare_cr, bare_lf)


@pytest.mark.parametrize(
    ("body", "lines"),
    [(b"", 0), (b"a", 1), (b"\r\n", 1), (b"a\r\nb", 2), (b"a\r\nb\r\n", 2), (b"a\nb\r\n", 1), (b"\r", 1)],
)
def test_lines_are_those_that_end_in_crlf_and_a_last_one_without(body: bytes, lines: int) -> None:
    assert read(b"A: b\r\nC: d\r\n\r\n" + body)[1].lines == lines


SIGNED = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/%s; d=sender.example; s=k; h=from;\r\n"
    b" bh=Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8=; b=Zm9v%s\r\nFrom: a@sender.example\r\n\r\n"
)


def test_the_digests_that_signatures_ask_for_are_computed_as_the_body_streams_by() -> None:
    """Simple canonicalisation reduces the empty lines at the end to one CRLF (RFC 6376 §3.4.3)."""
    message = SIGNED % (b"simple", b"") + b"hello\r\nworld\r\n\r\n\r\n"
    wanted = DigestWanted(DigestAlgorithm.SHA256, Canonicalization.SIMPLE)
    digests = dict(fed_three_ways(read, message)[1].digests)
    assert digests == {wanted: hashlib.sha256(b"hello\r\nworld\r\n").digest()}


def test_a_digest_that_the_body_is_too_short_for_is_absent() -> None:
    assert not read(SIGNED % (b"simple", b"; l=100") + b"short\r\n")[1].digests


def test_a_message_without_signature_is_not_hashed() -> None:
    assert not read(b"From: a@sender.example\r\n\r\nhello\r\n")[1].digests


def test_printing_a_stream_or_its_result_shows_nothing_of_the_message() -> None:
    stream = MessageStream()
    stream.feed(b"Subject: canary\r\n\r\ncanary\r\n")
    assert "canary" not in repr(stream)
    assert "canary" not in repr(stream.finish())


def test_memory_does_not_grow_with_the_body() -> None:
    stream = MessageStream()
    stream.feed(SIGNED % (b"relaxed", b""))
    packet = b"some words of prose. \r\n" * 3000
    stream.feed(packet)
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(100):
            stream.feed(packet)
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < len(packet)


def test_fields_beyond_those_that_are_kept_are_counted_alike_in_one_go_and_octet_by_octet() -> None:
    fields = [
        b"A: b\r\n",
        b"B: c\r\n\tfold\r\n",
        b"Received: x\r\n y\r\n",
        b"RECEIVED : z\n",
        b"bad\0line: a\r\n",
        b"C:\xe9\n",
    ]
    message = b"".join(fields) * 400 + b"\r\nbody\r\n"
    whole, _ = fed_three_ways(read, message, range(0, len(message), 997))
    assert len(whole.fields) == FIELDS_KEPT
    stream = MessageStream()
    stream.feed(message)
    stream.finish()
    assert stream.hops == 800
