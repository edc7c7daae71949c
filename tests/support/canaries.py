"""Canaries: words that stand nowhere else, and every form in which a file might hold one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DIGEST_OCTETS = 6
"""How much of an unkeyed digest is looked for: who shortens one still lets a guess be confirmed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A canary that was found where none may be."""

    file: str
    canary: str
    """The place that it was put into: ``body``, ``subject``, …"""
    form: str


def forms(word: str) -> dict[str, bytes]:
    """Name of the form → the octets that give ``word`` away in it. Case is folded before comparing, where it may be."""
    octets = word.encode("ascii")
    found = {
        "plain": octets,
        "backwards": octets[::-1],
        "quoted-printable": b"".join(b"=%02X" % octet for octet in octets),
        "percent": b"".join(b"%%%02X" % octet for octet in octets),
        "entities": b"".join(b"&#%d;" % octet for octet in octets),
        "hex": binascii.hexlify(octets),
        "UTF-16 little-endian": word.encode("utf-16-le"),
        "UTF-16 big-endian": word.encode("utf-16-be"),
        "base32": base64.b32encode(octets)[: len(octets) * 8 // 5],
        "ascii85": base64.a85encode(octets)[: len(octets) // 4 * 5],
        "list of octets": ", ".join(map(str, octets)).encode(),
    }
    for shift in range(3):
        found[f"base64, {shift} octets in"] = _base64_core(octets, shift)
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, octets).digest()
        found[f"{name}, raw"] = digest[:DIGEST_OCTETS]
        found[f"{name}, hex"] = binascii.hexlify(digest[:DIGEST_OCTETS])
        found[f"{name}, base64"] = base64.b64encode(digest)[: DIGEST_OCTETS * 8 // 6]
    return found


_CASE_MATTERS = ("base64", "raw", "ascii85")


def _base64_core(octets: bytes, shift: int) -> bytes:
    """The characters of base64 that ``octets`` alone decide when they begin ``shift`` octets into a group of three."""
    encoded = base64.b64encode(bytes(shift) + octets)
    first = -(-shift * 8 // 6)
    last = (shift + len(octets)) * 8 // 6
    return encoded[first:last]


@dataclass(frozen=True, slots=True)
class Canaries:
    """``words``: place → the word that was put there."""

    words: Mapping[str, str]

    def in_octets(self, octets: bytes, file: str) -> Iterator[Finding]:
        """Every canary in any form in ``octets``; line breaks of encoders and of quoted-printable are seen through."""
        texts = [
            octets,
            octets.replace(b"=\r\n", b"").replace(b"=\n", b""),
            octets.replace(b"\r\n", b"").replace(b"\n", b""),
        ]
        folded = [text.lower() for text in texts]
        unquoted = [urllib.parse.unquote_to_bytes(octets.replace(b"=", b"%")).lower()]
        for place, word in self.words.items():
            for form, wanted in forms(word).items():
                if any(mark in form for mark in _CASE_MATTERS):
                    seen = any(wanted in text for text in texts)
                else:
                    seen = any(wanted.lower() in text for text in folded)
                if seen or (form == "plain" and any(wanted.lower() in text for text in unquoted)):
                    yield Finding(file, place, form)

    def in_folders(self, folders: Iterable[Path]) -> list[Finding]:
        """Every canary in any file below ``folders``, in its content or in its name."""
        found: list[Finding] = []
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                name = str(path.relative_to(folder))
                found += self.in_octets(name.encode(), f"{name} (its name)")
                if path.is_file():
                    found += self.in_octets(path.read_bytes(), name)
        return found
