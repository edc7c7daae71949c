"""Copies, replays and forgeries that carry an innocent organisation's signature or name."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.persons.clients import webs
from tests.persons.decoys.decoy import ATTACKER, Decoy, Expected, Setting
from tests.persons.system import Sent
from tests.persons.systems import google, microsoft, own
from tests.persons.systems.senders import SENDGRID


def _with_to(octets: bytes, rcpt: str) -> bytes:
    """The mail with another To; what signs To breaks."""
    return re.sub(rb"(?m)^To:.*\r\n(?:[ \t].*\r\n)*", f"To: {rcpt}\r\n".encode(), octets, count=1)


def from_own_machine(of: Setting) -> Sent:
    """A mail that the attacker got from the author, sent on with To changed, by a server of his own."""
    return replace(
        of.letter,
        octets=_with_to(of.letter.octets, of.rcpt),
        mail_from="bot@attacker.example",
        client="192.0.2.250",
        helo="vps250.attacker.example",
    )


def from_other_tenant(of: Setting) -> Sent:
    """The same by another tenant of the author's platform, with the author's address as MAIL FROM."""
    host, address = of.rng.choice(microsoft.HOSTS)
    return replace(
        of.letter,
        octets=_with_to(of.letter.octets, of.rcpt),
        mail_from=of.author_address,
        client=address,
        helo=host,
    )


def list_copy(of: Setting) -> Sent:
    """A list that keeps From, Subject and body: the author's signature holds."""
    _, _, domain = of.other_address.partition("@")
    octets = of.on_top("""
Received: from localhost ([127.0.0.1] helo=mail.{domain})
	by mail.{domain} with esmtp (Exim 4.96)
	(envelope-from <talk-bounces@{domain}>)
	id 1vABCD-0001Ab-2C; {date}
X-BeenThere: talk@{domain}
X-Mailman-Version: 2.1.39
Precedence: list
List-Id: Talk <talk.{domain}>
List-Unsubscribe: <https://{domain}/mailman/options/talk>
List-Post: <mailto:talk@{domain}>
Errors-To: talk-bounces@{domain}
Sender: "Talk" <talk-bounces@{domain}>
""")
    return replace(
        of.letter,
        octets=octets,
        mail_from=f"talk-bounces+{of.rcpt.replace('@', '=')}@{domain}",
        client=of.other.address,
        helo=f"mail.{domain}",
    )


def bare_list_copy(of: Setting) -> Sent:
    """The same by an attacker's list, which strips its own fields again."""
    return replace(
        of.letter,
        mail_from="bounces@attacker.example",
        client="192.0.2.250",
        helo="vps250.attacker.example",
    )


def forged_at_google(of: Setting) -> Sent:
    """From of the innocent organisation, sent by another tenant of Google's: its own key signs."""
    return replace(
        google.WITHOUT_KEY.send(
            webs.GMAIL.template, of.scene(("Ada", of.author_address)), of.other, mail_from=f"bot@{of.other.domain}"
        )
    )


def forged_by_service(of: Setting) -> Sent:
    """From of the innocent organisation, sent by a customer of a sending service."""
    sent = SENDGRID.send(webs.ROUNDCUBE.template, of.scene(("Ada", of.author_address)), of.other)
    return replace(sent, mail_from=f"bounces+1-abcd-{of.rcpt.replace('@', '=')}@em1234.{of.other.domain}")


def relay_in_the_range(of: Setting) -> Sent:
    """A customer of the same platform writes with MAIL FROM and From of the innocent organisation: SPF passes."""
    host, address = of.rng.choice(google.HOSTS)
    fields = f"From: Ada <{of.author_address}>\r\nTo: {of.rcpt}\r\nSubject: Plan\r\nX-Mailer: Apple Mail (2.3826)\r\n"
    fields += f"Date: Fri, 20 Nov 2026 11:50:00 +0000\r\nMessage-ID: <1@{of.author.domain}>\r\nMIME-Version: 1.0\r\n"
    return replace(
        of.letter, octets=f"{fields}\r\nhello\r\n".encode(), mail_from=of.author_address, client=address, helo=host
    )


DECOYS = (
    Decoy(
        7,
        "list copy, the author's signature kept",
        "list.org; public archives of lists that change nothing (To names the list)",
        Expected.NEVER,
        own.EXIM,
        own.OPENDKIM,
        list_copy,
    ),
    Decoy(
        8,
        "copy by an attacker's machine, nothing changed",
        "RFC 6376 8.6 (replay)",
        Expected.NEVER,
        own.OPENDKIM,
        own.RSPAMD,
        bare_list_copy,
        zone=ATTACKER,
    ),
    Decoy(
        10,
        "replay of a Microsoft 365 mail with another To, from a machine of one's own",
        "RFC 6376 8.6; what Exchange Online signs",
        Expected.NEVER,
        microsoft.WITH_KEY,
        own.OPENDKIM,
        from_own_machine,
        zone=ATTACKER,
    ),
    Decoy(
        11,
        "replay of a Microsoft 365 mail with another To, by another tenant",
        "RFC 6376 8.6; learn.microsoft.com: outbound hosts are shared",
        Expected.RESIDUAL,
        microsoft.WITH_KEY,
        own.OPENDKIM,
        from_other_tenant,
    ),
    Decoy(
        13,
        "From of another organisation, sent by a tenant of Google's",
        "support.google.com: send as another address; gappssmtp keys",
        Expected.NEVER,
        own.OPENDKIM,
        google.WITHOUT_KEY,
        forged_at_google,
    ),
    Decoy(
        14,
        "From of another organisation, sent by a customer of a sending service",
        "docs.sendgrid.com: sender authentication",
        Expected.NEVER,
        own.OPENDKIM,
        SENDGRID,
        forged_by_service,
    ),
    Decoy(
        16,
        "From and MAIL FROM of another customer of the platform, unsigned",
        "RFC 7208 11.4 (shared hosts)",
        Expected.NEVER,
        google.WITH_KEY,
        own.OPENDKIM,
        relay_in_the_range,
    ),
)
