"""An MTA of another make than Postfix: Exim, which sends a whole transaction in few flights."""

from __future__ import annotations

from pathlib import Path

from tests.support.exim import exim
from tests.support.server import running

MAIL = b"From: Alice <alice@contractor.example>\nTo: someone@army.ml\nSubject: hello\n\nhello\n.\nworld\n"


def test_exim_delivers_and_logs_the_reference(tmp_path: Path) -> None:
    with running(tmp_path) as server, exim(server.smtp) as mta:
        for number in range(3):
            log = mta.send(MAIL, sender="alice@contractor.example", recipient=f"person{number}@army.ml")
        observations = server.json("observation", "list")
        assert len(observations) == 3
        assert all(f"ref {o['ref']}" in log for o in observations)


def test_exim_hears_the_explanation_and_tells_its_user(tmp_path: Path) -> None:
    """The 550 after the data makes the sender's own MTA write to the sender, with our words; nothing is sent by us."""
    with running(tmp_path) as server, exim(server.smtp) as mta:
        log = mta.send(MAIL, sender="alice@contractor.example", recipient="someone@navy.ml")
        [observation] = server.json("observation", "list")
        assert observation["outcome"] == "explained"
        refusal = next(line for line in log.splitlines() if " ** someone@navy.ml" in line)
        assert "550 5.1.2" in refusal
        assert "navy.mil" in refusal
        assert observation["ref"] in refusal
