"""Mails of one author by several carriers, and the DNS in which they are proven: for tests about counting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from catcher.directory import platform_of
from catcher.model.mail.fingerprint import Fingerprint
from tests.support.fingerprints import NOW, SUFFIXES, Table, context, judge, transaction, txt
from tests.support.signing import ED25519_RECORD, signed

MICROSOFT = "192.0.2.10"
GOOGLE = "192.0.2.20"
OWN = "192.0.2.25"
ELSEWHERE = "203.0.113.66"
"""A machine that no record of the author names."""

MICROSOFT_SIGNS = "from:date:subject:message-id:content-type:mime-version:x-ms-exchange-senderadcheck"
GOOGLE_SIGNS = "from:to:cc:date:subject:message-id:mime-version"

LETTER = (
    b"From: Ada Lane <ada@contractor.example>\r\n"
    b"To: Joe Doe <doe@army.ml>\r\n"
    b"Subject: plan\r\n"
    b"Thread-Topic: plan\r\n"
    b"Date: Fri, 20 Nov 2026 11:00:00 +0000\r\n"
    b"Message-ID: <AM0PR01@AM0PR01MB0001.eurprd01.prod.exchangelabs.com>\r\n"
    b"Accept-Language: en-US\r\n"
    b"X-MS-Has-Attach:\r\n"
    b'Content-Type: text/plain; charset="us-ascii"\r\n'
    b"MIME-Version: 1.0\r\n"
    b"X-MS-Exchange-SenderADCheck: 1\r\n"
    b"\r\n"
    b"hello\r\n"
)


def host(client: str, name: str) -> Table:
    """The records by which ``name`` is the confirmed name of ``client``."""
    return {f"{'.'.join(reversed(client.split('.')))}.in-addr.arpa PTR": [name], f"{name} A": [client]}


HOSTS: Table = {
    **host(MICROSOFT, "mail-bn8nam11on2101.outbound.protection.outlook.com"),
    **host(GOOGLE, "mail-lf1-f47.google.com"),
    **host(OWN, "out.contractor.example"),
    **host(ELSEWHERE, "vps66.hosting.example"),
    "spf.protection.outlook.com TXT": txt("v=spf1 ip4:192.0.2.0/24 -all"),
    "_spf.google.com TXT": txt("v=spf1 ip4:192.0.2.0/24 -all"),
}


def at_microsoft(domain: str = "contractor.example", *, dkim: bool = True) -> Table:
    """A customer of Microsoft 365; with ``dkim`` it has set up its own key."""
    dashed = domain.replace(".", "-")
    own: Table = {f"selector1._domainkey.{domain} TXT": [ED25519_RECORD]}
    return {
        **HOSTS,
        f"{domain} TXT": txt("v=spf1 include:spf.protection.outlook.com -all"),
        f"{domain} MX": [(0, f"{dashed}.mail.protection.outlook.com")],
        f"_dmarc.{domain} TXT": txt("v=DMARC1; p=reject"),
        **(own if dkim else {}),
    }


def at_google(domain: str = "contractor.example") -> Table:
    """A customer of Google Workspace."""
    return {
        **HOSTS,
        f"{domain} TXT": txt("v=spf1 include:_spf.google.com -all"),
        f"{domain} MX": [(1, "smtp.google.com")],
        f"_dmarc.{domain} TXT": txt("v=DMARC1; p=reject"),
        f"google._domainkey.{domain} TXT": [ED25519_RECORD],
    }


def on_its_own(domain: str = "contractor.example") -> Table:
    """An organisation with a server of its own, and a key."""
    return {
        **HOSTS,
        f"{domain} TXT": txt(f"v=spf1 ip4:{OWN} -all"),
        f"{domain} MX": [(10, f"mx.{domain}")],
        f"_dmarc.{domain} TXT": txt("v=DMARC1; p=reject"),
        f"s1._domainkey.{domain} TXT": [ED25519_RECORD],
    }


def by_microsoft(message: bytes = LETTER, *, domain: str = "contractor.example", tags: str = "") -> bytes:
    """``message`` as Microsoft 365 signs it: without recipients, without ``t=``."""
    return signed(message, domain=domain, selector="selector1", headers=MICROSOFT_SIGNS, tags=tags)


def by_google(message: bytes = LETTER, *, domain: str = "contractor.example", selector: str = "google") -> bytes:
    """``message`` as Google signs it."""
    return signed(message, domain=domain, selector=selector, headers=GOOGLE_SIGNS, tags=f"t={int(NOW.timestamp())};")


def with_field(message: bytes, field: str) -> bytes:
    """``message`` with one more field on top, as a host on the way adds it."""
    return field.encode() + b"\r\n" + message


def found(
    message: bytes,
    table: Table,
    *,
    client: str,
    mail_from: str | None = "ada@contractor.example",
    rcpt_to: Iterable[str] = ("doe@army.ml",),
    helo: str = "",
    now: datetime = NOW,
) -> Fingerprint:
    """The fingerprint of ``message`` that comes from ``client``."""
    of = transaction(message, client=client, helo=helo, mail_from=mail_from, rcpt_to=rcpt_to, now=now)
    return judge(of, table, replace(context(now), platform=platform_of)).found


def organisation_of(name: str | None) -> str:
    """The organizational domain of ``name``; '' for None."""
    return SUFFIXES.organizational_domain(name) if name else ""


TO_OTHERS = LETTER.replace(b"doe@army.ml", b"ann@bank.example")
"""A letter that the author wrote to somebody else."""
ATTACKERS: Table = {
    "evil.example TXT": txt(f"v=spf1 ip4:{ELSEWHERE} -all"),
    "s1._domainkey.evil.example TXT": [ED25519_RECORD],
    **host(ELSEWHERE, "mail.evil.example"),
}
