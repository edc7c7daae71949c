"""All that the ways of counting judge by: signatures and their times, SPF, the client, the route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import datetime, timedelta

from catcher.fingerprint.authentication.authenticate import Authenticated
from catcher.fingerprint.authentication.dkim.signature import DkimSignature
from catcher.fingerprint.authentication.dkim.verdict import DkimVerdict
from catcher.fingerprint.context import Context
from catcher.fingerprint.lookups import Lookups
from catcher.fingerprint.network import ClientNetwork
from catcher.fingerprint.ways.route import MailRoute
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MFROM_SCOPE, AuthResult
from catcher.model.tenant import tenant_of
from catcher.model.value import value

MAX_AGE = timedelta(days=3)
"""Greatest age of a fresh signature."""
CLOCK_SKEW = timedelta(minutes=10)
"""Most time that a signer's clock may be ahead of ours."""


@value
class Proofs:
    lookups: Lookups = field(repr=False)
    authenticated: Authenticated
    network: ClientNetwork
    client: str
    """The client's IP address; '' when none is known."""
    route: MailRoute
    context: Context

    @property
    def author(self) -> str:
        """The domain in From; '' when there is none, or several."""
        authors = self.authenticated.authors
        return authors[0] if len(authors) == 1 else ""

    def same(self, one: str, other: str) -> bool:
        """Whether two domains belong to one organisation."""
        own = self.context.organizational_domain
        return bool(one and other) and own(one) == own(other)

    def passing(self) -> Iterator[tuple[DkimVerdict, DkimSignature]]:
        """The signatures that pass, with their verdicts, top first."""
        for verdict in self.authenticated.verdicts:
            if verdict.result is AuthResult.PASS and verdict.signature is not None:
                yield verdict, verdict.signature

    def aligned(self) -> list[tuple[DkimVerdict, DkimSignature]]:
        """The passing signatures of the author's organisation that DMARC accepts as aligned."""
        results = self.authenticated.results.dkim
        accepted = {(each.domain, each.selector) for each in results if each.aligned}
        return [
            (verdict, signature)
            for verdict, signature in self.passing()
            if (signature.domain, signature.selector) in accepted and self.same(signature.domain, self.author)
        ]

    @property
    def seals(self) -> tuple[bytes, ...]:
        """The ``b=`` of all aligned signatures: a copy may have lost some of them."""
        return tuple([signature.value for _, signature in self.aligned()])

    def of_tenants(self) -> list[tuple[DkimVerdict, DkimSignature]]:
        """The passing signatures of a platform's tenants that aren't aligned with From."""
        return [
            (verdict, signature)
            for verdict, signature in self.passing()
            if tenant_of(signature.domain) is not None and not self.same(signature.domain, self.author)
        ]

    @property
    def spf_domain(self) -> str | None:
        """The domain of MAIL FROM, when SPF passes for it; else None. The null reverse-path has none."""
        spf = self.authenticated.results.spf
        return spf.domain if spf.result is AuthResult.PASS and spf.scope == MFROM_SCOPE else None

    @property
    def spf_aligned(self) -> bool:
        """Whether SPF passes for MAIL FROM, aligned with From."""
        domain = self.spf_domain
        return domain is not None and self.authenticated.spf_aligned and self.same(domain, self.author)


def time_obstacle(verdict: DkimVerdict, signature: DkimSignature, now: datetime) -> CountReason | None:
    """The reason why a signature is not fresh, by its body and its time; None for a fresh one."""
    if signature.body.length is not None:
        return CountReason.PARTIAL_BODY
    made_at = verdict.made_at
    if made_at is None:
        return CountReason.NO_TIME
    if made_at > (now + CLOCK_SKEW).timestamp():
        return CountReason.FUTURE
    if made_at < (now - MAX_AGE).timestamp():
        return CountReason.OLD
    return None
