"""Compares the speed of the body stream with aiosmtpd, and of the DKIM body hash with hashlib, in one process."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from catcher.bench.mail.plain_aiosmtpd import plain_session
from catcher.fingerprint import BodyDigest
from catcher.model.mail.transaction import Canonicalization, DigestAlgorithm, DigestWanted
from catcher.smtp.message.data import DataPhase, Message
from catcher.smtp.serving.front import ReadBuffer

_PACKET_OCTETS = 64 * 1024
_BODY_OCTETS = 8 << 20
_ROUNDS = 5

_BASE64 = b"VGhpcyBpcyBhIGxpbmUgb2YgYW4gYXR0YWNobWVudCwgYXMgbW9zdCBvY3RldHMgb2YgbWFpbHM/\r\n"
_PROSE = (
    b"People write lines of words, short ones and long ones, with blanks in between.\r\n"
    b"Some lines are short.\r\n\r\nOthers, which have more to say, go on  for a while until they end.\r\n"
)


@dataclass(frozen=True, slots=True)
class StreamFigure:
    """One measurement and its reference."""

    measure: str
    seconds: float
    """Our CPU seconds for a body of ``_BODY_OCTETS``; the median of ``_ROUNDS`` rounds."""
    reference: float
    """CPU seconds of the reference for the same body."""
    must: float
    goal: float
    faster_is_more: bool
    """True: ``must`` and ``goal`` are factors above 1. False: they are fractions of the reference's speed."""

    @property
    def ratio(self) -> float:
        """Our speed divided by the speed of the reference."""
        return self.reference / self.seconds


def measure_stream() -> Iterator[StreamFigure]:
    """A figure for each budget; our code and its reference are measured alternately."""
    base64, prose = _repeated(_BASE64), _repeated(_PROSE)
    mine, plain = _in_turns(lambda: _catcher(base64), lambda: _aiosmtpd(base64))
    yield StreamFigure("body stream beside aiosmtpd", mine, plain, 20, 60, True)
    for name, body, must, goal in (("base64", base64, 0.7, 0.9), ("prose", prose, 0.25, 0.4)):
        mine, plain = _in_turns(lambda body=body: _digest(body), lambda body=body: _sha256(body))  # type: ignore[misc]
        yield StreamFigure(f"DKIM body hash, relaxed, {name}, beside SHA-256", mine, plain, must, goal, False)


def _repeated(text: bytes) -> bytes:
    return (text * (_BODY_OCTETS // len(text) + 1))[:_BODY_OCTETS]


def _in_turns(one: Callable[[], None], other: Callable[[], None]) -> tuple[float, float]:
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        for run, times in zip((one, other), spent, strict=True):
            before = time.process_time()
            run()
            times.append(time.process_time() - before)
    return median(spent[0]), median(spent[1])


def _packets(body: bytes) -> Iterator[memoryview]:
    view = memoryview(body)
    for start in range(0, len(body), _PACKET_OCTETS):
        yield view[start : start + _PACKET_OCTETS]


def _catcher(body: bytes) -> None:
    buffer = ReadBuffer(_PACKET_OCTETS)
    phase = DataPhase(Message(2 * _BODY_OCTETS))
    phase.feed(b"Subject: a\r\n\r\n")
    for packet in _packets(body):
        buffer.view[: len(packet)] = packet
        phase.feed(buffer.take(len(packet)))
    phase.feed(b"\r\n.\r\n")
    assert phase.ended and phase.message.finish() is not None


def _digest(body: bytes) -> None:
    digest = BodyDigest(DigestWanted(DigestAlgorithm.SHA256, Canonicalization.RELAXED))
    for packet in _packets(body):
        digest.feed(packet)
    assert digest.digest()


def _sha256(body: bytes) -> None:
    digest = hashlib.sha256()
    for packet in _packets(body):
        digest.update(packet)
    assert digest.digest()


class _NoTransport(asyncio.Transport):
    """Drops the server's replies; each reply sets ``spoke``."""

    def __init__(self) -> None:
        super().__init__()
        self.spoke = asyncio.Event()

    def write(self, data: Any) -> None:
        self.spoke.set()

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


def _aiosmtpd(body: bytes) -> None:
    logging.getLogger("mail.log").setLevel(logging.ERROR)

    async def main() -> None:
        protocol = plain_session()
        transport = _NoTransport()

        async def say(data: bytes) -> None:
            transport.spoke.clear()
            protocol.data_received(data)
            await transport.spoke.wait()

        protocol.connection_made(transport)
        for command in (b"HELO a\r\n", b"MAIL FROM:<a@a.test>\r\n", b"RCPT TO:<b@b.test>\r\n", b"DATA\r\n"):
            await say(command)
        protocol.data_received(b"Subject: a\r\n\r\n")
        for packet in _packets(body):
            protocol.data_received(bytes(packet))
            await asyncio.sleep(0)
        await say(b"\r\n.\r\n")
        protocol.connection_lost(None)

    asyncio.run(main())
