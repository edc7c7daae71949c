"""Texts for an organisation to paste: rules that stop mail to the typo domain, queries that find it in its own logs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class System(StrEnum):
    """Systems that the remedy kit has a rule for, or that keep a log worth asking."""

    EXCHANGE_ONLINE = "exchange-online"
    DEFENDER = "defender"
    """Microsoft Defender's advanced hunting: a log only."""
    GOOGLE_WORKSPACE = "google-workspace"
    POSTFIX = "postfix"
    EXIM = "exim"
    PROOFPOINT = "proofpoint"
    MIMECAST = "mimecast"
    RPZ = "rpz"
    """A response policy zone of a resolver: BIND, Unbound, Knot Resolver, PowerDNS Recursor."""


@dataclass(frozen=True, slots=True)
class RemedyPart:
    """A file of a rule, or what is typed into one field."""

    file: str
    """Its name in the kit, unique among all parts."""
    text: str
    """Lines without a final newline."""

    def to_json(self) -> dict[str, Any]:
        return {"file": self.file, "text": self.text}


@dataclass(frozen=True, slots=True)
class Remedy:
    """A rule to paste that makes a mail system refuse mail to the typo domain."""

    system: System
    parts: tuple[RemedyPart, ...]

    def to_json(self) -> dict[str, Any]:
        return {"system": self.system, "parts": [part.to_json() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class LogQuery:
    """A query to paste that shows an organisation the mail in its own log."""

    system: System
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"system": self.system, "text": self.text}
