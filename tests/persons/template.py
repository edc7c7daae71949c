"""Header blocks as templates: the text that a program writes, with ``{words}`` where a mail differs from the next.

A line that begins with ``?`` is left out when its words are empty. A line that begins with a blank continues the one
before. Words: ``{from}``, ``{to}``, ``{cc}``, ``{subject}``, ``{topic}``, ``{date}``, ``{answered}``, ``{references}``,
``{thread}`` (Exchange's Thread-Index), ``{domain}``, ``{local}``, ``{rcpt}``, ``{uuid}``, ``{boundary}``, ``{stamp}``,
those of the organisation, and with a number ``{hex:32}``, ``{HEX:28}``, ``{dec:10}``, ``{b64:22}``, ``{url64:22}``.
Addresses take a manner: ``{to:quoted}``, ``{to:bare}``, ``{to:angle}``; Subjects a charset's: ``{subject:q}``,
``{subject:latin}``.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.charset import QP, SHORTEST, Charset
from email.header import Header
from email.utils import format_datetime
from random import Random
from textwrap import wrap

Fields = list[tuple[str, str]]
Mailbox = tuple[str, str]
"""(display name, address)."""
_WORD = re.compile(r"\{([A-Za-z0-9]+)(?::(\w+))?\}")


@dataclass(frozen=True)
class Scene:
    """What the author decided, and when; the template does the rest."""

    author: Mailbox
    to: tuple[Mailbox, ...]
    rcpt: str
    """The recipient at the typo domain."""
    subject: str
    at: datetime
    rng: Random
    cc: tuple[Mailbox, ...] = ()
    references: tuple[str, ...] = ()
    """Message-IDs of the mails before, the answered one last."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Further words, such as ``shop``."""

    @property
    def domain(self) -> str:
        return self.author[1].rpartition("@")[2]

    @property
    def local(self) -> str:
        return self.author[1].rpartition("@")[0]


def fields_of(template: str, scene: Scene) -> Fields:
    """The template's fields in its order; values may be folded."""
    known: dict[str, str] = {}
    found: Fields = []
    for line in template.strip("\n").split("\n"):
        optional = line.startswith("?")
        if line[:1] in " \t":
            name, value = found[-1] if found else ("", "")
            found[-1:] = [(name, f"{value}\r\n{_filled(line, scene, known)}")]
            continue
        name, _, text = line.removeprefix("?").partition(":")
        value = _filled(text.strip(), scene, known)
        if value or not optional:
            found.append((name, value))
    return found


def _filled(text: str, scene: Scene, known: dict[str, str]) -> str:
    return _WORD.sub(lambda match: _word(match[1], match[2] or "", scene, known), text)


def _word(name: str, manner: str, scene: Scene, known: dict[str, str]) -> str:
    """One word; a random one without a manner (``{uuid}``, ``{boundary}``) is the same in the whole mail."""
    if manner.isdigit():
        return _random(name, int(manner), scene.rng)
    match name:
        case "from":
            return _mailboxes((scene.author,), manner)
        case "to":
            return _mailboxes(scene.to, manner)
        case "cc":
            return _mailboxes(scene.cc, manner)
        case "subject":
            return encoded(scene.subject, manner)
        case "topic":
            return encoded(scene.subject.partition(": ")[2] if _is_answer(scene.subject) else scene.subject, manner)
        case "date":
            return format_datetime(scene.at)
        case "stamp":
            return str(int(scene.at.timestamp()))
        case "answered":
            return scene.references[-1] if scene.references else ""
        case "references":
            return "\r\n ".join(scene.references)
        case "thread":
            octets = b"\x01" + scene.rng.randbytes(21 + 5 * len(scene.references))
            return base64.b64encode(octets).decode()
        case "uuid":
            return str(uuid.UUID(int=scene.rng.getrandbits(128), version=4))
        case "UUID":
            return str(uuid.UUID(int=scene.rng.getrandbits(128), version=4)).upper()
        case "boundary":
            return known.setdefault("boundary", _random("hex", 24, scene.rng))
        case "domain":
            return scene.domain
        case "local":
            return scene.local
        case "rcpt":
            return scene.rcpt
        case _:
            return scene.words[name]


def _is_answer(subject: str) -> bool:
    return bool(re.match(r"(?i)(re|aw|fw|fwd|wg|tr|sv|rv)\s?: ", subject))


def _random(name: str, size: int, rng: Random) -> str:
    match name:
        case "hex":
            return f"{rng.getrandbits(4 * size):0{size}x}"
        case "HEX":
            return f"{rng.getrandbits(4 * size):0{size}X}"
        case "dec":
            return str(rng.randrange(10 ** (size - 1), 10**size))
        case "b64":
            return base64.b64encode(rng.randbytes(size)).decode()
        case "url64":
            return base64.urlsafe_b64encode(rng.randbytes(size)).decode().rstrip("=")
        case _:
            raise KeyError(name)


def encoded(text: str, manner: str = "") -> str:
    """``text``, in encoded-words (RFC 2047) where it isn't ASCII, and folded where it is long.

    ``manner``: ``q`` for quoted-printable, ``latin`` for the Western or Cyrillic charset that holds the text, as
    Exchange writes it; else UTF-8 in base64 or quoted-printable, whichever is shorter.
    """
    if text.isascii():
        return "\r\n ".join(wrap(text, 64, break_long_words=False, break_on_hyphens=False)) if len(text) > 64 else text
    name = "utf-8"
    if manner == "latin":
        name = next((each for each in ("iso-8859-1", "iso-8859-2", "koi8-r", "utf-8") if _holds(each, text)), "utf-8")
    charset = Charset(name)
    charset.header_encoding = QP if manner == "q" else SHORTEST
    return Header(text, charset).encode(linesep="\r\n")


def _holds(charset: str, text: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _mailboxes(people: tuple[Mailbox, ...], manner: str) -> str:
    return ",\r\n ".join(_one(name, address, manner) for name, address in people)


def _one(name: str, address: str, manner: str) -> str:
    if manner == "bare":
        return address
    if manner == "angle" or not name:
        return f"<{address}>" if manner == "angle" else address
    if not name.isascii():
        return f"{encoded(name)} <{address}>"
    special = manner == "quoted" or not all(c.isalnum() or c in " -'" for c in name)
    return f'"{name}" <{address}>' if special else f"{name} <{address}>"


def octets_of(fields: Fields, body: str) -> bytes:
    """The message with CRLF lines."""
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"{head}\r\n{body}".encode()


def body_of(fields: Fields, text: str) -> str:
    """A body that fits the Content-Type: two parts where it is a multipart, else the text."""
    content_type = next((value for name, value in fields if name.lower() == "content-type"), "")
    boundary = re.search(r'boundary=(?:"([^"]+)"|([^;\s]+))', content_type)
    lines = text.replace("\n", "\r\n")
    if boundary is None:
        return f"{lines}\r\n"
    part = boundary[1] or boundary[2]
    html = lines.replace("\r\n", "<br>\r\n")
    return (
        f"--{part}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{lines}\r\n"
        f"--{part}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>{html}</body></html>\r\n--{part}--\r\n"
    )
