"""What carries a notice: mailboxes, days and organisations, by all mail that counts, by mail that answers nothing, and
by answers (DESIGN §3 "Notices")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import assert_never

from catcher.incident.figures import MailboxFigures
from catcher.model.leak.incident import (
    COUNTED,
    COUNTED_ANSWERS,
    OWN_WORDS,
    STEADY_DAYS,
    Cell,
    Count,
    Counted,
    Crowd,
    IncidentKey,
    MailboxTotal,
    Role,
)
from catcher.model.leak.measures import Carried, Grounds
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailKind

CellCount = tuple[Cell, Count]


class Support:
    """The cells and mailboxes of an incident in one period, from which its grounds are computed."""

    def __init__(
        self,
        key: IncidentKey,
        cells: Iterable[CellCount],
        live: Crowd,
        settled: Iterable[MailboxTotal],
        bound: Collection[str],
    ) -> None:
        """``bound``: the organisations whose tenant is bound, so that their mail with the reason ``unbound-tenant``
        counts."""
        self._key = key
        self._live = live
        self._settled = tuple(settled)
        self.figures = MailboxFigures(live, self._settled)
        self._bound = bound
        self.cells = [(cell, self._with_bound(cell, count)) for cell, count in cells]
        """The cells of the period, with the counts of bound tenants."""

    def counted(self, counted: Counted, counterpart: str | None = None) -> Counted:
        """``counted``, and UNBOUND where the tenant is bound; for no counterpart if it is for any of them."""
        if not counted & Counted.RESIDUAL or not self._bound:  # a bound tenant's way has a residual attack
            return counted
        parties = {cell.counterpart for cell, _ in self.cells} if counterpart is None else {counterpart}
        return counted | Counted.UNBOUND if any(map(self._is_bound, parties)) else counted

    def tenants(self, counterpart: str) -> int:
        """The number of unbound tenants of the organisation that writes to, or is, ``counterpart``."""
        return self.figures.tenants(counterpart if self._key.role is Role.INTENDED else None)

    def sender_of(self, counterpart: str) -> str:
        """The sending organisation of the cells with ``counterpart``."""
        match self._key.role:
            case Role.INTENDED:
                return counterpart
            case Role.SENDER | Role.FORWARDER:
                return self._key.party
            case _:
                assert_never(self._key.role)

    def grounds(self, *, firm: bool) -> Grounds:
        """What carries a notice. ``firm``: by ways of counting alone that have no residual attack."""
        kept = _is_firm if firm else _every
        answers = [cell for cell, count in self.cells if count.counted and kept(cell) and _answers(cell)]
        own = [cell for cell, count in self.cells if count.counted and kept(cell) and not _answers(cell)]
        of_answers = self._carried(answers, _without_residual(COUNTED_ANSWERS, firm=firm))
        match self._key.role:
            case Role.SENDER | Role.FORWARDER:
                of_own = self._carried(own, _without_residual(OWN_WORDS, firm=firm))
            case Role.INTENDED:
                of_own = self._above_floor(own, _without_residual(OWN_WORDS, firm=firm), firm=firm)
            case _:
                assert_never(self._key.role)
        return Grounds(self._carried([*own, *answers], _without_residual(COUNTED, firm=firm)), of_own, of_answers)

    def below_floor(self) -> int:
        """``Measures.below_floor``."""
        if self._key.role is not Role.INTENDED:
            return 0
        own = [(cell, count) for cell, count in self.cells if count.counted and not _answers(cell)]
        passing = _steady_organisations(cell for cell, _ in own)
        if self.figures.steady():
            passing[""] = set()
        return sum(count.counted for cell, count in own if cell.counterpart not in passing)

    def _carried(self, cells: list[Cell], counted: Counted) -> Carried:
        mailboxes = self.figures.senders(self.counted(counted)).number
        organisations = {cell.counterpart for cell in cells} - {""}
        return Carried(mailboxes, len({cell.day for cell in cells}), len(organisations))

    def _above_floor(self, cells: list[Cell], counted: Counted, *, firm: bool) -> Carried:
        """``Grounds.own_words`` of an intended party's incident, by senders above the floor of their own."""
        passing = _steady_organisations(cells)
        mailboxes = sum(
            self.figures.senders(self.counted(counted, sender), counterpart=sender).number for sender in passing
        )
        days = set().union(*passing.values())
        # Anybody has accounts at mailbox providers: Residual.OWN_ACCOUNTS.
        steady = 0 if firm else self.figures.steady()
        settled = 0
        if steady:
            mailboxes += steady
            days |= self._live.steady_days & {cell.day for cell in cells if not cell.counterpart}
            settled = max((total.steady_days for total in self._settled), default=0)
        # A mailbox may be seen at two counterparts, so the number of all distinct mailboxes bounds the sum.
        whole = self.figures.senders(self.counted(counted)).number
        return Carried(min(mailboxes, whole), max(len(days), settled), len(passing))

    def _with_bound(self, cell: Cell, count: Count) -> Count:
        if is_unbound(cell) and self._is_bound(cell.counterpart):
            return Count(count.mails, count.mails)
        return count

    def _is_bound(self, counterpart: str) -> bool:
        """Whether the sender's tenant is bound. Of two tenants of one organisation, none is."""
        return self.sender_of(counterpart) in self._bound and self.tenants(counterpart) == 1


def is_unbound(cell: Cell) -> bool:
    """Whether the mails of ``cell`` would count if their sender's tenant were bound."""
    return cell.reason is CountReason.UNBOUND_TENANT and not _answers(cell)


def _answers(cell: Cell) -> bool:
    return cell.kind is MailKind.ANSWER


def _steady_organisations(cells: Iterable[Cell]) -> dict[str, set[date]]:
    """Organisation → its days, for those with STEADY_DAYS days or more."""
    days: defaultdict[str, set[date]] = defaultdict(set)
    for cell in cells:
        if cell.counterpart:
            days[cell.counterpart].add(cell.day)
    return {sender: own for sender, own in days.items() if len(own) >= STEADY_DAYS}


def _every(_cell: Cell) -> bool:
    return True


def _is_firm(cell: Cell) -> bool:
    return cell.reason is not None and cell.reason.way and not cell.reason.residuals


def _without_residual(counted: Counted, *, firm: bool) -> Counted:
    return counted & ~(Counted.RESIDUAL | Counted.RESIDUAL_ANSWER) if firm else counted
