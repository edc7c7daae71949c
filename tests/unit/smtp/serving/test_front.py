"""The one buffer for all reads is wiped after each; a client that doesn't read its replies is held back."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from catcher.smtp import Certificates, ReadBuffer, self_signed
from catcher.smtp.serving.connection import READ_AHEAD
from catcher.smtp.serving.front import READ_OCTETS
from tests.support.smtpwire import MAIL, SETTINGS, RecordingIntake, Wire, conversation, new_server, run

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
