"""Forwards by rule: somebody's mailbox passes everything on to an address at the typo domain."""

from __future__ import annotations

from dataclasses import replace

from tests.persons.decoys.decoy import ATTACKER, Decoy, Expected, Setting
from tests.persons.system import Sent
from tests.persons.systems import google, microsoft, own

GOOGLE_FORWARDED = """
X-Forwarded-Encrypted: i=1; {b64:60}
X-Gm-Message-State: AOJu0Y{url64:40}
X-Google-Smtp-Source: AGHT+I{url64:60}
X-Received: by 2002:a05:600c:{hex:4}:b0:43c:f4b3:b0a6 with SMTP id {hex:16}; {date}
X-Forwarded-To: {rcpt}
X-Forwarded-For: {local}@{domain} {rcpt}
Delivered-To: {local}@{domain}
Received: by 2002:a05:6359:{hex:4}:b0:1c3:8e4c:32a4 with SMTP id {hex:16}; {date}
Return-Path: <{was_from}>
Received: from mail.{author_domain} ([{was}])
        by mx.google.com with ESMTPS id {hex:20}
        for <{local}@{domain}>; {date}
Received-SPF: pass (google.com: domain of {was_from} designates {was} as permitted sender) client-ip={was};
Authentication-Results: mx.google.com;
       dkim=pass header.i=@{author_domain};
       spf=pass (google.com: domain of {was_from} designates {was} as permitted sender) smtp.mailfrom={was_from}
"""
"""Gmail's automatic forwarding (support.google.com: automatically forward; lore: mit.edu mails 2024, +caf_=)."""


def google_forward(of: Setting) -> Sent:
    local, _, domain = of.other_address.partition("@")
    host, address = of.rng.choice(google.HOSTS)
    return replace(
        of.letter,
        octets=of.on_top(GOOGLE_FORWARDED),
        mail_from=f"{local}+caf_={of.rcpt.replace('@', '=')}@{domain}",
        client=address,
        helo=host,
    )


def microsoft_forward(of: Setting) -> Sent:
    """SRS of Exchange Online: ``user+SRS=hash=day=domain=local@domain``."""
    local, _, domain = of.other_address.partition("@")
    was_local, _, was_domain = of.author_address.partition("@")
    host, address = of.rng.choice(microsoft.HOSTS)
    octets = of.on_top("""
Received: from AM0PR05MB{dec:4}.eurprd05.prod.outlook.com (2001:db8:208:{hex:3}::9)
 by AM0PR05MB{dec:4}.eurprd05.prod.outlook.com with Microsoft SMTP Server; {date}
Authentication-Results: spf=pass (sender IP is {was})
 smtp.mailfrom={author_domain}; dkim=pass (signature was verified)
 header.d={author_domain};dmarc=pass action=none
 header.from={author_domain};compauth=pass reason=100
Received-SPF: Pass (protection.outlook.com: domain of {author_domain} designates
 {was} as permitted sender)
Resent-From: <{local}@{domain}>
X-MS-Exchange-ForwardingLoop:
 {local}@{domain};{hex:32}
X-OriginatorOrg: {domain}
X-MS-Exchange-CrossTenant-Id: {tenantid}
""")
    return replace(
        of.letter,
        octets=octets,
        mail_from=f"{local}+SRS=44ldt=IX={was_domain}={was_local}@{domain}",
        client=address,
        helo=host,
    )


def microsoft_journal(of: Setting) -> Sent:
    """A journal report: a mail of the organisation's own about the letter, which is attached."""
    _, _, domain = of.other_address.partition("@")
    template = """
From: "Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{domain}>
To: <{rcpt}>
Subject: Plan for next week
Date: {date}
Message-ID: <{uuid}@journal.report.generator>
X-MS-Journal-Report:
X-MS-Exchange-Generated-Message-Source: Journal Agent
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="{boundary}"
"""
    scene_author = ("Microsoft Outlook", f"MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{domain}")
    return microsoft.WITH_KEY.send(
        template,
        of.scene(scene_author),
        of.other,
        text=f"Sender: {of.author_address}\nRecipient: {of.other_address}",
        mail_from=scene_author[1],
    )


def forged_forward(of: Setting) -> Sent:
    """Gmail's forwarding fields on a mail from a machine of nobody's."""
    return replace(
        of.letter,
        octets=of.on_top(GOOGLE_FORWARDED),
        mail_from="bot@attacker.example",
        client="192.0.2.250",
        helo="vps250.attacker.example",
    )


DECOYS = (
    Decoy(
        1,
        "Gmail's automatic forwarding (+caf_=)",
        "support.google.com/mail: automatically forward; rspamd: ENVFROM_VERP (+caf_=); lore: mit.edu mail of 2024",
        Expected.FORWARD,
        own.EXIM,
        google.WITH_KEY,
        google_forward,
    ),
    Decoy(
        2,
        "Exchange Online's forwarding with SRS",
        "learn.microsoft.com: Sender Rewriting Scheme (SRS) in Microsoft 365 (user+SRS=…)",
        Expected.FORWARD,
        own.OPENDKIM,
        microsoft.WITH_KEY,
        microsoft_forward,
    ),
    Decoy(
        4,
        "journal rule of Exchange Online",
        "learn.microsoft.com: journaling in Exchange Online, journal reports (X-MS-Journal-Report)",
        Expected.FORWARD,
        own.OPENDKIM,
        microsoft.WITH_KEY,
        microsoft_journal,
    ),
    Decoy(
        5,
        "forged X-Forwarded-For and -To",
        "support.google.com: X-Forwarded-*; anybody can write them",
        Expected.NEVER,
        own.EXIM,
        google.WITH_KEY,
        forged_forward,
        zone=ATTACKER,
    ),
)
