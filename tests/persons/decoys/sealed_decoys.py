"""The sealed third of the decoys: numbers divisible by three, written without sight of the product's rules."""

from __future__ import annotations

from dataclasses import replace

from tests.persons.decoys.decoy import ATTACKER, Decoy, Expected, Setting
from tests.persons.decoys.forgeries import from_own_machine
from tests.persons.system import Sent
from tests.persons.systems import gateways, google, microsoft, own

_CAMPUS = """
campus.example MX 10 mail.campus.example
mail.campus.example A 192.0.2.240
campus.example TXT v=spf1 ip4:192.0.2.240/28 -all
guest-192-0-2-247.campus.example A 192.0.2.247
247.2.0.192.in-addr.arpa PTR guest-192-0-2-247.campus.example
"""


def postsrsd(of: Setting) -> Sent:
    """Postfix with postsrsd: MAIL FROM ``SRS0=hash=day=domain=local@forwarder``."""
    local, _, domain = of.author_address.partition("@")
    octets = of.on_top("""
Received: by mail.{domain} (Postfix)
	id {HEX:10}; {date}
Delivered-To: {local}@{domain}
Received: from mail.{author_domain} (mail.{author_domain} [{was}])
	by mail.{domain} (Postfix) with ESMTPS id {HEX:10}
	for <{local}@{domain}>; {date}
""")
    return replace(
        of.letter,
        octets=octets,
        mail_from=f"SRS0=opaC=WO={domain}={local}@{of.other.domain}",
        client=of.other.address,
        helo=f"mail.{of.other.domain}",
    )


def plain_forward(of: Setting) -> Sent:
    """A .forward or Sieve redirect that keeps MAIL FROM: SPF fails, the author's signature holds."""
    octets = of.on_top("""
X-Sieve-Redirected-From: {local}@{domain}
Delivered-To: {local}@{domain}
Received: from mail.{author_domain} ([{was}])
	by mail.{domain} with LMTP
	id {b64:12} (envelope-from <{was_from}>)
	for <{local}@{domain}>; {date}
""")
    return replace(of.letter, octets=octets, client=of.other.address, helo=f"mail.{of.other.domain}")


def redirect_on_the_platform(of: Setting) -> Sent:
    """An inbox rule that redirects, at another customer of the author's own platform; MAIL FROM kept."""
    host, address = of.rng.choice(microsoft.HOSTS)
    octets = of.on_top("""
Received: from AM0PR05MB{dec:4}.eurprd05.prod.outlook.com (2001:db8:208:{hex:3}::9)
 by AM0PR05MB{dec:4}.eurprd05.prod.outlook.com with Microsoft SMTP Server; {date}
X-MS-Exchange-Inbox-Rules-Loop: {local}@{domain}
X-MS-Exchange-CrossTenant-Id: {tenantid}
""")
    return replace(of.letter, octets=octets, client=address, helo=host)


def campus_guest(of: Setting) -> Sent:
    """A guest in a campus network whose addresses the SPF of the campus names."""
    text = (
        f"From: Dean <dean@campus.example>\r\nTo: {of.rcpt}\r\nSubject: Plan\r\nUser-Agent: Mozilla Thunderbird\r\n"
        "Date: Fri, 20 Nov 2026 11:50:00 +0000\r\nMessage-ID: <1@campus.example>\r\nMIME-Version: 1.0\r\n\r\nhello\r\n"
    )
    return replace(
        of.letter,
        octets=text.encode(),
        mail_from="dean@campus.example",
        client="192.0.2.247",
        helo="guest-192-0-2-247.campus.example",
    )


DECOYS = (
    Decoy(
        3,
        "Postfix with postsrsd",
        "github.com/roehling/postsrsd; Mail::SRS (SRS0=hash=tt=domain=local)",
        Expected.FORWARD,
        own.EXIM,
        own.OPENDKIM,
        postsrsd,
    ),
    Decoy(
        6,
        "forward that keeps MAIL FROM",
        "RFC 5228 4.2 (redirect); dovecot/pigeonhole: X-Sieve-Redirected-From",
        Expected.NEVER,
        own.OPENDKIM,
        own.RSPAMD,
        plain_forward,
    ),
    Decoy(
        9,
        "redirect at another customer of the author's own platform, MAIL FROM kept",
        "learn.microsoft.com: inbox rules, redirect (X-MS-Exchange-Inbox-Rules-Loop)",
        Expected.NEVER,
        microsoft.WITH_KEY,
        microsoft.WITHOUT_KEY,
        redirect_on_the_platform,
    ),
    Decoy(
        12,
        "guest in a campus network",
        "RFC 7208 11.4; public PTR habits of campus networks",
        Expected.NEVER,
        own.OPENDKIM,
        google.WITH_KEY,
        campus_guest,
        zone=_CAMPUS,
    ),
    Decoy(
        15,
        "replay of a mail without a signature by a gateway's neighbour",
        "draft-levine-smtp-batv: a tag doesn't prove who sends",
        Expected.NEVER,
        gateways.BARRACUDA,
        own.OPENDKIM,
        from_own_machine,
        zone=ATTACKER,
    ),
)
