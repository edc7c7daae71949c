"""RSA keys are what RFC 8017 asks for; their DER is read by a program that isn't ours."""

from __future__ import annotations

import base64

from dkim.crypto import parse_pem_private_key, parse_public_key

from catcher.demo.keys import Algorithm, make_key


def test_an_rsa_key_has_two_primes_and_2048_bits() -> None:
    key = parse_pem_private_key(make_key(Algorithm.RSA).private)
    assert key["modulus"].bit_length() == 2048
    assert key["prime1"] * key["prime2"] == key["modulus"]
    assert all(pow(base, key[p] - 1, key[p]) == 1 for p in ("prime1", "prime2") for base in (2, 3, 5, 7))


def test_its_exponents_undo_each_other() -> None:
    key = parse_pem_private_key(make_key(Algorithm.RSA).private)
    message = 0xC0FFEE
    assert pow(pow(message, key["publicExponent"], key["modulus"]), key["privateExponent"], key["modulus"]) == message
    assert key["exponent1"] == key["privateExponent"] % (key["prime1"] - 1)
    assert key["exponent2"] == key["privateExponent"] % (key["prime2"] - 1)
    assert key["coefficient"] * key["prime2"] % key["prime1"] == 1


def test_the_record_publishes_the_same_key() -> None:
    key = make_key(Algorithm.RSA)
    public = parse_public_key(base64.b64decode(key.record.partition("p=")[2]))
    assert public["modulus"] == parse_pem_private_key(key.private)["modulus"]


def test_every_key_is_new() -> None:
    assert make_key(Algorithm.ED25519).record != make_key(Algorithm.ED25519).record
