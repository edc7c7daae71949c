"""Old devices in networks of [[smtp.lenient]]: their faults are taken there, and nowhere else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.smtpwire import OPENING, SETTINGS, RecordingIntake, Wire, new_server, run, segments

LENIENT = replace(SETTINGS, lenient=(ip_network("192.0.2.0/28"), ip_network("2001:db8::/64")))
DEVICE, STRANGER = ("192.0.2.7", 40000), ("192.0.2.77", 40000)
BARE_MAIL = b"From: scanner@sender.example\n\n..dot\nlast\n.\n"


def play(octets: bytes, peer: tuple[str, int], cuts: list[int] | None = None) -> tuple[list[str], RecordingIntake]:
    """The replies to ``octets``, after the greeting, up to the client's end."""
    intake, said = RecordingIntake(), []

    async def main() -> None:
        server = new_server(intake, settings=LENIENT)
        wire = Wire(server, peer)
        await wire.reply()
        for packet in segments(octets, cuts or ()):
            await wire.send(packet)
            await asyncio.sleep(0)
        if not wire.transport.lost:
            wire.half_close()
        while reply := await wire.reply():
            said.append(reply)
        assert not server.counters.internal_errors
        await server.close(1.0)

    run(main())
    return said, intake


def codes(replies: list[str]) -> list[str]:
    return [reply[:3] for reply in replies]


BARE_SESSION = "".join(line + "\n" for line in OPENING).encode() + BARE_MAIL + b"NOOP\nQUIT\n"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, len(BARE_SESSION)), max_size=12))
def test_a_device_that_ends_its_lines_with_lf_alone_delivers(cuts: list[int]) -> None:
    replies, intake = play(BARE_SESSION, DEVICE, cuts)
    assert codes(replies) == ["250", "250", "250", "354", "250", "250", "221"]
    (taken,) = intake.taken
    assert taken.transaction.header is not None and taken.transaction.body is not None
    assert taken.transaction.header.first("From") == b" scanner@sender.example"
    assert taken.transaction.body.octets == len(b".dot\r\nlast\r\n")


def test_a_device_that_mends_no_lines_is_offered_no_chunks() -> None:
    replies, _ = play(b"EHLO device.example\nBDAT 3\nabc", DEVICE)
    assert "CHUNKING" not in replies[0] and "BINARYMIME" not in replies[0] and "PIPELINING" in replies[0]
    assert replies[1].startswith("502 ") and len(replies) == 2
    assert "CHUNKING" in play(b"EHLO device.example\r\n", DEVICE)[0][0]


@pytest.mark.parametrize("end", [b"\r\n.\r\n"])
def test_a_device_may_send_a_bare_newline_in_its_mail(end: bytes) -> None:
    octets = "".join(line + "\r\n" for line in OPENING).encode() + b"Subject: a\r\n\r\nbare\nlf and\rcr" + end
    replies, intake = play(octets, DEVICE)
    assert codes(replies)[-1] == "250"
    body = intake.taken[0].transaction.body
    assert body is not None and body.bare_lf and body.bare_cr
    assert play(octets, STRANGER)[0][-1].startswith("550 5.6.11 ")


@pytest.mark.parametrize("hello", [b"", b"HELO\r\n", b"HELO \r\n", b"EHLO\r\n"])
def test_a_device_needs_no_name_in_helo(hello: bytes) -> None:
    octets = hello + "".join(line + "\r\n" for line in OPENING[1:]).encode() + b"\r\n.\r\nQUIT\r\n"
    replies, intake = play(octets, DEVICE)
    assert codes(replies) == ["250"] * (2 + bool(hello)) + ["354", "250", "221"]
    assert intake.taken[0].transaction.helo == ""
    assert codes(play(octets, STRANGER)[0])[: 1 + bool(hello)] == ["501"] * bool(hello) + ["503"]


def test_elsewhere_a_bare_lf_ends_no_command() -> None:
    replies, intake = play(BARE_SESSION, STRANGER)
    assert not intake.taken
    assert codes(replies)[:4] == ["500"] * 4


def test_a_client_whose_first_line_ends_with_crlf_can_not_be_made_to_smuggle() -> None:
    """A mail server in such a network passes on what others wrote: only CRLF . CRLF ends its data, only CRLF a line."""
    smuggled = b"\n.\nMAIL FROM:<smuggled@sender.example>\nRCPT TO:<reader@army.ml>\nDATA\nx\n.\n"
    octets = "".join(line + "\r\n" for line in OPENING).encode() + b"Subject: a\r\n\r\n" + smuggled
    octets += b"\r\n.\r\nRSET\nMAIL FROM:<smuggled@sender.example>\r\nQUIT\r\n"
    replies, intake = play(octets, DEVICE)
    assert codes(replies) == ["250", "250", "250", "354", "250", "500", "500", "221"]
    assert len(intake.taken) == 1


def test_after_tls_a_device_needs_no_helo_either() -> None:
    async def main() -> None:
        server = new_server(settings=LENIENT)
        wire = Wire(server, DEVICE)
        await wire.reply()
        session = wire.protocol._session
        assert session is not None
        session._dialogue.tls_established()  # type: ignore[attr-defined]
        assert await wire.ask("MAIL FROM:<>") == ["250 2.1.0 ok"]
        await server.close(1.0)

    run(main())


@pytest.mark.parametrize(
    ("address", "is_lenient"),
    [("192.0.2.7", True), ("192.0.2.16", False), ("2001:db8::7", True), ("2001:db8:0:1::7", False)],
)
def test_a_client_is_lenient_by_its_network(address: str, is_lenient: bool) -> None:
    assert LENIENT.is_lenient(address) is is_lenient
    assert SETTINGS.is_lenient(address) is False
