"""A sink with a store, from octets to the decision: for tests in which somebody attacks it.

::

    message ─▶ fingerprint ─▶ observe ─▶ store ─▶ fold ─▶ measure ─▶ judge_notice
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from catcher.directory import party_of, platform_of
from catcher.incident import MailFolder, NoticeDecision, judge_notice, latest_period, measure_incident
from catcher.intake.observe import Arrival, observe
from catcher.model.leak.incident import IncidentKey, Role
from catcher.model.leak.measures import Measures
from catcher.model.mail.observation import Observation
from catcher.model.mail.policy import Outcome, Policy
from catcher.privacy import RollingTokens, Tokens
from catcher.store import MemoryStore
from tests.persons import shapes
from tests.support.fingerprints import NOW, Table, context, judge, transaction
from tests.support.signing import signed

DAYS = tuple([NOW - timedelta(days=n) for n in (5, 4, 3, 2, 1)])
STAFF = ("ada", "ben", "cem", "dan", "eve")


def letter(
    author: str,
    at: datetime,
    *,
    to: str = "doe@army.ml",
    subject: str = "plan",
    program: str = "apple_mail",
    more: str = "",
) -> bytes:
    """A letter that a person writes with ``program``; ``more``: fields on top, each with its CRLF."""
    note = shapes.Note((author.partition("@")[0].title(), author), (("", to),), (), subject, None, at, Random(at.day))
    fields = "".join(f"{name}: {value}\r\n" for name, value in getattr(shapes, program)(note))
    return f"{more}{fields}\r\nhello\r\n".encode()


def dated(
    message: bytes,
    domain: str,
    at: datetime,
    headers: str = "from:to:subject:date:message-id:mime-version:content-type:in-reply-to",
) -> bytes:
    """``message``, signed by ``domain`` (selector s1) a minute before ``at``."""
    return signed(message, domain=domain, headers=headers, tags=f"t={int(at.timestamp()) - 60};")


class Sink:
    """Takes mails for army.ml, which stands for army.mil."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._store = MemoryStore()
        self._tokens = Tokens("2026-11", b"k" * 32, RollingTokens(b"r" * 32))
        self._number = 0

    def take(
        self,
        message: bytes,
        at: datetime,
        *,
        client: str,
        mail_from: str | None,
        rcpt_to: Iterable[str] = ("doe@army.ml",),
    ) -> Observation:
        """The stored observation of a mail that arrives at ``at``."""
        self._number += 1
        of = transaction(message, client=client, mail_from=mail_from, rcpt_to=rcpt_to, now=at)
        judged = judge(of, self._table, replace(context(at), platform=platform_of)).found
        name = f"t{self._number}"
        arrival = Arrival(name, name, {"army.ml": Policy.ACCEPT}, Outcome.ACCEPTED)
        ((stored,),) = self._store.add([observe(of, judged, arrival, self._tokens)])
        return stored

    def observations(self) -> list[Observation]:
        return list(self._store.observations())

    def measured(self, party: str, role: Role = Role.SENDER) -> Measures | None:
        """The measures of an incident in its last month; None without the incident."""
        self._store.fold(MailFolder(party_of))
        incident = self._store.incident(IncidentKey(party, role, "army.ml").id)
        period = None if incident is None else latest_period(incident)
        return None if incident is None or period is None else measure_incident(incident, period)

    def decided(self, party: str, role: Role = Role.SENDER) -> NoticeDecision | None:
        measures = self.measured(party, role)
        return None if measures is None else judge_notice(measures)
