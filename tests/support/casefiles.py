"""The reviewers' mails in tests/cases/judgement and tests/cases/mail, and what ``catcher fingerprint`` says of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from catcher.cli.fingerprint import command
from tests.support.shared import beside
from tests.support.signing import signed
from tests.support.tree import ROOT

_CASES = ROOT / "tests" / "cases"


@dataclass(frozen=True)
class MailCase:
    """A mail, how it is judged, and what is right."""

    file: str
    right: Mapping[str, object]
    """A key of ``summary`` → its value; ``reason``: a word that is among the reasons."""
    signed: bool = False
    """Signed here by contractor.example's key (tests.support.signing), so that a mail can count."""
    mail_from: str | None = None
    rcpt_to: str | None = None
    client: str = ""
    helo: str = ""
    at: str = ""
    zones: tuple[str, ...] = ()
    """``FOLDER/NAME`` of zone files in tests/cases. Without one no DNS is asked."""

    def __str__(self) -> str:
        return f"{self.file.removesuffix('.eml')}{'-signed' if self.signed else ''}"


def kept(folder: str, name: str) -> Path:
    """The file of tests/cases/``folder``; a mail that tests/cases/nature has stands there alone."""
    found = _CASES / folder / name
    return found if found.exists() else _CASES / "nature" / name


def lying_beside(folder: str, name: str) -> Path:
    """The same file of the shared data; a test is skipped by name where it is kept back."""
    return beside(f"cases/{folder}/{name}")


def octets_of(case: MailCase, file: Path) -> bytes:
    octets = file.read_bytes()
    if not case.signed:
        return octets
    crlf = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return signed(crlf, headers="from:to:subject:date:message-id")


def arguments(case: MailCase) -> list[str]:
    """The options of ``catcher fingerprint``."""
    zones = [str(_CASES / f"{zone}.zone") for zone in case.zones]
    found = [text for zone in zones for text in ("--zone", zone)] or ["--no-lookups"]
    options = (
        ("--mail-from", case.mail_from),
        ("--rcpt-to", case.rcpt_to),
        ("--client-ip", case.client),
        ("--helo", case.helo),
        ("--at", case.at),
    )
    return found + [text for name, given in options if given for text in (name, given)]


def judged(case: MailCase, file: Path) -> dict[str, Any]:
    """``summary`` of what the command prints of the mail in ``file``."""
    return judged_octets(case, octets_of(case, file))


def judged_octets(case: MailCase, octets: bytes) -> dict[str, Any]:
    """The same of ``octets``, which come as ``case`` says."""
    given = ["-", "--json", *arguments(case)]
    result = CliRunner().invoke(command, given, input=octets, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return summary(json.loads(result.stdout))


def summary(printed: Mapping[str, Any]) -> dict[str, Any]:
    nature, sender, authentication = printed["nature"], printed["sender"], printed["authentication"]
    return {
        "class": nature["class"],
        "reasons": nature["reasons"],
        "typo": nature["typo"],
        "counts": printed["counts"]["counts"],
        "why": printed["counts"]["reason"],
        "sender": sender["domain"],
        "tier": sender["tier"],
        "conflicts": [each["domain"] for each in sender["conflicts"]],
        "markings": [f"{each['scheme']}:{each['level']}" for each in printed["markings"]],
        "dkim": [each["result"] for each in authentication["dkim"]],
        "dmarc": authentication["dmarc"]["result"],
    }


def differing(right: Mapping[str, object], found: Mapping[str, Any]) -> dict[str, object]:
    """What of ``right`` isn't found, with what is found in its place."""
    wrong: dict[str, object] = {}
    for key, expected in right.items():
        if key == "reason" and expected in found["reasons"]:
            continue
        if key == "reason":
            wrong[key] = found["reasons"]
        elif found[key] != expected:
            wrong[key] = found[key]
    return wrong


def unnamed(folder: str, cases: Iterable[MailCase]) -> set[str]:
    """The mails of tests/cases/``folder`` that no case names."""
    return {file.name for file in (_CASES / folder).glob("*.eml")} - {case.file for case in cases}
