"""Files with secrets: TSIG keys, secrets of cookies, and the key from which the daily secrets of cookies are made."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from catcher.dns.answering.cookies import SECRET_OCTETS, Daily, Fixed, Secrets
from catcher.dns.answering.tsig import ALGORITHMS, Key
from catcher.dns.wire import name_to_wire
from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import Fault
from catcher.regularfile import read_regular, read_regular_text

COOKIE_KEY = "dns-cookies.key"
"""Name of the file, in the folder of keys, with the key from which the daily secrets are derived."""
_COOKIE_KEY_OCTETS = 32
"""Octets of the key in that file: 256 bits, for BLAKE2b."""
_LEAST = 16
"""Fewest octets of a TSIG secret: RFC 8945 §8 recommends the digest's length; half of SHA-256's length is accepted."""

_TOKEN = re.compile(r'\s+|//[^\n]*|#[^\n]*|/\*.*?\*/|(?P<token>[{};]|"[^"\n]*"|[^\s{};"]+)', re.DOTALL)
_CLAUSE = "write it as tsig-keygen prints it"


class _Wrong(Exception):
    """A fault in a file. Its text never holds a secret."""

    def __init__(self, place: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.place, self.what, self.remedy = place, what, remedy


def tsig_keys(path: Path) -> tuple[dict[str, Key], list[Fault]]:
    """The ``key`` clauses of ``path`` (BIND's syntax) by name."""
    text, faults = _private(path)
    keys: dict[str, Key] = {}
    try:
        for line, key, name in _clauses(text):
            if name in keys:
                raise _Wrong(line, f"the key {name} stands here twice", "give each key a name of its own")
            keys[name] = key
    except _Wrong as wrong:
        faults.append(Fault(f"{path}:{wrong.place}", wrong.what, wrong.remedy))
    return keys, faults


def cookie_secrets(path: Path) -> tuple[Secrets, list[Fault]]:
    """The secrets of ``path``: 32 hexadecimal digits a line; empty lines and lines with ``#`` are skipped."""
    text, faults = _private(path)
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                secret = bytes.fromhex(line)
            except ValueError:
                secret = b""
            if len(secret) != SECRET_OCTETS:
                remedy = "write 32 hexadecimal digits, as `openssl rand -hex 16` does"
                faults.append(Fault(f"{path}:{number}", "it is no secret of 16 octets", remedy))
            found.append(secret)
    if not found and not faults:
        faults.append(Fault(str(path), "it holds no secret", "write 32 hexadecimal digits on a line"))
    return Fixed(tuple(found)), faults


def own_cookie_secrets(folder: Path) -> Secrets:
    """Daily secrets from the key in ``folder``; a missing key is made.

    If the key file can't be written or read, a random key lasts until the next load, and clients with older cookies get
    new ones.
    """
    path = folder / COOKIE_KEY
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_COOKIE_KEY_OCTETS))
        key = read_regular(path)
    except OSError:
        key = b""
    return Daily(key if len(key) == _COOKIE_KEY_OCTETS else secrets.token_bytes(_COOKIE_KEY_OCTETS))


def _private(path: Path) -> tuple[str, list[Fault]]:
    """The text of a file, and a fault if others may read it."""
    try:
        mode = path.stat().st_mode
        text = read_regular_text(path, "ascii")
    except OSError as error:
        return "", [Fault(str(path), f"it can't be read: {error.strerror}", "name a readable file")]
    except UnicodeDecodeError:
        return "", [Fault(str(path), "it is not ASCII text", _CLAUSE)]
    if mode & 0o007:
        return text, [Fault(str(path), "everybody on this machine may read or write it", "chmod 600 it")]
    return text, []


def _clauses(text: str) -> Iterator[tuple[int, Key, str]]:
    """Line, key and name of each ``key "name" { algorithm A; secret "S"; };``."""
    tokens = _tokens(text)
    for line, token in tokens:
        if token != "key":
            raise _Wrong(line, "here a key should begin", _CLAUSE)
        name = _next(tokens, line)
        _expect(tokens, line, "{")
        values: dict[str, str] = {}
        while (word := _next(tokens, line)) != "}":
            values[word] = _next(tokens, line)
            _expect(tokens, line, ";")
        _expect(tokens, line, ";")
        yield line, _key(line, name, values), name.lower().rstrip(".")


def _key(line: int, name: str, values: dict[str, str]) -> Key:
    try:
        wire = name_to_wire(to_alabel(name.rstrip(".")))
    except DomainError:
        raise _Wrong(line, "the key's name is not a domain name", 'name it like "secondary.sink.example"') from None
    algorithm = values.get("algorithm", "").lower().rstrip(".")
    if algorithm not in ALGORITHMS:
        raise _Wrong(line, "the algorithm is not one for keys here", f"use one of {', '.join(ALGORITHMS)}")
    try:
        secret = base64.b64decode(values.get("secret", ""), validate=True)
    except binascii.Error:
        raise _Wrong(line, "the secret is not base64", _CLAUSE) from None
    if len(secret) < _LEAST:
        raise _Wrong(line, f"the secret has less than {_LEAST} octets", "make one with tsig-keygen")
    return Key(wire, algorithm, secret)


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _Wrong(line, "a quotation mark isn't closed", _CLAUSE)
        token = match["token"]
        if token is not None:
            yield line, token.strip('"')
        line += match[0].count("\n")
        at = match.end()


def _next(tokens: Iterator[tuple[int, str]], line: int) -> str:
    found = next(tokens, None)
    if found is None:
        raise _Wrong(line, "the key has no end", _CLAUSE)
    return found[1]


def _expect(tokens: Iterator[tuple[int, str]], line: int, wanted: str) -> None:
    if _next(tokens, line) != wanted:
        raise _Wrong(line, f'"{wanted}" is missing in this key', _CLAUSE)
