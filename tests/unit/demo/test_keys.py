"""The demo's keys in the forms that dkimpy signs with, and the records that publish them."""

from __future__ import annotations

import base64

from dkim.crypto import parse_pem_private_key, parse_public_key
from nacl.signing import SigningKey

from catcher.demo.keys import Algorithm, make_key


def test_an_rsa_record_publishes_the_key_that_signs() -> None:
    key = make_key(Algorithm.RSA)
    private = parse_pem_private_key(key.private)
    public = parse_public_key(base64.b64decode(key.record.partition("p=")[2]))
    assert private["modulus"].bit_length() == 2048
    assert (public["modulus"], public["publicExponent"]) == (private["modulus"], private["publicExponent"])


def test_an_ed25519_record_publishes_the_key_that_signs() -> None:
    key = make_key(Algorithm.ED25519)
    public = base64.b64decode(key.record.partition("p=")[2])
    assert bytes(SigningKey(base64.b64decode(key.private)).verify_key) == public


def test_every_key_is_new() -> None:
    for algorithm in Algorithm:
        assert make_key(algorithm).record != make_key(algorithm).record
