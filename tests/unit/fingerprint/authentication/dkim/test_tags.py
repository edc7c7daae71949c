"""Tag lists and RSA keys: hostile octets are refused by name, never by accident."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.authentication.dkim.rsa import RsaKeyError, read_rsa_key, verify_rsa
from catcher.fingerprint.authentication.dkim.tags import (
    MAX_LIST_OCTETS,
    TagListError,
    base64_value,
    parse_tags,
    without_value_of,
)
from tests.support.signing import RSA_RECORD, rsa_signature

DER = base64.b64decode(RSA_RECORD.rpartition(b"p=")[2])
DIGEST, SIGNATURE = hashlib.sha256(b"x").digest(), rsa_signature(b"x")


def test_a_list_is_read_with_its_folds() -> None:
    assert parse_tags(b" v=1; a = rsa-sha256;\r\n b=AB\r\n\tCD ;") == {
        b"v": b"1",
        b"a": b"rsa-sha256",
        b"b": b"AB\r\n\tCD",
    }


@pytest.mark.parametrize(
    "text", [b"v", b"=1", b"v=1;;a=2", b"v=1; v=2", b"1v=1", b"a b=1", b"v=1;" + b" " * MAX_LIST_OCTETS]
)
def test_what_is_no_list_is_refused_without_repeating_it(text: bytes) -> None:
    with pytest.raises(TagListError) as caught:
        parse_tags(text)
    assert str(caught.value) in {"not a tag", "a tag stands twice", "too long"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b" a=1; b=xyz", b" a=1; b="),
        (b" a=1; b = x\r\n yz ; c=2", b" a=1; b =; c=2"),
        (b" bh=xyz; b=x", b" bh=xyz; b="),
        (b"b=x=y==;a=1", b"b=;a=1"),
    ],
)
def test_the_value_of_b_is_deleted_with_the_white_space_around_it(text: bytes, expected: bytes) -> None:
    assert without_value_of(text, b"b") == expected


@given(st.binary(max_size=200))
def test_any_octets_are_a_list_or_a_tag_list_error(text: bytes) -> None:
    try:
        tags = parse_tags(text)
    except TagListError:
        return
    assert all(name for name in tags)
    for value in tags.values():
        try:
            base64_value(value)
        except TagListError:
            continue


def test_a_key_is_read_in_both_forms() -> None:
    key = read_rsa_key(DER)
    assert (key.key_size, key.public_numbers().e) == (2048, 65537)
    assert read_rsa_key(DER[24:]) == key


@pytest.mark.parametrize(
    "algorithm", ["300b06092a864886f70d01010a", "300b06092a864886f70d010101"], ids=["pss", "no-null"]
)
def test_a_key_of_another_algorithm_is_refused(algorithm: str) -> None:
    """RFC 3279 §2.3.1: the algorithm is rsaEncryption, its parameters are NULL."""
    content = bytes.fromhex(algorithm) + DER[19:]
    with pytest.raises(RsaKeyError):
        read_rsa_key(b"\x30\x82" + len(content).to_bytes(2) + content)


@given(st.binary(max_size=80))
def test_any_octets_are_a_key_or_a_key_error(octets: bytes) -> None:
    with pytest.raises(RsaKeyError):
        read_rsa_key(octets)


@given(st.integers(0, len(DER) - 1), st.integers(1, 255))
def test_a_damaged_key_is_refused_or_verifies_nothing(position: int, change: int) -> None:
    damaged = bytearray(DER)
    damaged[position] ^= change
    assert verify_rsa(read_rsa_key(DER), DIGEST, SIGNATURE)
    try:
        key = read_rsa_key(bytes(damaged))
    except RsaKeyError:
        return
    assert not verify_rsa(key, DIGEST, SIGNATURE)


def test_a_signature_of_another_length_or_beyond_the_modulus_is_refused() -> None:
    key, digest, signature = read_rsa_key(DER), DIGEST, SIGNATURE
    beyond = (int.from_bytes(signature) + key.public_numbers().n).to_bytes(257)
    for wrong in (b"", b"\x00" + signature, signature[1:], beyond, beyond[1:]):
        assert not verify_rsa(key, digest, wrong)


def test_an_oversize_key_is_refused() -> None:
    huge = (1 << 16384) + 1
    content = b"\x02\x82\x08\x02\x00" + huge.to_bytes(2049) + b"\x02\x03\x01\x00\x01"
    with pytest.raises(RsaKeyError):
        read_rsa_key(b"\x30\x82" + len(content).to_bytes(2) + content)
