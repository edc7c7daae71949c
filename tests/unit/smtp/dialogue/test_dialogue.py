"""The tables of ``order``: each of their cells is played by a real command (RFC 5321 §4.1.4)."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import pytest

from catcher.smtp import SmtpLimits
from catcher.smtp.dialogue.dialogue import Dialogue
from catcher.smtp.dialogue.order import ORDER, OUT_OF_ORDER, DialogueState, DialogueStep
from catcher.smtp.dialogue.pool import EnvelopePool
from catcher.smtp.dialogue.results import CommandResult, ReceiveChunk, ReceiveData
from catcher.smtp.dialogue.verbs import answer
from catcher.smtp.transitions import IllegalTransition
from catcher.smtp.wire.commands import CommandReader
from catcher.smtp.wire.replies import Reply
from tests.support.smtpwire import NOW, ONE_OF_EACH, SETTINGS

MAIL, TAKEN, REFUSED = "MAIL FROM:<writer@sender.example>", "RCPT TO:<reader@army.ml>", "RCPT TO:<reader@refuse.test>"
PATHS = {
    DialogueState.START: [],
    DialogueState.GREETED: ["EHLO client.example"],
    DialogueState.MAIL: ["EHLO client.example", MAIL],
    DialogueState.REFUSED: ["EHLO client.example", MAIL, REFUSED],
    DialogueState.TAKEN: ["EHLO client.example", MAIL, TAKEN],
    DialogueState.CHUNKS: ["EHLO client.example", MAIL, TAKEN, "BDAT 3"],
}
"""State → commands that lead to it."""
STEPS = {
    DialogueStep.HELLO: ["EHLO client.example", "HELO client.example"],
    DialogueStep.MAIL: [MAIL],
    DialogueStep.TAKEN: [TAKEN],
    DialogueStep.REFUSED: [REFUSED],
    DialogueStep.CHUNK: ["BDAT 3"],
    DialogueStep.OVER: ["RSET"],
}
"""Step → commands that make it."""
VERBS = {b"MAIL": MAIL, b"RCPT": TAKEN, b"DATA": "DATA", b"BDAT": "BDAT 3"}
NO_STEPS = ("NOOP", "VRFY <reader@army.ml>", "HELP", "EXPN staff", "NONSENSE", "EHLO", "RSET now", "MAIL", "RCPT TO:<")


def new_dialogue(limits: SmtpLimits = SETTINGS.limits) -> Dialogue:
    numbers = count()
    return Dialogue(
        SETTINGS,
        catalogue=ONE_OF_EACH,
        clock=SimpleNamespace(now=lambda: NOW),
        new_ref=lambda: f"REF-{next(numbers)}",
        address="192.0.2.7",
        pool=EnvelopePool(limits.envelopes_octets),
        tls_offered=True,
    )


def play(dialogue: Dialogue, commands: list[str]) -> CommandResult:
    """The result of the last of the commands."""
    reader = CommandReader()
    reader.feed("".join(line + "\r\n" for line in commands).encode())
    results = []
    while (command := reader.next()) is not None:
        results.append(answer(dialogue, command))
    return results[-1]


def at(state: DialogueState) -> Dialogue:
    dialogue = new_dialogue()
    if PATHS[state]:
        play(dialogue, PATHS[state])
    assert dialogue.transactions.state is state
    return dialogue


def code(result: CommandResult) -> int:
    """The reply code; 0 for a chunk that is taken."""
    if isinstance(result, ReceiveChunk):
        return result.refusal.code if result.refusal else 0
    return result.code if isinstance(result, Reply) else result.reply.code


@pytest.mark.parametrize("state", DialogueState)
@pytest.mark.parametrize("step", DialogueStep)
def test_a_step_leads_where_the_table_says_or_is_refused(state: DialogueState, step: DialogueStep) -> None:
    for command in STEPS[step]:
        dialogue = at(state)
        result = play(dialogue, [command])
        following = ORDER[state].get(step)
        if following is None:
            assert code(result) in (503, 554)
            assert dialogue.transactions.state is state
        else:
            assert code(result) == 550 if step is DialogueStep.REFUSED else code(result) in (0, 250)
            assert dialogue.transactions.state is following


@pytest.mark.parametrize("state", DialogueState)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_refused_where_the_table_says(state: DialogueState, verb: bytes) -> None:
    dialogue = at(state)
    result = play(dialogue, [VERBS[verb]])
    refusal = OUT_OF_ORDER[state].get(verb)
    assert code(result) == (refusal.code if refusal else {b"DATA": 354, b"BDAT": 0}.get(verb, 250))
    if refusal is not None:
        assert dialogue.transactions.state is state


@pytest.mark.parametrize("state", DialogueState)
@pytest.mark.parametrize("command", NO_STEPS)
def test_other_commands_and_faulty_ones_change_nothing(state: DialogueState, command: str) -> None:
    dialogue = at(state)
    play(dialogue, [command])
    assert dialogue.transactions.state is state


@pytest.mark.parametrize("state", DialogueState)
def test_starttls_begins_anew(state: DialogueState) -> None:
    dialogue = at(state)
    dialogue.tls_established()
    assert dialogue.transactions.state is DialogueState.START


@pytest.mark.parametrize("state", DialogueState)
@pytest.mark.parametrize("step", DialogueStep)
def test_a_step_that_the_table_lacks_raises(state: DialogueState, step: DialogueStep) -> None:
    if step not in ORDER[state]:
        with pytest.raises(IllegalTransition):
            ORDER[state][step]


def test_data_is_received_only_where_a_recipient_was_taken() -> None:
    received = [isinstance(play(at(state), ["DATA"]), ReceiveData) for state in DialogueState]
    assert [state for state, is_received in zip(DialogueState, received, strict=True) if is_received] == [
        DialogueState.TAKEN
    ]
