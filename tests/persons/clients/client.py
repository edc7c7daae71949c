"""One mail program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Client:
    """A program's name, where its shape can be read in public, and its header block."""

    name: str
    source: str
    template: str
    envelope: str = ""
    """Another reverse-path than the mail system's, where the program's provider writes its own."""
