"""A name as a master file has it → wire format (RFC 1035 §5.1). Octets above 127 mean themselves."""

from __future__ import annotations

import re

from catcher.dns.wire import MAX_NAME

_LENGTHS = [bytes((length,)) for length in range(64)]
_PART = re.compile(rb"\\(?:([0-9]{3})|([^0-9]))|(\.)|[^.\\]+", re.DOTALL)


def name_from_text(text: bytes, origin: bytes) -> bytes:
    """The absolute name that ``text`` means below ``origin`` (absolute, wire format); ``@`` is the origin itself.

    Case is kept. Raises ValueError.
    """
    if text == b"@":
        return origin
    if text == b".":
        return b"\0"
    if b"\\" in text:
        labels, absolute = _labels(text)
    else:
        absolute = text.endswith(b".")
        labels = (text[:-1] if absolute else text).split(b".")
    if b"\0" in text:
        raise ValueError("a name has a zero octet: write \\000, or give a file of text")
    if b"" in labels:
        raise ValueError("a name has an empty label")
    try:
        wire = b"".join([_LENGTHS[len(label)] + label for label in labels]) + (b"\0" if absolute else origin)
    except IndexError:
        raise ValueError("a label has over 63 octets") from None
    if len(wire) > MAX_NAME:
        raise ValueError(f"a name has over {MAX_NAME} octets")
    return wire


def name_to_text(labels: bytes) -> str:
    """Labels in wire format, without the root, as a master file has them: each with a dot behind it."""
    text, at = "", 0
    while at < len(labels):
        end = at + 1 + labels[at]
        text += "".join(map(_character, labels[at + 1 : end])) + "."
        at = end
    return text


def _character(octet: int) -> str:
    if 0x21 <= octet <= 0x7E:
        return ("\\" if octet in b'."\\;()@$' else "") + chr(octet)
    return f"\\{octet:03d}"


def unescape(text: bytes) -> bytes:
    """``text`` with each ``\\DDD`` and ``\\X`` as the octet that it means. Raises ValueError."""
    if b"\\" not in text:
        return bytes(text)
    octets, at = bytearray(), 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise ValueError("a backslash is followed by three digits, or by one other character")
        octets += _meant(match)
        at = match.end()
    return bytes(octets)


def _meant(match: re.Match[bytes]) -> bytes:
    if match[1] is not None:
        if int(match[1]) > 255:
            raise ValueError(r"an escape is \000 to \255")
        return bytes((int(match[1]),))
    return match[0] if match[2] is None else match[2]


def _labels(text: bytes) -> tuple[list[bytes], bool]:
    """The labels of a name with escapes, and whether it ends with a dot that isn't escaped."""
    labels, at, dotted = [bytearray()], 0, False
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise ValueError("a backslash is followed by three digits, or by one other character")
        dotted = match[3] is not None
        if dotted:
            labels.append(bytearray())
        else:
            labels[-1] += _meant(match)
        at = match.end()
    if dotted:
        del labels[-1]
    return [bytes(label) for label in labels], dotted
