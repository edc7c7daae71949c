"""The contact: an address of an affected party, its source, and whether notices may be sent to it.

::

    entered ─▶ imported ─▶ security.txt ─▶ rdap ─▶ soa ─▶ rfc2142 ─▶ csirt     (the cascade; each step has an outcome)
        └──────────┴─── merged with what is known ───┴────────┴────────┘
                                    ▼
                      next_contact: the best that is good and was not tried

A found address, which was neither entered nor imported, is good only in the party's own domain, or if a person
confirmed it. An address that bounced is bad until a person confirms it again; the next address takes its place. This
module is pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from catcher.model.mail.mailaddress import AddressError as AddressError
from catcher.model.mail.mailaddress import mail_address as mail_address


class Source(StrEnum):
    """The sources of addresses, which are the steps of the cascade in their order."""

    ENTERED = "entered"
    """The operator wrote it into the contacts file."""
    IMPORTED = "imported"
    """A directory that the operator imported names the address."""
    SECURITY_TXT = "security.txt"
    """``Contact:`` of /.well-known/security.txt (RFC 9116)."""
    RDAP = "rdap"
    """The registry's or registrar's public record of the domain (RFC 9083)."""
    SOA = "soa"
    """RNAME of the zone's SOA (RFC 1035 §3.3.13)."""
    RFC2142 = "rfc2142"
    """A mailbox that ought to exist: security@, abuse@, postmaster@ (RFC 2142)."""
    CSIRT = "csirt"
    """The national CSIRT, which knows the right people to inform."""


LISTED = frozenset({Source.ENTERED, Source.IMPORTED})
"""Sources for which a person is responsible; a contact from these sources exists only while their files hold it."""
_STEP = {source: number for number, source in enumerate(Source)}


class ContactStatus(StrEnum):
    GOOD = "good"
    """Notices may be sent to the contact."""
    UNCONFIRMED = "unconfirmed"
    """The address was found outside the party's own domain: a person must confirm it before a notice is sent to it."""
    BAD = "bad"
    """A mail to the address came back: it isn't used until a person confirms it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One address of one party. Its printed form never shows the address."""

    party: str
    """Organizational domain of the affected party."""
    address: str = field(repr=False)
    """The address in the form of ``mailaddress.mail_address``."""
    source: Source
    seen_at: datetime
    """The moment at which the address was entered, imported or last found."""
    own: bool = False
    """Whether the address is in the party's own domain: the organizational domains are the same."""
    preference: int = 0
    """Place among the addresses of one source, smallest first."""
    language: str | None = None
    """The language of notices to this contact (RFC 5646), if it is known."""
    openpgp: str | None = None
    """File of the OpenPGP key with which mail is encrypted; only entered contacts have one."""
    confirmed_by: str | None = None
    """The person who confirmed that this is the right address."""
    confirmed_at: datetime | None = None
    bad_at: datetime | None = None
    """The moment at which a mail to the address came back."""

    @property
    def trusted(self) -> bool:
        """Whether the contact was entered, imported or confirmed. Trusted contacts may read counterparties' names;
        others get totals and the remedy."""
        return self.source in LISTED or self.confirmed_by is not None

    @property
    def status(self) -> ContactStatus:
        if self.bad_at is not None:
            return ContactStatus.BAD
        return ContactStatus.GOOD if self.trusted or self.own else ContactStatus.UNCONFIRMED

    def to_json(self) -> dict[str, Any]:
        """A line of ``catcher contact list PARTY --json``."""
        return {
            "party": self.party,
            "address": self.address,
            "source": self.source,
            "status": self.status,
            "trusted": self.trusted,
            "language": self.language,
            "openpgp": self.openpgp,
            "seen_at": _text(self.seen_at),
            "confirmed_by": self.confirmed_by,
            "confirmed_at": _text(self.confirmed_at),
            "bad_at": _text(self.bad_at),
        }


class StepResult(StrEnum):
    """The result of a step of the cascade."""

    FOUND = "found"
    """The source gave at least one address, confirmed or not."""
    NONE = "none"
    """The source was read and names no address."""
    FAILED = "failed"
    """The source could not be read; another attempt may succeed."""
    REFUSED = "refused"
    """The source was read, but its content must not be used."""


