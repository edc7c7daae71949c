"""Letters: an author, one or more recipients of whom at least one is mistyped, a program, a provider, a signature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random

from catcher.model.mail.fingerprint import Tier
from tests.persons import people, shapes
from tests.persons.world import Organisation, Provider, World, selector, tenant
from tests.support.fingerprints import NOW
from tests.support.signing import signed

_SHAPES = {
    Provider.MICROSOFT: shapes.MICROSOFT,
    Provider.MICROSOFT_TENANT: shapes.MICROSOFT,
    Provider.GOOGLE: shapes.GOOGLE,
    Provider.GMAIL: shapes.GOOGLE,
    Provider.PROOFPOINT: shapes.PREMISES,
    Provider.MIMECAST: shapes.PREMISES,
    Provider.OWN: shapes.OPEN,
    Provider.OWN_SPF: shapes.OPEN,
}
_GATEWAY_FIELDS = {
    Provider.PROOFPOINT: "X-Proofpoint-Virus-Version: vendor=baseguard engine=ICAP:2.0.293\r\n",
    Provider.MIMECAST: "X-MC-Unique: bN3sYV0cPe2TnLwC1v9uSw-1\r\n",
}
_SIGNED = "from:date:subject:message-id:content-type:mime-version:to:cc"
_SIGNED_BY_MICROSOFT = "from:date:subject:message-id:content-type:mime-version:x-ms-exchange-senderadcheck"
_BODY = "\r\n\r\nHello,\r\n\r\nas discussed.\r\n\r\nRegards\r\n"


@dataclass(frozen=True)
class Letter:
    """One mail and what is true of it."""

    octets: bytes
    organisation: Organisation
    mail_from: str
    rcpt_to: str
    """The mistyped recipient."""
    at: datetime
    tier: Tier
    """What its authentication supports."""


def letters(count: int, *, seed: int = 1, world: World | None = None, sign: bool = True) -> Iterator[Letter]:
    """``count`` letters; ``sign`` False spares the time of signing, where only header facts are looked at."""
    rng = Random(seed)
    world = world or World(seed)
    for _ in range(count):
        yield _letter(rng, rng.choice(world.organisations), sign)


def _letter(rng: Random, organisation: Organisation, sign: bool) -> Letter:
    provider = organisation.provider
    author = people.person(rng, freemail=provider is Provider.GMAIL)
    mail_from = f"{author.local_part}@{organisation.domain}"
    rcpt_to = f"{people.person(rng, freemail=False).local_part}@army.ml"
    colleagues = [people.person(rng, freemail=False) for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 4)))]
    known = [(p.name, f"{p.local_part}@{rng.choice(('army.mil', organisation.domain))}") for p in colleagues]
    split = rng.randrange(len(known) + 1)
    first = (people.person(rng, freemail=False).name if rng.random() < 0.4 else rcpt_to, rcpt_to)
    subject, answers = people.subject(rng)
    at = (NOW - timedelta(minutes=rng.randrange(0, 600))).astimezone(timezone(timedelta(hours=rng.randrange(-8, 10))))
    note = shapes.Note(
        author=(author.name, mail_from),
        to=(first, *known[:split]),
        cc=tuple(known[split:]),
        subject=subject,
        answered=f"<{rng.getrandbits(96):024x}@mail.army.mil>" if answers and rng.random() < 0.9 else None,
        at=at,
        rng=rng,
    )
    fields = rng.choice(_SHAPES[provider])(note)
    text = "".join(f"{name}: {value}\r\n" for name, value in fields).rstrip("\r\n")
    octets = (_GATEWAY_FIELDS.get(provider, "") + text + _BODY).encode()
    return Letter(
        octets=_signed(octets, organisation) if sign else octets,
        organisation=organisation,
        mail_from=mail_from,
        rcpt_to=rcpt_to,
        at=at,
        tier=Tier.VERIFIED,
    )


def _signed(octets: bytes, organisation: Organisation) -> bytes:
    provider = organisation.provider
    if provider is Provider.OWN_SPF:
        return octets
    microsoft = provider in (Provider.MICROSOFT, Provider.MICROSOFT_TENANT)
    return signed(
        octets,
        domain=tenant(organisation.domain) if provider is Provider.MICROSOFT_TENANT else organisation.domain,
        selector=selector(provider),
        algorithm="rsa-sha256" if provider in (Provider.MICROSOFT, Provider.OWN) else "ed25519-sha256",
        headers=_SIGNED_BY_MICROSOFT if microsoft else _SIGNED,
        tags=f"t={int(NOW.timestamp()) - 60};" if not microsoft else "",
    )
