"""Mailbox providers with the organisation's own domain: iCloud, Proton, Fastmail."""

from __future__ import annotations

from tests.persons.clients import desks, phones, webs
from tests.persons.system import Key, System

APPLE_HOSTS = (
    ("p-east3-cluster4-host9-snip4-10.eps.apple.com", "198.19.32.241"),
    ("p-west3-cluster6-host10-snip4-2.eps.apple.com", "198.19.33.95"),
)
APPLE_ZONE = """
icloud.com TXT v=spf1 ip4:198.19.32.0/22 ip4:198.19.36.0/24 ~all
icloud.com MX 10 mx01.mail.icloud.com
mx01.mail.icloud.com A 198.19.35.10
_dmarc.icloud.com TXT v=DMARC1; p=quarantine; sp=quarantine
1a1hai._domainkey.icloud.com TXT {RSA}
"""
APPLE_RECEIVED = """
Received: from outbound.qs.icloud.com (unknown [127.0.0.2])
	by p00-icloudmta-asmtp-us-east-2d-20-percent-1 (Postfix) with ESMTPS id {HEX:12};
	{date}
"""
APPLE_SIGNED = "From:To:Cc:Subject:Date:Message-Id:MIME-Version:Content-Type:In-Reply-To:References:x-icloud-hme"
ICLOUD = System(
    number=23,
    name="iCloud with a domain of one's own",
    source="lore.kernel.org: qemu-devel and linux mails via outbound.qs.icloud.com 2025-2026 (s=sig1, no t=);"
    " support.apple.com: custom email domain (sig1.dkim.….at.icloudmailadmin.com)",
    provider_zone=APPLE_ZONE,
    zone="""
{domain} MX 10 mx01.mail.icloud.com
{domain} MX 10 mx02.mail.icloud.com
{domain} TXT v=spf1 include:icloud.com ~all
{domain} TXT apple-domain=abcdef
_dmarc.{domain} TXT v=DMARC1; p=none
sig1._domainkey.{domain} CNAME sig1.dkim.{domain}.at.icloudmailadmin.com
sig1.dkim.{domain}.at.icloudmailadmin.com TXT {RSA}
""",
    hosts=APPLE_HOSTS,
    keys=(Key(APPLE_SIGNED, selector="sig1"),),
    clients=(phones.IPHONE, phones.IPHONE, desks.APPLE_MAIL, webs.ICLOUD_WEB),
    before=APPLE_RECEIVED,
)
PROTON = System(
    number=25,
    name="Proton with a domain of one's own",
    source="lore.kernel.org: mails from proton.me and Proton's custom domains 2021-2026 (t=, x=, oversigned h=)",
    provider_zone="""
_spf.protonmail.ch TXT v=spf1 ip4:198.19.40.0/22 ~all
mail.protonmail.ch A 198.19.43.10
mailsec.protonmail.ch A 198.19.43.11
""",
    zone="""
{domain} MX 10 mail.protonmail.ch
{domain} MX 20 mailsec.protonmail.ch
{domain} TXT protonmail-verification=abcdef
{domain} TXT v=spf1 include:_spf.protonmail.ch ~all
_dmarc.{domain} TXT v=DMARC1; p=quarantine
protonmail._domainkey.{domain} CNAME protonmail.domainkey.d{account}abc.domains.proton.ch
protonmail.domainkey.d{account}abc.domains.proton.ch TXT {RSA}
""",
    hosts=(("mail-40131.protonmail.ch", "198.19.40.131"), ("mail-4316.protonmail.ch", "198.19.41.16")),
    keys=(
        Key(
            "Date:To:From:Cc:Subject:Message-ID:In-Reply-To:References:Feedback-ID:From:To:Cc:Date:Subject:Reply-To:"
            "Feedback-ID:Message-ID:BIMI-Selector",
            selector="protonmail",
            tags="t={stamp}; x={week};",
            only_present=False,
        ),
    ),
    clients=(webs.PROTON,),
)
FASTMAIL = System(
    number=26,
    name="Fastmail with a domain of one's own",
    source="lore.kernel.org: mails via fout-*.messagingengine.com (s=fm1…fm3, second signature d=messagingengine.com)",
    provider_zone="""
spf.messagingengine.com TXT v=spf1 ip4:198.19.48.0/23 ~all
in1-smtp.messagingengine.com A 198.19.49.10
fm2._domainkey.messagingengine.com TXT {RSA}
""",
    zone="""
{domain} MX 10 in1-smtp.messagingengine.com
{domain} MX 20 in2-smtp.messagingengine.com
{domain} TXT v=spf1 include:spf.messagingengine.com ?all
_dmarc.{domain} TXT v=DMARC1; p=none
fm1._domainkey.{domain} CNAME fm1.{domain}.dkim.fmhosted.com
fm1.{domain}.dkim.fmhosted.com TXT {RSA}
""",
    hosts=(
        ("fout-a1-smtp.messagingengine.com", "198.19.48.144"),
        ("fhigh-b8-smtp.messagingengine.com", "198.19.48.159"),
    ),
    keys=(
        Key(
            "cc:cc:content-transfer-encoding:content-type:content-type:date:date:from:from:in-reply-to:in-reply-to:"
            "message-id:mime-version:reply-to:subject:subject:to:to",
            selector="fm1",
            tags="t={stamp}; x={week};",
        ),
        Key(
            "cc:cc:content-type:content-type:date:date:feedback-id:feedback-id:from:from:in-reply-to:message-id:"
            "mime-version:reply-to:subject:subject:to:to:x-me-proxy:x-me-sender",
            domain="messagingengine.com",
            selector="fm2",
            tags="t={stamp}; x={week};",
        ),
    ),
    clients=(webs.FASTMAIL, webs.FASTMAIL, phones.IPHONE, desks.THUNDERBIRD),
    before="""
Received: from phl-compute-02.internal (phl-compute-02.internal [10.202.2.42])
	by mailfout.phl.internal (Postfix) with ESMTP id {HEX:12};
	{date}
""",
)
SYSTEMS = (ICLOUD, PROTON, FASTMAIL)
