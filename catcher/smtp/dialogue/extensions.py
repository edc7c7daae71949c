"""The extensions that the answer to EHLO lists (RFC 5321 §4.1.1.1). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from catcher.smtp.wire import replies
from catcher.smtp.wire.replies import Reply


@lru_cache(maxsize=16)
def hello_with_extensions(hostname: str, message_octets: int, recipients: int, starttls: bool, chunks: bool) -> Reply:
    """The answer to EHLO. ``message_octets`` and ``recipients``: the limits that it names."""
    return replies.hello(hostname, *_extensions(message_octets, recipients, starttls=starttls, chunks=chunks))


def _extensions(message_octets: int, recipients: int, *, starttls: bool, chunks: bool) -> Iterator[str]:
    """The keywords, with their parameters, in the order of the answer."""
    yield "PIPELINING"  # RFC 2920
    yield f"SIZE {message_octets}"  # RFC 1870 §4
    if starttls:
        yield "STARTTLS"  # RFC 3207 §2
    yield "8BITMIME"  # RFC 6152
    if chunks:
        yield "BINARYMIME"  # RFC 3030 §3
        yield "CHUNKING"  # RFC 3030 §2
    yield "SMTPUTF8"  # RFC 6531
    yield "ENHANCEDSTATUSCODES"  # RFC 2034
    yield f"LIMITS RCPTMAX={recipients}"  # RFC 9422 §4
    yield "HELP"  # RFC 5321 §4.1.1.8
