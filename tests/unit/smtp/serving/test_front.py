"""Between the socket and the session: the shared buffer is wiped, and a client that doesn't read is held back."""

from __future__ import annotations

import asyncio
from typing import cast

from catcher.smtp import ReadBuffer
from tests.support.smtpwire import Wire, conversation


def test_what_was_read_is_wiped_from_the_buffer_at_once() -> None:
    """Else it would stay there until the next client's octets cover it (promise 1)."""
    buffer = ReadBuffer(64)
    buffer.view[:12] = b"okapimailbox"
    assert buffer.take(12) == b"okapimailbox"
    assert bytes(buffer.view) == bytes(64)


def test_a_client_that_does_not_read_its_replies_gets_no_more_of_them() -> None:
    """Else its replies would fill our memory."""

    async def play(wire: Wire) -> None:
        await wire.ask("NOOP")
        protocol = cast(asyncio.Protocol, wire.protocol)
        protocol.pause_writing()
        await wire.send(b"NOOP\r\n" * 20)
        assert not wire.transport.output
        protocol.resume_writing()
        assert [await wire.reply() for _ in range(20)] == ["250 2.0.0 ok"] * 20

    conversation(play)
