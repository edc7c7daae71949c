"""Texts that an organisation can paste: rules that stop its mail to the typo domain, and queries that find this mail in
its logs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class System(StrEnum):
    """Systems for which the remedy kit has a rule or a log query."""

    EXCHANGE_ONLINE = "exchange-online"
    DEFENDER = "defender"
    """Microsoft Defender's advanced hunting; the kit has only a log query for it."""
    GOOGLE_WORKSPACE = "google-workspace"
    POSTFIX = "postfix"
    EXIM = "exim"
    PROOFPOINT = "proofpoint"
    MIMECAST = "mimecast"
    RPZ = "rpz"
    """A response policy zone of a resolver: BIND, Unbound, Knot Resolver, PowerDNS Recursor."""


@dataclass(frozen=True, slots=True)
class RemedyPart:
    """One file of a rule, or the text for one input field."""

    file: str
    """The part's file name in the kit, unique among all parts."""
    text: str
    """Lines without a final newline."""

    def to_json(self) -> dict[str, Any]:
        return {"file": self.file, "text": self.text}


@dataclass(frozen=True, slots=True)
class Remedy:
    """A rule to paste; with it a mail system refuses mail to the typo domain."""

    system: System
    parts: tuple[RemedyPart, ...]

    def to_json(self) -> dict[str, Any]:
        return {"system": self.system, "parts": [part.to_json() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class LogQuery:
    """A query to paste; it finds the mail in the organisation's own log."""

    system: System
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"system": self.system, "text": self.text}
