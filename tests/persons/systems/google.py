"""Google Workspace: with a key of the organisation's own, and with the one that Google makes for each tenant."""

from __future__ import annotations

from tests.persons.clients import phones, webs
from tests.persons.system import Key, System

SIGNED = (
    "to:cc:subject:message-id:date:from:in-reply-to:references:auto-submitted:sender:reply-to:mime-version:"
    "+from:+to:+cc:+subject:+date:+message-id:+reply-to"
)
"""What Google signs (lore.kernel.org, 2024-2026): what is there, and the names that nobody may add."""
BEFORE = """
Received: by mail-lf1-f47.google.com with SMTP id {hex:16}
        for <{rcpt}>; {date}
X-Google-DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
        d=1e100.net; s=20230601; t={stamp}; x={stamp};
        h=to:subject:message-id:date:from:mime-version:x-gm-message-state:from:to:cc
         :subject:date:message-id:reply-to;
        bh={b64:32};
        b={b64:256}
"""
TAGS = "t={stamp}; x={week}; darn=army.ml;"
PROVIDER = """
_spf.google.com TXT v=spf1 include:_netblocks.google.com include:_netblocks2.google.com
 include:_netblocks3.google.com ~all
_netblocks.google.com TXT v=spf1 ip4:198.18.128.0/19 ~all
_netblocks2.google.com TXT v=spf1 ip6:2001:db8:4860::/48 ~all
_netblocks3.google.com TXT v=spf1 ip4:198.18.160.0/20 ~all
calendar-server.bounces.google.com TXT v=spf1 redirect=_spf.google.com
trix.bounces.google.com TXT v=spf1 redirect=_spf.google.com
maestro.bounces.google.com TXT v=spf1 redirect=_spf.google.com
aspmx.l.google.com A 198.18.129.26
smtp.google.com A 198.18.129.27
"""
HOSTS = (
    ("mail-lf1-f47.google.com", "198.18.130.47"),
    ("mail-yw1-f182.google.com", "198.18.131.182"),
    ("mail-pj1-f54.google.com", "198.18.132.54"),
)
PEOPLE = (*[webs.GMAIL] * 5, *[webs.GMAIL_BARE] * 3, *[phones.IPHONE] * 2, phones.SAMSUNG, webs.GOOGLE_INVITATION)
ZONE = """
{domain} MX 1 aspmx.l.google.com
{domain} MX 5 alt1.aspmx.l.google.com
{domain} MX 5 alt2.aspmx.l.google.com
{domain} TXT v=spf1 include:_spf.google.com ~all
{domain} TXT google-site-verification=abc
_dmarc.{domain} TXT v=DMARC1; p=quarantine
"""
WITH_KEY = System(
    number=7,
    name="Google Workspace, own key",
    source="support.google.com/a: set up DKIM, SPF; lore.kernel.org: Workspace domains with s=google and darn=",
    provider_zone=PROVIDER,
    zone=ZONE + "google._domainkey.{domain} TXT {RSA}\n",
    hosts=HOSTS,
    keys=(Key(SIGNED, selector="google", tags=TAGS),),
    clients=PEOPLE,
    before=BEFORE,
)
WITHOUT_KEY = System(
    number=8,
    name="Google Workspace, Google's key for the tenant",
    source="support.google.com/a: default DKIM key; lore.kernel.org: d=….20230601.gappssmtp.com s=20230601",
    provider_zone=PROVIDER,
    zone=ZONE.replace("alt2.aspmx", "alt3.aspmx") + "20230601._domainkey.{dashed}.20230601.gappssmtp.com TXT {RSA}\n",
    hosts=HOSTS,
    keys=(Key(SIGNED, "{dashed}.20230601.gappssmtp.com", "20230601", tags=TAGS),),
    clients=PEOPLE,
    before=BEFORE,
)
SYSTEMS = (WITH_KEY, WITHOUT_KEY)
