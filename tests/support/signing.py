"""Signs messages for tests by dkimpy's canonicalisation and RSA, at any time; independent of what is tested.

The keys are for tests alone: they stand here for anyone to read.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from dkim.canonicalization import CanonicalizationPolicy  # type: ignore[import-untyped]
from dkim.crypto import (  # type: ignore[import-untyped]
    HASH_ALGORITHMS,
    RSASSA_PKCS1_v1_5_sign,
    parse_pem_private_key,
)

RSA_KEY = b"""-----BEGIN RSA PRIVATE KEY-----
MIIEpQIBAAKCAQEA6W+iQjilyya4ub6v6qbM9wYGrD0JVYJM2U6Rp5U0xsYTD+HJsqTy7Ri6+I7E
zl4tjbT3lK6m9RC/xZdcmj6ROV9f3moehcml4t8dfreseG+PX+Icm6mfyGNxZnZloEQEymbW0o5g
aMq8Or4p91Svon/j5ocF+6sJ5Zgxl7VIIud3WPulAgH8NTAraetRW65cIFXIlh8TjaYhEVybAISh
lIZd4TMKoBWVs8oRvfbwCSrvaT7+7RTgofx5Z77I2HzivLCxhdwkr7NN5oIUVANQRrwkoVNQpCl2
+3A2NtkpWezFJVudhwB0yVEsndakCbHgZOrQ8CUiVqfcqOI4LhnciQIDAQABAoIBAQCYRlEjP46v
UcgIqqJYwIxNy6mIq5wuInx8+Oq81fEChW0j3BbVqRIqpgo5X/Bz6i1vFhC29aNFk7J1c4Jdv9i+
A0AndzQH8/15XDACXFBuk9+EHZyp0mG/t1bfDvbGL/isC5+w5F1xnmZhL3FyvNSBfUmuNIArpmwj
UD9xhjjTQsmsS61t1aTSJP/+u7ulN3DfCuzdNl4r4xmCRwhR8YvjhhCSRwbsVisyeXu/mmpct/vQ
zEJU7S/q6aZFIvb9zGoV4ML4eKyKNteEQlQ/OfrmZUgG5BZ/ULXjgWG0awnM+H1oPi7e3ck5Mq6p
LaXEM4NGIDA//3GnJKSEu/if6nvtAoGBAPohoHluy6qyUNhk6nGYGujCkQ6A6ywPxannrk5O9yWt
r75mkPU1qY8noUb7CKT0m8At/JO5dGdI7md9Qu9k8UO6to0FlZpQjdo99tLPp+Qakf1rPfA5qHsh
sWCV223aVwp4FbbITGfgZUXWQpcw1WGxpojcl7HRHnOicvRAbmxfAoGBAO7pur4yuv6FxAX+0buk
x0D0fFxIjMQtj9s/KcQV8e4yh29WkBaIh6hiwMtUbiWTXNOq80KsM4/tu0/9lCFyznGZBHqjsRHj
9iQTN9He0B5/b1sZARkvNTJFC7WTT0o22Ewf/aKwbHGEX/Jr4r2ww0zEYlV6DcGJuIDR4SuIheAX
AoGBAJNmFYb5v5NLmVCrx2xBUjovzgNZ/Tvt33GMUa9b4VCW1aXCE1Is2Uq+8888R4/NharubpUv
CGWFGNhrfHJObc6XzNO1or9ZEP623SjFrg5Bih5ogAt8LsjAxiJArRpDPF+y/DjGOCBOn99Tr9Ig
uN3lLloghFQJA4TpCgzdmzTJAoGAfpXQoB34/gqaBiMxtR5lhIEFs0+tZfROGHirBH4sJW0YXWGc
DpRgbFOGmzUs9zPRJ0WYhmb/Gu93I7bT2bUetQnCWciJdVU3gX29QbGwy7fxpG7nKhTdNrlmrtpS
VJwilpMMrDqV+r+MpsGK7b7Oe8pB39A/oZ/65iZOC+bWKBkCgYEAvlrjzlh9VWuzLIotJmeApvcI
aa06pVKPPyBt2uI6M0LR3Zj3onIkVo0P8VMHp6Jk1517WzrmNwPSASCkpsK5jdaJYZP9WqwZomp7
87OGg5+apjxvhYqH1PaQfiVmPuAqUhx21NOk3nCnVaPpNNpl2vHDEmjIrQchPLwvecGmuiQ=
-----END RSA PRIVATE KEY-----"""
RSA_RECORD = (
    b"v=DKIM1; k=rsa; p="
    b"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6W+iQjilyya4ub6v6qbM9wYGrD0JVYJM2U6Rp5U0xsYTD+"
    b"HJsqTy7Ri6+I7Ezl4tjbT3lK6m9RC/xZdcmj6ROV9f3moehcml4t8dfreseG+PX+Icm6mfyGNxZnZloEQEymbW0o5g"
    b"aMq8Or4p91Svon/j5ocF+6sJ5Zgxl7VIIud3WPulAgH8NTAraetRW65cIFXIlh8TjaYhEVybAIShlIZd4TMKoBWVs8"
    b"oRvfbwCSrvaT7+7RTgofx5Z77I2HzivLCxhdwkr7NN5oIUVANQRrwkoVNQpCl2+3A2NtkpWezFJVudhwB0yVEsndak"
    b"CbHgZOrQ8CUiVqfcqOI4LhnciQIDAQAB"
)
SHORT_RSA_KEY = b"""-----BEGIN RSA PRIVATE KEY-----
MIIByQIBAAJhAKeE+vWU+1/LuQSptmTOszZuRVxTrD1wHsp4vCW4PmXbu2+lS27gjQ7wVH/In0Js
nhWRSdoFnGbB6AAcmgXNPznM1r+kbsYvZoJMKYMAKGxXvr+esGvIMWjyrUMuU+KozQIDAQABAmAE
GEoSKrwiUVaKeKOOv0a+M9/aK+lv7wexp1XiDijoUIC6b+3yHecU0GcgYIUUGJeShRkihToizU5m
EK05Plu44VACWjIP/ixPzRArP/T77FtCmfcxcgNLTqVc94VFvXkCMQDeP9F+DxwO+S4x+ODRc76D
CX0V3OwYUtGvLzMO4I+9zg2WGG28Lw7/GAvEGEVRzQsCMQDA9Xr6G3hZJtDqu1PnZIjTXJ3KqlxM
BrhN8IsEkA7z/x2sXWJrpnCBMcZP9rKjmIcCMHBIYbiEPbK65UHN8RcgmMFvC8j94jGvtcwB1pPP
lA9aiLaqBNasF7F9HoSllm/rXQIwJ0GJ3Fo8WL7Z3/ducXP1ljKQc4vHLTxswIaAcdQxBpjPW6LA
BDCfUNlkhB4nZ7r/AjBOIyKLPnRgFSoAyPmyOUrLOa3WYL3thm59s2G634EqXqNH3SrIh/4r5d5f
NWN/hCQ=
-----END RSA PRIVATE KEY-----"""
SHORT_RSA_RECORD = (
    b"v=DKIM1; k=rsa; p="
    b"MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAKeE+vWU+1/LuQSptmTOszZuRVxTrD1wHsp4vCW4PmXbu2+lS27gjQ7wVH"
    b"/In0JsnhWRSdoFnGbB6AAcmgXNPznM1r+kbsYvZoJMKYMAKGxXvr+esGvIMWjyrUMuU+KozQIDAQAB"
)
ED25519_KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key for tests").digest())
ED25519_RECORD = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(ED25519_KEY.public_key().public_bytes_raw())


def signed(
    message: bytes,
    *,
    domain: str = "contractor.example",
    selector: str = "s1",
    algorithm: str = "ed25519-sha256",
    canonicalization: str = "relaxed/relaxed",
    headers: str = "from:to:subject:date",
    key: bytes = RSA_KEY,
    tags: str = "",
) -> bytes:
    """``message`` (CRLF) with a DKIM-Signature on top. ``tags``: more of them, such as ``t=…; x=…; l=…; i=…;``."""
    head, _, body = message.partition(b"\r\n\r\n")
    fields: list[list[bytes]] = []
    for line in head.split(b"\r\n"):
        if line[:1] in b" \t":
            fields[-1][1] += b"\r\n" + line
        else:
            name, _, value = line.partition(b":")
            fields.append([name, value])
    pairs = [(name, value + b"\r\n") for name, value in fields]
    policy = CanonicalizationPolicy.from_c_value(canonicalization.encode())
    canonical = policy.canonicalize_body(body)
    length = next((int(t.strip()[2:]) for t in tags.split(";") if t.strip().startswith("l=")), None)
    make_hash = HASH_ALGORITHMS[algorithm.encode()]
    body_hash = base64.b64encode(make_hash(canonical[:length]).digest()).decode()
    value = (
        f" v=1; a={algorithm}; c={canonicalization}; d={domain}; s={selector}; {tags}\r\n"
        f" h={headers}; bh={body_hash};\r\n b="
    ).encode()
    digest = make_hash()
    left = list(pairs)
    for wanted in headers.lower().split(":"):
        found = next((p for p in reversed(left) if p[0].lower() == wanted.strip().encode()), None)
        if found is not None:
            left.remove(found)
            ((name, text),) = policy.canonicalize_headers([found])
            digest.update(name + b":" + text)
    ((name, text),) = policy.canonicalize_headers([(b"DKIM-Signature", value + b"\r\n")])
    digest.update(name + b":" + text.rstrip())
    if algorithm.startswith("ed25519"):
        octets = ED25519_KEY.sign(digest.digest())
    else:
        octets = bytes(RSASSA_PKCS1_v1_5_sign(digest, parse_pem_private_key(key)))
    return b"DKIM-Signature:" + value + base64.b64encode(octets) + b"\r\n" + message


def rsa_signature(digest: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 of the octets ``digest`` by RSA_KEY with SHA-256."""
    return bytes(RSASSA_PKCS1_v1_5_sign(hashlib.sha256(digest), parse_pem_private_key(RSA_KEY)))


def canonical_body(body: bytes, canonicalization: str) -> bytes:
    """The body as dkimpy canonicalises it (``simple``, ``relaxed``)."""
    return bytes(CanonicalizationPolicy.from_c_value(f"simple/{canonicalization}".encode()).canonicalize_body(body))
