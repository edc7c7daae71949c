"""Which names a comparison with their TLD's zone cleared or refused, and until when (DESIGN, promise 6).

::

    as_of                      the data's age begins: the transfer, or the first sight of the file's serial
      │  the run clears names
      ├── + guard_hours        lapse: from here on a name also needs a vouch, see ``vouching``
      │  vouched names keep their policy
      └── + 7 days             end: only a new run clears names

Refused names are refused whatever the age. ``guardrecord`` keeps the runs in the state folder. If its record and the
copy of it are both damaged, the refusals in it are not known: then a name needs a newer run, required or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from catcher.catalogue.names import SortedNames
from catcher.model.domain import parents

GUARD_HOURS = 24
"""Hours for which a run clears names, unless ``catalogue.guard_hours`` says otherwise."""
GRACE = timedelta(days=7)
"""Time from a run's ``as_of`` on for which a name may keep its policy, while the zone's own servers vouch for it."""
SKEW = timedelta(minutes=5)
"""A run dated later than now plus this time clears nothing: the clock is wrong, or was wrong at the run."""
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Run:
    """One comparison of the catalogue with one TLD zone."""

    origin: str
    """The zone's apex."""
    ran_at: datetime
    zone: str
    """Name of the zone file, or of the transfer."""
    serial: int
    """The serial of the zone's SOA (RFC 1035 §3.3.13)."""
    refused: frozenset[str]
    """Catalogued names that the run refused, including names outside the origin."""
    cleared: SortedNames
    """Catalogued names below the origin that the run did not refuse."""
    seen_at: datetime | None = None
    """The transfer, or the first sight of this serial; None: the run itself."""
    delegations: int | None = None
    """Number of delegated names in the zone; None in a record of catcher 0.3."""
    closed: bool = False
    """Whether the zone ended with the SOA that it began with."""
    foreign: frozenset[str] = frozenset()
    """Names for which the zone's own servers named a name server of others since the run."""

    @property
    def as_of(self) -> datetime:
        """The moment from which the data's age counts."""
        return self.seen_at or self.ran_at

    def holds_at(self, now: datetime, hours: int = GUARD_HOURS) -> bool:
        """Whether the run by itself still clears names at ``now``."""
        return -SKEW <= now - self.as_of <= timedelta(hours=hours)

    @property
    def begins_at(self) -> datetime:
        """The first moment at which the run clears names."""
        return self.as_of - SKEW

    def lapses_at(self, hours: int = GUARD_HOURS) -> datetime:
        """The first moment at which a name needs a vouch."""
        return self.as_of + timedelta(hours=hours) + _MOMENT

    @property
    def ends_at(self) -> datetime:
        """The first moment at which the run clears nothing, whatever vouches there are."""
        return self.as_of + GRACE + _MOMENT


@dataclass(frozen=True, slots=True)
class Vouches:
    """The direct answers of one zone's own servers about names that its last run cleared."""

    origin: str
    as_of: datetime
    """The ``as_of`` of the run that the vouches prolong; for any other run they mean nothing."""
    names: Mapping[datetime, SortedNames] = field(default_factory=dict)
    """End of the vouch → the names for which the servers named no name server of others."""

    def vouch_at(self, domain: str, now: datetime) -> bool:
        """Whether a vouch for ``domain`` holds at ``now``."""
        return any(now <= until and domain in names for until, names in self.names.items())


class Guard:
    """The recorded runs, the latest one for each origin, and the vouches for their names."""

    def __init__(
        self,
        *,
        required: bool,
        runs: Iterable[Run] = (),
        hours: int = GUARD_HOURS,
        vouches: Iterable[Vouches] = (),
        lost: bool = False,
    ) -> None:
        self.required = required
        """Whether policies above ``null`` need a run that clears the name."""
        self.hours = hours
        """Hours for which a run clears names by itself."""
        self.lost = lost
        """Whether refusals of earlier runs are lost: names without a newer run have a policy of at most ``null``."""
        self.runs = {run.origin: run for run in runs}
        self.vouches = {
            one.origin: one for one in vouches if one.origin in self.runs and self.runs[one.origin].as_of == one.as_of
        }
        self._refused = frozenset(chain.from_iterable(run.refused | run.foreign for run in self.runs.values()))

    @property
    def refused(self) -> frozenset[str]:
        """The names that a run or a zone's own server refused."""
        return self._refused

    @property
    def ran_at(self) -> datetime | None:
        """The time of the latest run for any zone."""
        return max((run.ran_at for run in self.runs.values()), default=None)

    def run_for(self, domain: str) -> Run | None:
        """The run for the zone that contains ``domain``."""
        return next((self.runs[name] for name in [*parents(domain)[1:], ""] if name in self.runs), None)

    def clears(self, domain: str) -> bool:
        """Whether the run for its zone, of any age, cleared ``domain``, and nothing refused it."""
        run = self.run_for(domain)
        return run is not None and domain in run.cleared and domain not in self._refused

    def refuses(self, domain: str) -> bool:
        """Whether ``domain`` is refused; then its policy is at most ``null``, whether the guard is required or not."""
        return domain in self._refused

    def allows(self, domain: str, now: datetime) -> bool:
        """Whether a required guard lets ``domain`` have a policy above ``null`` at ``now``."""
        run = self.run_for(domain)
        if run is None or domain in self._refused or domain not in run.cleared:
            return False
        return run.holds_at(now, self.hours) or self._is_vouched(run, domain, now)

    def _is_vouched(self, run: Run, domain: str, now: datetime) -> bool:
        vouches = self.vouches.get(run.origin)
        return vouches is not None and -SKEW <= now - run.as_of <= GRACE and vouches.vouch_at(domain, now)

    def caps(self, domain: str, now: datetime) -> bool:
        """The verdict: whether the policy of ``domain`` is at most ``null`` at ``now``."""
        if domain in self._refused or (self.required and not self.allows(domain, now)):
            return True
        return self.lost and self.run_for(domain) is None

    def turns(self) -> Iterator[datetime]:
        """All moments at which time alone may change a verdict of a required guard."""
        if self.required:
            for run in self.runs.values():
                yield from self._turns_of(run)

    def _turns_of(self, run: Run) -> Iterator[datetime]:
        yield run.begins_at
        yield run.lapses_at(self.hours)
        vouches = self.vouches.get(run.origin)
        if vouches is not None:
            yield from (until + _MOMENT for until in vouches.names if until < run.ends_at)
            yield run.ends_at

    def turn_before(self, domain: str, now: datetime) -> datetime | None:
        """The latest moment up to ``now`` at which time alone changed the verdict on ``domain``; None without one.

        A new record changes verdicts by a reload.
        """
        run = self.run_for(domain)
        if not self.required or run is None:
            return None
        past = sorted({turn for turn in self._turns_of(run) if turn <= now}, reverse=True)
        return next((t for t in past if self.caps(domain, t) is not self.caps(domain, t - _MOMENT)), None)