class StepReason(StrEnum):
    """The reasons for which a step gave no address: a closed list, so that no hostile text is kept or shown."""

    NOT_LISTED = "not-listed"
    """The file or directory has no row for this party."""
    NO_SUCH_NAME = "no-such-name"
    """NXDOMAIN."""
    NO_SUCH_RECORD = "no-such-record"
    """NODATA."""
    NOT_THERE = "not-there"
    """HTTP 404 or 410."""
    NO_ADDRESS = "no-mail-address"
    """The file or record exists but names no mail address."""
    REDACTED = "redacted"
    """The registry withholds the address (RFC 9537)."""
    NO_SERVER = "no-server"
    """No RDAP server is registered for this top-level domain (RFC 9224)."""
    NO_MAIL = "no-mail-here"
    """The domain takes no mail: no MX and no address, or a null MX (RFC 7505)."""
    DNS_FAILED = "dns-failed"
    """Time-out, SERVFAIL or a false answer."""
    NO_CONNECTION = "no-connection"
    """No address of the host accepted a connection."""
    TLS_FAILED = "tls-failed"
    """The certificate is not valid for this host, or the handshake failed."""
    TIMED_OUT = "timed-out"
    BROKEN = "broken-answer"
    """The answer is no HTTP, or is incomplete."""
    HTTP_STATUS = "http-status"
    """A status other than 200, 404 and 410."""
    TOO_LARGE = "too-large"
    REDIRECTS = "too-many-redirects"
    OTHER_HOST = "redirect-to-another-host"
    NOT_HTTPS = "not-https"
    """A redirect or a record that leads away from HTTPS."""
    SPECIAL_ADDRESS = "special-address"
    """The host's address is private, loopback, link-local or otherwise not of the open Internet (RFC 6890)."""
    CONTENT_TYPE = "wrong-content-type"
    MALFORMED = "malformed"
    EXPIRED = "expired"
    NO_EXPIRY = "no-expiry"
    """The file has no Expires field, or several; RFC 9116 §2.5.5 demands exactly one."""
    OTHER_CANONICAL = "for-another-place"
    """The file's Canonical fields name other places only (RFC 9116 §2.5.2)."""
    OTHER_NAME = "about-another-name"
    """The record is about another domain than the requested domain."""
    TYPO_DOMAIN = "typo-domain"
    """Every address is at a domain of the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """The outcome of one step of the cascade for one party; the latest outcome of each step is kept."""

    party: str
    step: Source
    at: datetime
    result: StepResult
    reason: StepReason | None = None
    """None when an address was found."""
    host: str | None = None
    """The host that was asked, or the directory that was searched; in A-labels or our own words."""
    addresses: int = 0
    """Number of addresses that the step gave and that are kept."""

    def to_json(self) -> dict[str, Any]:
        """A step of ``catcher contact find --json``, a line of ``catcher contact list --steps --json``."""
        return {
            "party": self.party,
            "step": self.step,
            "at": _text(self.at),
            "result": self.result,
            "reason": self.reason,
            "host": self.host,
            "addresses": self.addresses,
        }


def in_order(contacts: Iterable[Contact]) -> list[Contact]:
    """Contacts, the best first: entered, imported, confirmed, then in the order of the cascade; the CSIRT is always
    last."""
    return sorted(contacts, key=_rank)


def _rank(contact: Contact) -> tuple[int, int, int, str]:
    step = _STEP[contact.source]
    confirmed_too = contact.trusted and contact.source is not Source.CSIRT
    return (min(step, 2) if confirmed_too else 3, step, contact.preference, contact.address)


def next_contact(contacts: Iterable[Contact], *, tried: Collection[str] = ()) -> Contact | None:
    """The best good contact of one party whose address is not in ``tried``; None when no good contact is left."""
    left = {address.lower() for address in tried}
    return next(
        (c for c in in_order(contacts) if c.status is ContactStatus.GOOD and c.address.lower() not in left), None
    )


def merged(
    known: Iterable[Contact], found: Iterable[Contact], *, looked: Collection[Source] = LISTED
) -> tuple[Contact, ...]:
    """The contacts of one party after the sources ``looked`` gave ``found``, in order.

    An address from several sources belongs to the best of these sources. Confirmations and bounces stay.
    An address that its source no longer names is removed, unless a person confirmed it or it bounced; an address from
    the operator's own files is always removed. The default ``looked`` brings ``known`` up to date with these files.
    """
    found = tuple(found)
    named = {contact.address.lower() for contact in found}
    kept: dict[str, Contact] = {}
    for contact in known:
        gone = contact.source in looked and contact.address.lower() not in named
        held = contact.source not in LISTED and (contact.confirmed_by is not None or contact.bad_at is not None)
        if not gone or held:
            kept[contact.address.lower()] = contact
    for contact in sorted(found, key=lambda c: (_STEP[c.source], c.preference), reverse=True):
        before = kept.get(contact.address.lower())
        if before is None:
            kept[contact.address.lower()] = contact
            continue
        stays = before.source not in looked and _STEP[before.source] < _STEP[contact.source]
        kept[contact.address.lower()] = replace(
            replace(before, seen_at=max(before.seen_at, contact.seen_at)) if stays else contact,
            confirmed_by=before.confirmed_by,
            confirmed_at=before.confirmed_at,
            bad_at=before.bad_at,
        )
    return tuple(in_order(kept.values()))


def confirmed(known: Sequence[Contact], address: str, *, by: str, at: datetime) -> tuple[Contact, ...]:
    """Marks ``address`` in ``known`` as confirmed by the person ``by`` at ``at``, and as good if it bounced."""
    wanted = address.lower()
    changed = [
        replace(c, confirmed_by=by, confirmed_at=at, bad_at=None) if c.address.lower() == wanted else c for c in known
    ]
    return tuple(in_order(changed))


def bounced(known: Sequence[Contact], address: str, *, at: datetime) -> tuple[Contact, ...]:
    """``known`` after a mail to ``address`` came back at ``at``; the moment of the first bounce is kept."""
    wanted = address.lower()
    return tuple(
        replace(c, bad_at=at) if c.address.lower() == wanted and c.bad_at is None else c for c in in_order(known)
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
