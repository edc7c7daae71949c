"""The first ARC set (RFC 8617), as Microsoft 365 and Zoho put it on what goes out."""

from __future__ import annotations

import base64
import hashlib
import re

from tests.support.signing import canonical_body, rsa_signature


def sealed(octets: bytes, *, domain: str, selector: str, fields: str, results: str, stamp: str) -> bytes:
    """``octets`` under an ARC set with ``i=1`` and ``cv=none``. ``results``: what follows the authserv-id."""
    head, _, body = octets.partition(b"\r\n\r\n")
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head).decode().split("\r\n")
    known = {}
    for line in unfolded:
        name, _, value = line.partition(":")
        known[name.lower()] = _relaxed(name, value)
    hashed = base64.b64encode(hashlib.sha256(canonical_body(body, "relaxed")).digest()).decode()
    author = f"i=1; {results}"
    message = f"i=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector}; t={stamp}; h={fields}; bh={hashed}; b="
    covered = "".join(f"{known[name]}\r\n" for name in fields.lower().split(":") if name in known)
    message += _signature(covered + _relaxed("ARC-Message-Signature", message))
    seal = f"i=1; a=rsa-sha256; t={stamp}; s={selector}; d={domain}; cv=none; b="
    seal += _signature(
        f"{_relaxed('ARC-Authentication-Results', author)}\r\n{_relaxed('ARC-Message-Signature', message)}\r\n"
        + _relaxed("ARC-Seal", seal)
    )
    added = f"ARC-Seal: {seal}\r\nARC-Message-Signature: {message}\r\nARC-Authentication-Results: {author}\r\n"
    return added.encode() + octets


def _relaxed(name: str, value: str) -> str:
    text = re.sub(r"[ \t]+", " ", value).strip()
    return f"{name.lower().strip()}:{text}"


def _signature(text: str) -> str:
    return base64.b64encode(rsa_signature(text.encode())).decode()
