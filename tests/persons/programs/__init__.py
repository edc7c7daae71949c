"""Programs that write to people: what they really send, signed and authenticated for an innocent organisation.

::

    accounts, tickets, answers, reports, monitors, services ─▶ Program(number, source, template, subjects)
    words: the same notice in twenty languages ─┘      catalogue: mails, plain and as answers to a provoking mail
"""

from tests.persons.programs import accounts, answers, monitors, reports, services, tickets
from tests.persons.programs.program import Program

OPEN: tuple[Program, ...] = (
    *accounts.PROGRAMS,
    *tickets.PROGRAMS,
    *answers.PROGRAMS,
    *reports.PROGRAMS,
    *monitors.PROGRAMS,
    *services.PROGRAMS,
)

__all__ = ["OPEN", "Program"]
