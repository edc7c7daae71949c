"""Two open sessions of one server: what one did, refused or used up doesn't show in the other's replies."""

from __future__ import annotations

import re

import pytest

from tests.support.smtpwire import OPENING, SETTINGS, Wire, new_server, run

_LIMITS = SETTINGS.limits
_PROBE = (
    *["NONSENSE"] * (_LIMITS.errors - 2),
    "EHLO client.example",
    "NOOP",
    OPENING[1],
    *["RCPT TO:<other@elsewhere.example>"] * 2,
    *OPENING[2:],
    "Subject: a\r\n\r\n.",
    *OPENING[1:3],
    "RSET",
    "QUIT",
)
"""What the compared session does; two errors and two refusals more than another's limit would leave it."""


async def _replies(wire: Wire) -> list[str]:
    replies = [await wire.reply()]
    for line in _PROBE:
        replies += await wire.ask(line)
    return [re.sub(r"REF-\d+", "REF", reply) for reply in replies]


@pytest.mark.parametrize(
    "before",
    [
        ["NONSENSE"] * (_LIMITS.errors - 1),
        [*OPENING[:2], *["RCPT TO:<other@elsewhere.example>"] * (_LIMITS.refusals - 1)],
        ["NOOP"] * (_LIMITS.commands - 1),
        ["EHLO other.example"] * 5,
        OPENING[:3],
        [*OPENING[:3], "DATA"],
        [*OPENING[:3], "BDAT 5\r\nSubje"],
        ["EHLO other.example", "MAIL FROM:<other@sender.example> BODY=BINARYMIME SMTPUTF8"],
    ],
    ids=["errors", "refusals", "commands", "greetings", "recipients", "data", "chunks", "parameters"],
)
def test_a_session_leaves_nothing_on_another(before: list[str]) -> None:
    async def alone() -> list[str]:
        return await _replies(Wire(new_server()))

    async def beside_another() -> list[str]:
        server = new_server()
        other = Wire(server)
        await other.reply()
        for line in before:
            await other.ask(line)
        return await _replies(Wire(server))

    expected = run(alone())
    assert expected[-1].startswith("221 ") and any(reply.startswith("354 ") for reply in expected)
    assert run(beside_another()) == expected
