"""The table of states and verbs in the docstring of ``dialogue``: each of its cells is played (RFC 5321 §4.1.4)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import count, takewhile
from types import SimpleNamespace

import pytest

from catcher.smtp.dialogue.dialogue import Chunk, Dialogue
from catcher.smtp.dialogue.verbs import answer
from catcher.smtp.wire.commands import CommandReader
from tests.support.smtpwire import NOW, ONE_OF_EACH, SETTINGS

MAIL, TAKEN, REFUSED = "MAIL FROM:<writer@sender.example>", "RCPT TO:<reader@army.ml>", "RCPT TO:<reader@refuse.test>"
PATHS = {
    "start": [],
    "greeted": ["EHLO client.example"],
    "mail": ["EHLO client.example", MAIL],
    "refused": ["EHLO client.example", MAIL, REFUSED],
    "taken": ["EHLO client.example", MAIL, TAKEN],
    "chunks": ["EHLO client.example", MAIL, TAKEN, "BDAT 3"],
}
"""State → commands that lead to it."""
COMMANDS = {
    "EHLO, HELO": ["EHLO client.example", "HELO client.example"],
    "MAIL": [MAIL],
    "RCPT, taken": [TAKEN],
    "RCPT, refused": [REFUSED],
    "DATA": ["DATA"],
    "BDAT": ["BDAT 3"],
    "RSET": ["RSET"],
    "NOOP": ["NOOP", "VRFY <reader@army.ml>", "HELP"],
}
PROBES = (MAIL, TAKEN, "DATA", "BDAT 3")
"""Commands whose replies differ between any two states."""


def play(commands: list[str]) -> list[int]:
    """The reply code to each command of a new session; 0 for a chunk that is taken."""
    numbers = count()
    session = Dialogue(
        SETTINGS,
        catalogue=ONE_OF_EACH,
        clock=SimpleNamespace(now=lambda: NOW),
        new_ref=lambda: f"REF-{next(numbers)}",
        address="192.0.2.7",
        tls_offered=True,
    )
    codes = []
    for line in commands:
        reader = CommandReader()
        reader.feed(line.encode() + b"\r\n")
        command = reader.next()
        assert command is not None
        reply = answer(session, command)
        if isinstance(reply, Chunk):
            codes.append(reply.refusal.code if reply.refusal else 0)
        else:
            codes.append(reply.code)
    return codes


def probed(commands: list[str]) -> list[int]:
    return [play([*commands, probe])[-1] for probe in PROBES]


def cells() -> Iterator[tuple[str, str, str]]:
    """(row, state, cell) of the table."""
    text = sys.modules[Dialogue.__module__].__doc__ or ""
    rows = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines()]
    head = next(number for number, row in enumerate(rows) if row[0] == "verb")
    _, *states = rows[head]
    for row, *found in takewhile(lambda row: row[0], rows[head + 1 :]):
        yield from ((row, state, cell) for state, cell in zip(states, found, strict=True))


def test_the_probes_tell_any_two_states_apart() -> None:
    assert len({tuple(probed(path)) for path in PATHS.values()}) == len(PATHS)


def test_the_table_has_a_cell_for_each_verb_and_state() -> None:
    assert [(row, state) for row, state, _ in cells()] == [(row, state) for row in COMMANDS for state in PATHS]


@pytest.mark.parametrize(("row", "state", "cell"), list(cells()))
def test_a_cell_of_the_table_holds(row: str, state: str, cell: str) -> None:
    for command in COMMANDS[row]:
        path = [*PATHS[state], command]
        code = play(path)[-1]
        if cell.isdigit():
            assert code == int(cell)
            after = PATHS[state]
        else:
            assert command == REFUSED or code < 400
            after = PATHS[cell]
        if code != 354:
            assert probed(path) == probed(after)
