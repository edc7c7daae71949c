"""The made-up organisations: their names, their sending networks and their published mail policies."""

from __future__ import annotations

from dataclasses import dataclass

from catcher.demo.keys import Algorithm


@dataclass(frozen=True, slots=True)
class SendingHost:
    """A machine that sends mail to the sink."""

    name: str
    """Its HELO argument; if ``named``, reverse DNS resolves its address to this name, and forward DNS the name back."""
    address: str
    resolver: str
    """Address of the resolver that asks for MX records on its behalf; it is in the same network."""
    named: bool = True
    """Whether it is in reverse and forward DNS. Hijacked machines have a name ``host-…`` of their provider, or none."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation with one outgoing mail host at ``127.20.NETWORK.25``."""

    domain: str
    name: str
    network: int
    algorithm: Algorithm | None = None
    """The algorithm of its signatures; None: it doesn't sign."""
    dmarc: str | None = None
    """Its published DMARC policy; None: no DMARC record."""
    spf: str | None = "ip4:{address} -all"
    via: str | None = None
    """The domain of another organisation, whose host sends its mail; None: its own host sends its mail."""
    outbound: str | None = None
    """The name of its host, where it isn't ``out.DOMAIN``."""
    inbound: str | None = None
    """The name in its MX record, where it isn't its host."""

    @property
    def selector(self) -> str:
        return f"s{self.network}"

    @property
    def host(self) -> SendingHost:
        name = self.outbound or f"out.{self.domain}"
        return SendingHost(name, f"127.20.{self.network}.25", f"127.20.{self.network}.53")


CONTRACTOR = Organisation("contractor.example", "Ridgeway Engineering", 1, Algorithm.RSA, "reject")
TRAVEL = Organisation("travel.example", "Meridian Travel", 2, Algorithm.ED25519, "none", "a:out.travel.example -all")
HOSPITAL = Organisation("hospital.example", "St Brigid Hospital", 3)
MINISTRY = Organisation("ministry.example", "Ministry of Works", 4, Algorithm.RSA, "reject")
SHIPYARD = Organisation("shipyard.example", "Harbour Shipyard", 5, Algorithm.ED25519, "quarantine")
CLINIC = Organisation("clinic.example", "Riverside Clinic", 6, Algorithm.ED25519, "quarantine")
MAILHOST = Organisation("mailhost.example", "Mailhost", 7, Algorithm.RSA, "quarantine")
UNIVERSITY = Organisation(
    "university.example", "Lakeside University", 8, spf="include:mailhost.example ~all", via="mailhost.example"
)
NEWSLETTER = Organisation("newsletter.example", "Morning Digest", 9, Algorithm.ED25519, "quarantine")
SHOP = Organisation("shop.example", "Tent and Tarp Outfitters", 10, Algorithm.ED25519, "reject")
SCHOOL = Organisation("school.example", "Millbrook School", 11)
TOWN = Organisation("town.example", "Town of Millbrook", 12, Algorithm.ED25519, "none")
PRIZE = Organisation("prize.example", "Prize Promotions", 13, Algorithm.ED25519, "none")
"""A spammer's own domain. Its mail is properly authenticated and yet not genuine."""
PLATFORM = Organisation(
    "protection.outlook.com", "Microsoft 365", 14,
    outbound="mail-am6eur05.outbound.protection.outlook.com", inbound="mail.protection.outlook.com",
)  # fmt: skip
"""The one real name among the senders: the rules know each platform by its hosts' names. Its zone on loopback is
made up."""
COLLEGE = Organisation(
    "college.example", "Hillside College", 15, Algorithm.RSA, "quarantine",
    "include:spf.protection.outlook.com -all", PLATFORM.domain, inbound="college-example.mail.protection.outlook.com",
)  # fmt: skip
COUNCIL = Organisation("council.example", "Fairhaven Council", 16)
SUPPLIER = Organisation("supplier.example", "Northgate Supplies", 17, Algorithm.ED25519, "quarantine")
REPORTER = Organisation("reporter.example", "Reporter Mail", 18, Algorithm.RSA, "reject")
SIGN_UPS = tuple(
    Organisation(f"{word}.example", name, 20 + number, Algorithm.ED25519, "reject")
    for number, (word, name) in enumerate(
        {
            "forum": "Model Railway Forum",
            "tickets": "Stage Door Tickets",
            "learn": "Learn Anything",
            "stream": "Evening Stream",
            "gym": "Corner Gym",
            "recipes": "Recipe Exchange",
        }.items()
    )
)
"""Genuine services with sign-up forms that somebody abuses."""

ORGANISATIONS = (
    CONTRACTOR, TRAVEL, HOSPITAL, MINISTRY, SHIPYARD, CLINIC, MAILHOST, UNIVERSITY,
    NEWSLETTER, SHOP, SCHOOL, TOWN, PRIZE, PLATFORM, COLLEGE, COUNCIL, SUPPLIER, REPORTER, *SIGN_UPS,
)  # fmt: skip

ACCESS_PROVIDER = "pool.example"
"""The Internet provider of the hijacked machines."""


def hijacked(number: int) -> SendingHost:
    """Hijacked machine number ``number`` (0..39). Machines with even numbers have a name of their provider in DNS."""
    network, last = 1 + number % 8, 100 + number
    named = number % 2 == 0
    name = f"host-{network}-{last}.{ACCESS_PROVIDER}" if named else f"desktop-{last:x}"
    return SendingHost(name, f"127.66.{network}.{last}", f"127.66.{network}.53", named)


HIJACKED = tuple(hijacked(number) for number in range(40))

LAPTOP = SendingHost("laptop-17", "127.66.9.17", "127.66.9.53", named=False)
"""A laptop with a mail program that has a typo domain configured as its server."""
