"""The one buffer for all reads is wiped after each; a client that doesn't read its replies is held back."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import ssl
import weakref
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from catcher.smtp import Certificates, ReadBuffer, self_signed
from catcher.smtp.serving.connection import READ_AHEAD
from catcher.smtp.serving.front import PROXY_SECONDS, READ_OCTETS
from tests.support.smtpwire import (
    MAIL,
    SETTINGS,
    MemoryTransport,
    RecordingIntake,
    Wire,
    conversation,
    new_server,
    run,
    settle,
)

SECRET = b"canary-of-a-body"


def test_what_is_taken_is_overwritten() -> None:
    buffer = ReadBuffer(64)
    buffer.view[: len(SECRET)] = SECRET
    assert buffer.take(len(SECRET)) == SECRET
    assert bytes(buffer.view) == bytes(64)


@pytest.mark.parametrize("proxied", [False, True])
def test_after_each_read_the_buffer_is_empty(proxied: bool) -> None:
    proxies = (ipaddress.ip_network("192.0.2.0/24"),) if proxied else ()
    pieces = [b"PROXY TCP4 198.51.100.9 192.0.2.1 9 25\r\n"] if proxied else []
    pieces += [MAIL.replace(b"body", SECRET), b"AUTH PLAIN " + SECRET + b"\r\n", b"after the end " + SECRET]

    async def main() -> None:
        wire = Wire(new_server(RecordingIntake(), settings=replace(SETTINGS, proxies=proxies)))
        buffer = wire.protocol.get_buffer(-1)
        for piece in pieces:
            wire.arrive(piece)
            assert bytes(buffer) == bytes(len(buffer))
        wire.reset()

    run(main())


def test_what_was_decrypted_is_overwritten(tmp_path: Path) -> None:
    files = self_signed(tmp_path, "mx.sink.example", datetime(2026, 5, 4, tzinfo=UTC))

    async def main() -> None:
        wire = Wire(new_server(RecordingIntake(), certificates=Certificates([(file, file) for file in files])))
        await wire.reply()
        await wire.ask("EHLO client.example", "STARTTLS")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context.wrap_bio(incoming, outgoing)
        for _ in range(3):
            try:
                client.do_handshake()
            except ssl.SSLWantReadError:
                wire.arrive(outgoing.read())
                incoming.write(bytes(wire.transport.output))
                wire.transport.output.clear()
        client.write(b"EHLO " + SECRET + b".example\r\n")
        wire.arrive(outgoing.read())
        incoming.write(bytes(wire.transport.output))
        wire.transport.output.clear()
        assert client.read(4096).startswith(b"250-mx.sink.example")
        assert SECRET not in bytes(wire.protocol.get_buffer(-1))
        wire.reset()

    run(main())


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


@pytest.mark.parametrize(
    "before", [["NOOP"], ["MAIL FROM:<a@contractor.example>", "RCPT TO:<b@army.ml>", "BDAT 10\r\n0123456789"]]
)
def test_a_client_that_does_not_read_its_replies_leaves_few_commands_with_us(before: list[str]) -> None:
    """Else 8,000 clients would leave a whole read each: 500 megabytes."""
    kept = 0

    async def play(wire: Wire) -> None:
        nonlocal kept
        await wire.ask("EHLO client.example", *before)
        cast(asyncio.Protocol, wire.protocol).pause_writing()
        while wire.transport.reading:
            octets = len(wire.protocol.get_buffer(-1))
            wire.arrive((b"NOOP\r\n" * octets)[:octets])
            kept += octets
        wire.reset()

    conversation(play)
    assert 0 < kept <= 2 * READ_AHEAD


def test_a_read_takes_the_data_that_is_due_and_few_commands() -> None:
    sizes = []

    async def play(wire: Wire) -> None:
        await wire.ask("EHLO client.example", "MAIL FROM:<a@contractor.example>", "RCPT TO:<b@army.ml>")
        await wire.send(b"BDAT 20000\r\n")
        sizes.append(len(wire.protocol.get_buffer(-1)))
        await wire.send(bytes(20_000))
        await wire.reply()
        await wire.ask("RSET", "MAIL FROM:<a@contractor.example>", "RCPT TO:<b@army.ml>", "DATA")
        sizes.append(len(wire.protocol.get_buffer(-1)))
        wire.reset()

    conversation(play)
    assert sizes == [20_000 + READ_AHEAD, READ_OCTETS]


def test_reading_is_held_up_only_while_there_is_an_open_connection() -> None:
    """A session may ask for it before the connection is made, while it closes and once it is gone."""

    async def main() -> None:
        front = new_server().protocol()
        front.pause_reading()
        front.resume_reading()
        front.write(b"x")
        assert front.is_closing() and front.get_extra_info("peername", "nobody") == "nobody"
        transport = MemoryTransport(front, ("192.0.2.7", 40000))
        front.connection_made(transport)
        assert front.get_extra_info("peername") == ("192.0.2.7", 40000)
        reads = []
        front.pause_reading()
        reads.append(transport.reading)
        front.resume_reading()
        reads.append(transport.reading)
        transport.stuck = True
        front.close()
        front.pause_reading()
        reads.append(transport.reading)
        transport.reading = False
        front.resume_reading()
        reads.append(transport.reading)
        assert reads == [False, True, True, False], "nothing changes any more once it closes"
        transport.abort()
        await settle()
        front.pause_reading()
        front.resume_reading()
        front.close()
        front.abort()
        assert front.is_closing() and front.get_extra_info("peername") is None

    run(main())


def test_a_client_behind_a_proxy_may_stay_after_its_header() -> None:
    proxied = replace(SETTINGS, proxies=(ipaddress.ip_network("192.0.2.0/24"),))

    async def main() -> None:
        wire = Wire(new_server(settings=proxied))
        await wire.send(b"PROXY TCP4 198.51.100.9 192.0.2.1 9 25\r\n")
        assert (await wire.reply())[:3] == "220"
        await asyncio.sleep(2 * PROXY_SECONDS)
        assert await wire.ask("NOOP") == ["250 2.0.0 ok"]
        wire.reset()

    run(main())


def test_of_a_connection_that_is_gone_no_timer_is_left() -> None:
    """Else connections that say nothing and go would be remembered, with their buffers, for ten seconds."""
    proxied = replace(SETTINGS, proxies=(ipaddress.ip_network("192.0.2.0/24"),))

    async def main() -> None:
        wire = Wire(new_server(settings=proxied))
        wire.arrive(b"PROXY TC")
        wire.reset()
        await settle()
        before = asyncio.get_running_loop().time()
        assert wire.transport.lost and not wire.transport.output
        gone = weakref.ref(wire.transport)
        del wire
        gc.collect()
        assert gone() is None and asyncio.get_running_loop().time() == before

    run(main())


def test_an_address_that_is_not_to_be_had_gets_no_session() -> None:
    async def main() -> None:
        server = new_server()
        wire = Wire(server, None)
        await wire.ended()
        assert not server.counters.connections and not wire.protocol.eof_received()

    run(main())
