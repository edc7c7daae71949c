"""The cascade: asks the sources in order, checks their findings, and records each step's outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from catcher.directory import Csirts, Listings
from catcher.model.errors import CatcherError
from catcher.model.mail.mailaddress import AddressError, mail_address
from catcher.model.ports import Resolver
from catcher.model.telling.contact import Contact, Source, StepOutcome, StepReason, StepResult
from catcher.notices.find import securitytxt, zone
from catcher.notices.find.finding import SourceFinding
from catcher.notices.find.https import Fetcher
from catcher.notices.find.rdap import Rdap

STEP_SECONDS = 60.0
"""Most seconds of one step: two or three fetches."""
_MOST_ADDRESSES = 5
"""Most addresses that are kept from one source."""

_Ask = Callable[[str, datetime], Awaitable[SourceFinding]]


class NoParty(CatcherError):
    """The party searched for is a typo domain itself."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Search:
    """The result of a search."""

    contacts: tuple[Contact, ...]
    outcomes: tuple[StepOutcome, ...]
    """The outcome of each step, in order."""

    @property
    def answered(self) -> frozenset[Source]:
        """The sources that answered: an address that such a source once named, and no longer names, is out of date."""
        return frozenset(o.step for o in self.outcomes if o.result is not StepResult.FAILED)


class Finder:
    """Looks for contacts. Belongs to one event loop."""

    def __init__(
        self,
        *,
        listings: Listings,
        csirts: Csirts,
        fetcher: Fetcher,
        resolver: Resolver,
        organizational_domain: Callable[[str], str],
        is_typo: Callable[[str], bool],
        rdap: Rdap | None = None,
        step_seconds: float = STEP_SECONDS,
    ) -> None:
        """``is_typo``: whether a domain lies at or below a catalogued one; no address there is ever used."""
        self._listings = listings
        self._csirts = csirts
        self._fetcher = fetcher
        self._resolver = resolver
        self._organizational_domain = organizational_domain
        self._is_typo = is_typo
        self._rdap = rdap or Rdap(fetcher)
        self._step_seconds = step_seconds
        self._steps: dict[Source, _Ask] = {
            Source.SECURITY_TXT: lambda party, now: securitytxt.ask(self._fetcher, party, now),
            Source.RDAP: lambda party, now: self._rdap.ask(party),
            Source.SOA: lambda party, now: zone.soa(self._resolver, party),
            Source.RFC2142: lambda party, now: zone.mailboxes(self._resolver, party),
            Source.CSIRT: self._csirt,
        }

    async def find(self, party: str, now: datetime, *, on_step: Callable[[Source], None] | None = None) -> Search:
        """Asks every source for ``party``, an organizational domain, at ``now``.

        ``on_step`` is called at the beginning of each step that may take long. No answer of a source raises an error,
        and neither does a missing answer. Raises NoParty when ``party`` is a typo domain itself.
        """
        if self._is_typo(party):
            raise NoParty(
                f"{party} lies in the catalogue: it is a typo domain, whose mail comes here; name another party"
            )
        contacts = list(self._listings.of(party, now))
        outcomes = list(self._listed(party, contacts, now))
        for step, ask in self._steps.items():
            if on_step is not None:
                on_step(step)
            try:
                async with asyncio.timeout(self._step_seconds):
                    finding = await ask(party, now)
            except TimeoutError:
                finding = SourceFinding.failed(StepReason.TIMED_OUT)
            kept, outcome = self._checked(party, step, finding, now)
            contacts += kept
            outcomes.append(outcome)
        return Search(tuple(contacts), tuple(outcomes))

    def _listed(self, party: str, contacts: list[Contact], now: datetime) -> Iterator[StepOutcome]:
        """The outcomes of the two steps that read the operator's files."""
        for step, where in ((Source.ENTERED, None), (Source.IMPORTED, self._listings.directory_of(party))):
            number = sum(contact.source is step for contact in contacts)
            result, reason = (StepResult.FOUND, None) if number else (StepResult.NONE, StepReason.NOT_LISTED)
            yield StepOutcome(
                party=party, step=step, at=now, result=result, reason=reason, host=where, addresses=number
            )

    async def _csirt(self, party: str, now: datetime) -> SourceFinding:
        csirt = self._csirts.of(party)
        return (
            SourceFinding.none(StepReason.NOT_LISTED)
            if csirt is None
            else SourceFinding.found((csirt.contact,), csirt.under)
        )

    def _checked(
        self, party: str, step: Source, finding: SourceFinding, now: datetime
    ) -> tuple[list[Contact], StepOutcome]:
        """(contacts with the valid addresses of ``finding``, none of them at a typo domain; the step's outcome)."""
        kept: dict[str, Contact] = {}
        dropped = None
        for text in finding.addresses:
            try:
                address = mail_address(text)
            except AddressError:
                dropped = dropped or StepReason.MALFORMED
                continue
            domain = address.rpartition("@")[2]
            if self._is_typo(domain):
                dropped = StepReason.TYPO_DOMAIN
                continue
            contact = Contact(
                party=party,
                address=address,
                source=step,
                seen_at=now,
                own=self._organizational_domain(domain) == party,
                preference=len(kept),
                language=finding.language,
            )
            kept.setdefault(address.lower(), contact)
            if len(kept) == _MOST_ADDRESSES:
                break
        result, reason = finding.result, finding.reason
        if finding.addresses and not kept:
            result, reason = StepResult.REFUSED, dropped
        outcome = StepOutcome(
            party=party, step=step, at=now, result=result, reason=reason, host=finding.host, addresses=len(kept)
        )
        return list(kept.values()), outcome
