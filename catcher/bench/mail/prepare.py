"""Makes a database as a sink has it that stood still for a month: what became due since then is not forgotten yet.

::

    181 days ago ────────────▶ the last month's end ────────────▶ now
    added, purged as of then │ added, folded: its tokens, minutes and retries wait for the next upkeep
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catcher.directory import party_of
from catcher.incident import MailFolder
from catcher.model.mail.fingerprint import (
    Authentication,
    AuthResult,
    Basis,
    Evidence,
    EvidenceKind,
    Intended,
    MailClass,
    Nature,
    Sender,
    SpfResult,
    Tier,
)
from catcher.model.mail.observation import Observation, SizeClass
from catcher.model.mail.policy import Outcome, Policy
from catcher.privacy import KeyRing
from catcher.privacy.retention import COARSE_AFTER, RETRY_AFTER, coarsened, emptied
from catcher.privacy.tokens import bounds, period_of
from catcher.store import SqliteStore

KEEP_DAYS = 180
"""The default of ``[store] keep_days``: a day's rows are older than that, and due."""
_BATCH = 1000
_CALM = timedelta(hours=2)
_ORGANISATIONS, _MAILBOXES, _CLIENTS = 200, 4000, 250
_CLASSES = (*[MailClass.PERSON] * 6, MailClass.BULK, MailClass.BULK, MailClass.AUTOMATIC, MailClass.SPAM)


def prepare_keys(keys: Path, now: datetime) -> None:
    """Makes the keys of the period of ``now`` and of the period before, which is to be destroyed."""
    ring = KeyRing(keys)
    for moment in (_stopped(now), now):
        ring.tokens(moment)


def prepare_database(database: Path, observations: int, now: datetime, domain: str) -> None:
    """Stores ``observations`` at ``domain``, at even distances up to ``now``. Raises EnvironmentFailure."""
    folder = MailFolder(party_of)
    stopped = _stopped(now)
    begin = now - timedelta(days=KEEP_DAYS + 1)
    step = (now - begin) / observations
    before = min(observations, int((stopped - begin) / step))
    chance = random.Random(20261130)
    store = SqliteStore(database)
    try:
        for first, end in ((0, before), (before, observations)):
            for start in range(first, end, _BATCH):
                batch = range(start, min(start + _BATCH, end))
                moments = (_due_or_not(begin + n * step, now) for n in batch)
                store.add(
                    [(_aged(_one(n, at, chance, domain), stopped),) for n, at in zip(batch, moments, strict=True)]
                )
            if end == before:
                store.purge(stopped, keep_days=KEEP_DAYS, folder=folder)
        store.fold(folder)
    finally:
        store.close()


def _stopped(now: datetime) -> datetime:
    """When the sink stood still: an hour before the period of ``now`` began."""
    return bounds(period_of(now))[0] - timedelta(hours=1)


def _due_or_not(moment: datetime, now: datetime) -> datetime:
    """``moment``, or an earlier one: nothing becomes due within ``_CALM`` after ``now``, so that forgetting has an
    end."""
    for age in (timedelta(days=KEEP_DAYS), COARSE_AFTER, RETRY_AFTER):
        if age - _CALM < now - moment <= age:
            return now - age - timedelta(minutes=1)
    return moment


def _aged(observation: Observation, now: datetime) -> Observation:
    """``observation`` without what is forgotten at ``now``: so the purge has less to do."""
    age = now - observation.observed_at
    if age > RETRY_AFTER:
        observation = emptied(observation)
    return coarsened(observation) if age > COARSE_AFTER else observation


def _one(n: int, moment: datetime, chance: random.Random, domain: str) -> Observation:
    """Observation ``n``; few mailboxes write much, most write little; six of ten mails are people's."""
    mailbox = int(_MAILBOXES * chance.random() ** 3)
    organisation = f"organisation{mailbox % _ORGANISATIONS}.example"
    mail_class = chance.choice(_CLASSES)
    is_person = mail_class is MailClass.PERSON
    tier = Tier.CLAIMED if mail_class is MailClass.SPAM else Tier.VERIFIED
    return Observation(
        transaction=f"{n:016x}",
        observed_at=moment.astimezone(UTC).replace(second=0, microsecond=0),
        ref=f"{n // 10**8:04}-{n // 10**4 % 10**4:04}-{n % 10**4:04}",
        domain=domain,
        policy=Policy.ACCEPT,
        outcome=Outcome.ACCEPTED,
        client=f"198.51.100.{n % _CLIENTS}",
        tls=chance.random() < 0.9,
        size_class=SizeClass.UP_TO_100_KB,
        reverse_path_token=f"{mailbox:016x}",
        reverse_path_domain=organisation,
        recipients=(f"{chance.randrange(_MAILBOXES):016x}",),
        retry_tag=f"{n % (1 << 24):06x}",
        signatures=(f"{n:016x}",),
        fresh=is_person,
        fresh_reason="dkim" if is_person else "unproven",
        sender=Sender(
            organisation, None, tier, (Evidence(tier, EvidenceKind.DMARC, organisation, AuthResult.PASS),), ()
        ),
        intended=(Intended(domain, "typo.example", None, Basis.DECLARED),),
        nature=Nature(mail_class, 0.9 if is_person else 0.2, None, ()),
        markings=(),
        authentication=Authentication(SpfResult(AuthResult.PASS, organisation, "mfrom")),
        author_token=f"{mailbox:016x}",
    )
