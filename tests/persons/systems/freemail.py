"""Mailbox providers under their own names: the author is a private person."""

from __future__ import annotations

from tests.persons.clients import desks, phones, webs
from tests.persons.system import Key, System
from tests.persons.systems import google, hosted

GMAIL = System(
    number=28,
    name="gmail.com",
    source="lore.kernel.org: mails from @gmail.com 2023-2026 (d=gmail.com; s=20230601; darn=)",
    domain="gmail.com",
    provider_zone=google.PROVIDER,
    zone="""
gmail.com MX 5 gmail-smtp-in.l.google.com
gmail-smtp-in.l.google.com A 198.18.129.28
gmail.com TXT v=spf1 redirect=_spf.google.com
_dmarc.gmail.com TXT v=DMARC1; p=none; sp=quarantine
20230601._domainkey.gmail.com TXT {RSA}
""",
    hosts=google.HOSTS,
    keys=(Key(google.SIGNED, selector="20230601", tags=google.TAGS),),
    clients=google.PEOPLE,
    before=google.BEFORE,
)
WEBDE = System(
    number=29,
    name="GMX and web.de",
    source="lore.kernel.org: mails from @gmx.de, @web.de (s=s31663417, t=, x=, i=, h=X-UI-Sender-Class:…)",
    domain="web.de",
    provider_zone="",
    zone="""
web.de MX 100 mx-ha02.web.de
mx-ha02.web.de A 198.19.56.10
web.de TXT v=spf1 ip4:198.19.56.0/23 -all
_dmarc.web.de TXT v=DMARC1; p=none
s29768273._domainkey.web.de TXT {RSA}
""",
    hosts=(("mout.web.de", "198.19.56.12"), ("mout.web.de", "198.19.56.14")),
    keys=(
        Key(
            "X-UI-Sender-Class:MIME-Version:Message-ID:From:To:Subject:Content-Type:Importance:Sensitivity:"
            "References:In-Reply-To:Date:cc:content-transfer-encoding:content-type:date:from:message-id:"
            "mime-version:reply-to:subject:to",
            selector="s29768273",
            tags="t={stamp}; x={week}; i={local}@{domain};",
        ),
    ),
    clients=(webs.WEBDE, webs.WEBDE, desks.THUNDERBIRD, phones.K9, phones.IPHONE),
    after="X-UI-Sender-Class: 814a7b36-bfc1-4dae-8640-3722d8ec6cd6\n",
)
ICLOUD = System(
    number=31,
    name="icloud.com",
    source="lore.kernel.org: devicetree mail of @icloud.com June 2026 (d=icloud.com; s=1a1hai; t=)",
    domain="icloud.com",
    provider_zone=hosted.APPLE_ZONE,
    zone="",
    hosts=hosted.APPLE_HOSTS,
    keys=(Key(hosted.APPLE_SIGNED, selector="1a1hai", tags="t={stamp}; x={week};"),),
    clients=(phones.IPHONE, phones.IPHONE, desks.APPLE_MAIL, webs.ICLOUD_WEB),
    before=hosted.APPLE_RECEIVED,
)
SYSTEMS = (GMAIL, WEBDE, ICLOUD)
