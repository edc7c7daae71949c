"""Nothing of a message, a mailbox or a password gets into a log line at any level (promises 1 and 2)."""

from __future__ import annotations

import asyncio
import logging

import pytest
from aiosmtpd.smtp import SMTP

from tests.support.smtpwire import MemoryTransport, RecordingIntake, Wire, conversation, run, store_down

CANARIES = ("canarybody", "canarysubject", "canarylocal", "canarysecret", "canaryname", "canaryhelo", "192.0.2.7")


async def everything(wire: Wire) -> None:
    await wire.ask("EHLO canaryhelo.example", "MAIL FROM:<canarylocal@sender.example> ENVID=canarysecret", "canarybody")
    await wire.ask("RCPT TO:<canarylocal@army.ml>", "RCPT TO:<canarylocal@refuse.test>", "RCPT TO:<canarylocal@>")
    await wire.ask("VRFY canarylocal", "EXPN canarylocal", "HELP canarylocal", "canary\0secret", "DATA")
    await wire.send(b"Subject: canarysubject\r\nContent-Type: x/y; name=canaryname\r\n\r\ncanarybody\r\n.\r\n")
    await wire.reply()
    await wire.ask("MAIL FROM:<canarylocal@sender.example>", "RCPT TO:<canarylocal@army.ml>", "DATA")
    await wire.send(b"Subject: canarysubject\r\n\r\ncanarybody\r\n")


async def log_in(wire: Wire) -> None:
    await wire.send(b"EHLO canaryhelo.example\r\nauth\tPLAIN canarysecret\r\ncanarysecret\r\n")


async def vanish(wire: Wire) -> None:
    await everything(wire)
    wire.reset()


async def leave(wire: Wire) -> None:
    await everything(wire)
    await wire.send(b".\r\nQUIT\r\n")
    while await wire.reply():
        pass


@pytest.mark.parametrize("play", [log_in, vanish, leave])
@pytest.mark.parametrize("failure", [None, store_down(), ValueError("canarybody")], ids=["stored", "down", "fault"])
def test_no_canary_is_logged(
    play: object, failure: Exception | None, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        conversation(play, RecordingIntake(failure=failure))  # type: ignore[arg-type]
    output = capfd.readouterr()
    written = caplog.text + output.out + output.err + repr([vars(record) for record in caplog.records])
    assert [canary for canary in CANARIES if canary in written] == []


def test_the_search_finds_canaries_in_a_log_that_holds_them(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiosmtpd logs its clients' commands; the same search over its log finds them."""

    async def main() -> None:
        protocol = SMTP(None, hostname="plain.example", loop=asyncio.get_running_loop())
        protocol.connection_made(MemoryTransport(protocol, ("192.0.2.7", 40000)))
        protocol.data_received(b"EHLO canaryhelo.example\r\n")
        for _ in range(10):
            await asyncio.sleep(0)
        protocol.connection_lost(None)

    monkeypatch.setattr(logging.getLogger("mail.log"), "disabled", False)
    with caplog.at_level(logging.DEBUG):
        run(main())
    assert [canary for canary in CANARIES if canary in caplog.text] == ["canaryhelo", "192.0.2.7"]
