"""BodyDigest: whatever the segmentation, the digest is the one of the whole body."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint import BodyDigest
from catcher.model.mail.transaction import Canonicalization, DigestAlgorithm, DigestWanted
from tests.support.signing import canonical_body

bodies = st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b" ", b"\t", b"  \t", b"a", b"\x00", b"\xff="])).map(b"".join)
canonicalizations = st.sampled_from(Canonicalization)


def digest(body: bytes, wanted: DigestWanted, cuts: list[int]) -> bytes | None:
    consumer = BodyDigest(wanted)
    start = 0
    for cut in sorted(cuts):
        consumer.feed(memoryview(body)[start:cut])
        start = max(start, cut)
    consumer.feed(body[start:])
    return consumer.digest()


@given(bodies, canonicalizations, st.lists(st.integers(0, 60), max_size=12))
def test_any_segmentation_gives_what_dkimpy_gives_for_the_whole_body(
    body: bytes, canonicalization: Canonicalization, cuts: list[int]
) -> None:
    canonical = canonical_body(body, canonicalization)
    wanted = DigestWanted(DigestAlgorithm.SHA256, canonicalization)
    assert digest(body, wanted, cuts) == hashlib.sha256(canonical).digest()


@given(bodies, canonicalizations, st.integers(0, 40), st.lists(st.integers(0, 60), max_size=12))
def test_l_covers_the_first_octets_of_the_canonical_body_and_no_digest_is_made_short_of_them(
    body: bytes, canonicalization: Canonicalization, length: int, cuts: list[int]
) -> None:
    canonical = canonical_body(body, canonicalization)
    wanted = DigestWanted(DigestAlgorithm.SHA256, canonicalization, length)
    expected = hashlib.sha256(canonical[:length]).digest() if length <= len(canonical) else None
    assert digest(body, wanted, cuts) == expected


@pytest.mark.parametrize(
    ("canonicalization", "canonical"),
    [(Canonicalization.SIMPLE, b" C \r\nD \t E\r\n"), (Canonicalization.RELAXED, b" C\r\nD E\r\n")],
)
def test_the_example_of_rfc_6376_section_3_4_5(canonicalization: Canonicalization, canonical: bytes) -> None:
    wanted = DigestWanted(DigestAlgorithm.SHA1, canonicalization)
    assert digest(b" C \r\nD \t E\r\n\r\n\r\n", wanted, []) == hashlib.sha1(canonical).digest()


@pytest.mark.parametrize(
    ("body", "canonical"),
    [
        (b" \t" * 4_000_000, b" \r\n"),
        (b"\r\n" * 4_000_000, b""),
        (b"\r\n" * 1_000_000 + b"x", b"\r\n" * 1_000_000 + b"x\r\n"),
        (b" \r\n" * 1_000_000 + b"\n\n\r\n", b"\r\n" * 1_000_000 + b"\n\n\r\n"),
    ],
    ids=["blanks", "empty-lines", "empty-lines-then-text", "bare-lf"],
)
def test_megabytes_of_hostile_repetition_are_read_in_linear_work(body: bytes, canonical: bytes) -> None:
    """Where a regular expression would go back over every run, this ends at once, in one chunk or in many."""
    wanted = DigestWanted(DigestAlgorithm.SHA256, Canonicalization.RELAXED)
    expected = hashlib.sha256(canonical).digest()
    assert digest(body, wanted, []) == expected
    assert digest(body, wanted, list(range(0, len(body), 65_537))) == expected


def test_what_is_carried_between_chunks_stays_small() -> None:
    consumer = BodyDigest(DigestWanted(DigestAlgorithm.SHA256, Canonicalization.RELAXED))
    for _ in range(100):
        consumer.feed(b" \t" * 5_000 + b"\r")
        consumer.feed(b"\n" * 1)
        assert consumer.carried <= 2


@given(st.binary(max_size=40), st.sampled_from([b"\n", b"\r"]))
def test_a_bare_lf_or_cr_ends_no_line(body: bytes, bare: bytes) -> None:
    """RFC 6376 §5.3: lines end in CRLF. Blanks before a bare LF stay, and it isn't counted among empty lines."""
    text = b"a" + body.replace(b"\r", b"").replace(b"\n", b"").replace(b"\t", b" ") + b" " + bare
    canonical = b" ".join(piece for piece in text.split(b" ") if piece not in (b"",)).replace(bare, b"")
    wanted = DigestWanted(DigestAlgorithm.SHA256, Canonicalization.RELAXED)
    expected = canonical.rstrip(b" ") + b" " + bare + b"\r\n"
    assert digest(text, wanted, [len(text) - 1]) == hashlib.sha256(expected).digest()


@given(st.lists(st.integers(1, 70), max_size=30), st.integers(0, 60))
def test_runs_of_blanks_of_any_length_and_number_become_one(runs: list[int], apart: int) -> None:
    word = b"x" * apart + b"y"
    body = word + b"".join(b" " * run + word for run in runs)
    wanted = DigestWanted(DigestAlgorithm.SHA256, Canonicalization.RELAXED)
    assert digest(body, wanted, []) == hashlib.sha256(b" ".join([word] * (len(runs) + 1)) + b"\r\n").digest()
