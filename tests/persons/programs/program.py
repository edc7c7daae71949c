"""One kind of program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.persons.system import System


@dataclass(frozen=True)
class Program:
    """What a program writes, by which system it leaves, and in which languages it has its Subject.

    ``template`` as in tests.persons.template; Subjects may hold ``{code}``, ``{no}``, ``{shop}`` and ``{day}``.
    """

    number: int
    name: str
    source: str
    system: System
    template: str
    subjects: Mapping[str, str]
    author: tuple[str, str] = ("{shop}", "no-reply")
    """(display name, local-part); a name ``{person}`` and the local-part ``{person}`` are somebody's own."""
    null: bool = False
    """The reverse-path is empty."""
    envelope: str = ""
    """Another reverse-path than the system's own."""
    answers: bool = False
    """It writes only in answer to a mail, so it always has In-Reply-To."""
    repeats_subject: bool = False
    """Its Subject ends with the provoking mail's."""
