"""Walks tests/transcripts/dns: what is held and published, what is asked, what must come back.

::

    # a comment, or what the case is about
    at 2026-11-03T12:00:00Z           the time of the questions below it
    catalogue army.ml,army.mil,accept a row
    template | zone NAME              indented lines below are its file
    > army.ml MX                      a question; behind it: tcp, edns=1232
    < NOERROR aa                      the reply: rcode and flags, then each record
    < answer army.ml. 300 MX 10 mx.sink.example.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from catcher.dns import Transport
from catcher.model.mail.policy import Policy
from tests.support.dnsserver.serving import NOW, ask, lines, serving

FOLDER = Path(__file__).parents[2] / "transcripts" / "dns"


@dataclass
class Exchange:
    """A question and what must come back."""

    asked: str
    at: datetime
    expected: list[str] = field(default_factory=list)


@dataclass
class Transcript:
    """One file."""

    rows: list[str] = field(default_factory=list)
    template: str | None = None
    zones: dict[str, str] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)


def read(path: Path) -> Transcript:
    """Every line must be understood: a misspelt one would test nothing."""
    script, at, into = Transcript(), NOW, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if line.startswith("    "):
            if into == "template":
                script.template = (script.template or "") + line.strip() + "\n"
            else:
                script.zones[into] += line.strip() + "\n"
        elif word == "at":
            at = datetime.fromisoformat(rest)
        elif word == "catalogue":
            script.rows.append(rest)
        elif word in ("template", "zone"):
            into = rest or word
            if rest:
                script.zones[rest] = ""
        elif word == ">":
            script.exchanges.append(Exchange(rest, at))
        elif word == "<":
            script.exchanges[-1].expected.append(rest)
        else:
            assert not word or word == "#", line
    return script


def files() -> list[Path]:
    return sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_transcript(path: Path, tmp_path: Path) -> None:
    script = read(path)
    assert script.exchanges
    authority = serving(tmp_path, tuple(script.rows), template=script.template, zones=script.zones)
    for exchange in script.exchanges:
        name, qtype, *options = exchange.asked.split()
        size = next((int(option[5:]) for option in options if option.startswith("edns=")), None)
        transport = Transport.TCP if "tcp" in options else Transport.UDP
        reply = ask(authority, name, qtype, transport=transport, size=size, now=exchange.at)
        assert lines(reply) == exchange.expected, exchange.asked


def test_there_are_transcripts_for_every_policy() -> None:
    assert set(Policy) <= {path.stem for path in files()}
