"""The sealed third of the programs: numbers divisible by three."""

from __future__ import annotations

from tests.persons.programs import sealed_accounts, sealed_answers
from tests.persons.programs.program import Program

SEALED: tuple[Program, ...] = (*sealed_accounts.PROGRAMS, *sealed_answers.PROGRAMS)
