"""Turns a message file into a transaction: it corrects line ends, drops a byte order mark and an mbox line, and reads
in chunks."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from catcher.fingerprint.header.addresses import read_mailboxes
from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import BodyFacts, Header, Transaction
from catcher.smtp import MessageStream

_CHUNK = 65_536
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""The mark (in UTF-8) that some programs write before a message; it is no part of the first field's name."""
_MBOX_LINE = re.compile(rb"From (?![ \t]*:)")
"""The start of a line that a mailbox file puts before a message (RFC 4155). ``From :`` is a field with a blank before
its colon (RFC 5322 §4.5)."""
_UNKNOWN = Mailbox("", "")
"""An unknown reverse-path: it has no domain to check, but it isn't the null reverse-path."""


def read_message(file: str) -> tuple[Header, BodyFacts]:
    """Header and body facts of the message in ``file``; ``-`` is stdin. Raises EnvironmentFailure."""
    try:
        if file == "-":
            return _read(sys.stdin.buffer)
        with Path(file).open("rb") as stream:
            return _read(stream)
    except OSError as error:
        raise EnvironmentFailure(f"{file}: {error.strerror}; name a message file that can be read") from error


def transaction_of(
    header: Header,
    body: BodyFacts,
    *,
    at: datetime,
    client: str,
    helo: str,
    reverse_path: tuple[Mailbox | None] | None,
    forward_paths: tuple[Mailbox, ...],
) -> Transaction:
    """A transaction that could have delivered the message.

    ``reverse_path`` None (not given): the Return-Path field is used if there is one, else the reverse-path is unknown,
    which isn't the null reverse-path. Without ``forward_paths``, the addresses in To and Cc are used.
    """
    if reverse_path is None:
        noted = header.first("return-path")
        reverse_path = (next(iter(read_mailboxes([noted])), None) if noted is not None else _UNKNOWN,)
    return Transaction(
        received_at=at,
        client=client,
        helo=helo,
        tls=False,
        reverse_path=reverse_path[0],
        forward_paths=forward_paths or tuple(dict.fromkeys(read_mailboxes(header.all("to") + header.all("cc")))),
        header=header,
        body=body,
    )


def _read(stream: BinaryIO) -> tuple[Header, BodyFacts]:
    message = MessageStream()
    for chunk in _with_crlf(_message_of(stream)):
        message.feed(chunk)
    return message.finish()


def _message_of(stream: BinaryIO) -> Iterator[bytes]:
    """The octets without a byte order mark and without an mbox line at their start."""
    chunk = stream.read(_CHUNK).removeprefix(_BYTE_ORDER_MARK)
    if _MBOX_LINE.match(chunk):
        while chunk and b"\n" not in chunk:
            chunk = stream.read(_CHUNK)
        chunk = chunk.partition(b"\n")[2] or stream.read(_CHUNK)
    while chunk:
        yield chunk
        chunk = stream.read(_CHUNK)


def _with_crlf(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The octets with CRLF in place of each bare LF; a CRLF split over two chunks stays one line end."""
    after_cr = False
    for chunk in chunks:
        whole = b"\r" + chunk if after_cr else chunk
        mended = whole.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        after_cr = chunk.endswith(b"\r")
        yield mended[:-1] if after_cr else mended
    if after_cr:
        yield b"\r"
