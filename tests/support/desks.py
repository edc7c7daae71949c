"""A desk over a memory store, with a small leak in it, for tests of what an operator can do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from catcher.desk.context import Desk
from catcher.model.mail.observation import Observation
from catcher.model.ports import Store
from catcher.model.telling.report import ReportOperator
from catcher.store import MemoryStore
from tests.support.folding import folder, party_of
from tests.support.observations import observation, sender

NOW = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)

_numbers = count(1)


def mail(
    day: int, party: str = "contractor.example", mailbox: str = "a", *, month: int = 6, **more: Any
) -> Observation:
    """A person's proven mail of June from ``party``, in a transaction of its own; ``more`` replaces fields."""
    number = next(_numbers)
    changes: dict[str, Any] = {
        "transaction": f"t-{number:06}",
        "ref": f"REF{number:05}",
        "observed_at": datetime(2026, month, day, 9, number % 60, tzinfo=UTC),
        "sender": sender(party),
        "reverse_path_token": f"token-of-{mailbox}-at-{party}",
        "retry_tag": None,
    }
    return observation(**(changes | more))


def leak() -> list[Observation]:
    """contractor.example above every threshold, hospital.example below."""
    due = [mail(day, mailbox=f"box{day % 4}") for day in range(2, 10)]
    return [*due, mail(3, "hospital.example"), mail(4, "hospital.example")]


def desk(observations: Iterable[Observation] = (), *, store: Store | None = None, now: datetime = NOW) -> Desk:
    """A desk whose store holds ``observations``, not folded yet."""
    store = store or MemoryStore()
    store.add([[o] for o in observations])
    names = {"contractor.example": "Contractor of Example"}
    return Desk(store, folder, party_of, names.get, ReportOperator("Registry of Example", "desk@registry.example"), now)
