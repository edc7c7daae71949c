"""The sealed third of the mail systems: numbers divisible by three, written without sight of the product's rules.

Longer than others: ten systems with the DNS of each.
"""

from __future__ import annotations

from tests.persons.clients import desks, phones, sealed_clients, webs
from tests.persons.system import Key, Seal, System
from tests.persons.systems import microsoft

_OWN = """
{domain} MX 10 mail.{domain}
{domain} TXT v=spf1 mx a:mail.{domain} -all
_dmarc.{domain} TXT v=DMARC1; p=none
"""
NEW_MICROSOFT = System(
    number=3,
    name="Microsoft 365 with the names of 2025 (mx.microsoft, dkim.mail.microsoft)",
    source="learn.microsoft.com: email-authentication-dkim-configure (selector1-….n-v1.dkim.mail.microsoft),"
    " how-smtp-dane-works (….o-v1.mx.microsoft)",
    provider_zone=microsoft.PROVIDER + microsoft.ARC_ZONE,
    zone="""
{domain} MX 0 {dashed}.o-v1.mx.microsoft
{dashed}.o-v1.mx.microsoft A 198.18.61.10
{domain} TXT v=spf1 include:spf.protection.outlook.com -all
_dmarc.{domain} TXT v=DMARC1; p=reject; adkim=s
selector1._domainkey.{domain} CNAME selector1-{dashed}._domainkey.{tenant}.n-v1.dkim.mail.microsoft
selector2._domainkey.{domain} CNAME selector2-{dashed}._domainkey.{tenant}.n-v1.dkim.mail.microsoft
selector2-{dashed}._domainkey.{tenant}.n-v1.dkim.mail.microsoft TXT {RSA}
""",
    hosts=(
        ("mail-swedencentralazon11012047.outbound.protection.outlook.com", "198.18.4.47"),
        ("mail-eastus2azon11021073.outbound.protection.outlook.com", "198.18.5.73"),
    ),
    keys=(Key(microsoft.SIGNED, selector="selector2", only_present=False),),
    clients=(
        sealed_clients.OUTLOOK_NEW,
        sealed_clients.OUTLOOK_NEW,
        desks.OUTLOOK_ONLINE,
        sealed_clients.MAC_OUTLOOK,
        sealed_clients.SPARK,
        phones.SAMSUNG,
    ),
    before=microsoft.BEFORE,
    after=microsoft.AFTER,
    seal=microsoft.SEAL,
)
IRONPORT = System(
    number=6,
    name="Exchange behind a Cisco Secure Email appliance of its own",
    source="lore.kernel.org: mails of @intel.com (X-IronPort-AV, X-CSE-ConnectionGUID, t=, x=); cisco.com: ESA guide",
    zone="""
{domain} MX 10 esa1.{domain}
{domain} MX 20 esa2.{domain}
{domain} TXT v=spf1 ip4:{address} ip4:{address}/29 -all
_dmarc.{domain} TXT v=DMARC1; p=reject
esa._domainkey.{domain} TXT {RSA}
""",
    hosts=(("esa1.{domain}", "{address}"),),
    keys=(
        Key(
            "date:from:to:cc:subject:message-id:references:mime-version:in-reply-to:content-transfer-encoding",
            selector="esa",
            tags="i=@{domain}; q=dns/txt; t={stamp}; x={week};",
        ),
    ),
    clients=(desks.OUTLOOK_EXCHANGE, desks.OUTLOOK_EXCHANGE, phones.IPHONE, sealed_clients.MAC_OUTLOOK),
    before="""
X-CSE-ConnectionGUID: {b64:16}
X-CSE-MsgGUID: {b64:16}
X-IronPort-AV: E=McAfee;i="6800,10657,11531"; a="{dec:8}"
X-IronPort-AV: E=Sophos;i="6.15,264,1739865600";
   d="scan'208,217";a="{dec:8}"
X-Amp-Result: SKIPPED(no attachment in message)
X-ExtLoop1: 1
""",
)
HORNET = System(
    number=9,
    name="Exchange behind Hornetsecurity",
    source="lore.kernel.org: mails of @tq-group.com, @phytec.de (X-cloud-security-*, hornetsecurity.com hosts);"
    " support.hornetsecurity.com: SPF, DKIM (hse1, hse2)",
    provider_zone="""
spf.hornetsecurity.com TXT v=spf1 ip4:198.19.96.0/22 -all
mx01.hornetsecurity.com A 198.19.96.10
""",
    zone="""
{domain} MX 10 mx01.hornetsecurity.com
{domain} MX 20 mx02.hornetsecurity.com
{domain} TXT v=spf1 include:spf.hornetsecurity.com -all
_dmarc.{domain} TXT v=DMARC1; p=quarantine
hse1._domainkey.{domain} CNAME hse1.{dashed}.hornetdmarc.com
hse1.{dashed}.hornetdmarc.com TXT {RSA}
""",
    hosts=(
        ("mx-relay24-hz1.hornetsecurity.com", "198.19.97.24"),
        ("mx-relay49-hz2.hornetsecurity.com", "198.19.98.49"),
    ),
    keys=(Key("content-type:mime-version:subject:from:to:message-id:date", selector="hse1"),),
    clients=(desks.OUTLOOK_EXCHANGE, desks.OUTLOOK_EXCHANGE, phones.IPHONE, sealed_clients.EM_CLIENT),
    before="""
Received: from mail.{domain} ([{address}]) by mx-relay24-hz1.hornetsecurity.com;
 {date}
""",
    after="""
X-cloud-security-sender: {local}@{domain}
X-cloud-security-recipient: {rcpt}
X-cloud-security-crypt: load encryption module
X-cloud-security-Mailarchiv: E-Mail archived for: {local}@{domain}
X-cloud-security-Mailarchivtype: outbound
X-cloud-security-Virusscan: CLEAN
X-cloud-security-disclaimer: This E-Mail was scanned by E-Mailservice on mx-relay24-hz1.hornetsecurity.com with {HEX:14}
X-cloud-security-connect: mail.{domain}[{address}], TLS=1, IP={address}
X-cloud-security: scantime:1.912
""",
)
CPANEL = System(
    number=12,
    name="a shared cPanel server",
    source="docs.cpanel.net: Email deliverability (default._domainkey, +a +mx +ip4); public mails with X-AntiAbuse",
    zone="""
{domain} MX 0 {domain}
{domain} A 198.19.124.27
{domain} TXT v=spf1 +a +mx +ip4:198.19.124.27 ~all
default._domainkey.{domain} TXT {RSA}
""",
    hosts=(("server27.hoster.example", "198.19.124.27"),),
    keys=(
        Key(
            "Content-Transfer-Encoding:Content-Type:Message-ID:References:In-Reply-To:Subject:Cc:To:From:Date:"
            "MIME-Version:Sender:Reply-To:Content-ID:Content-Description:Resent-Date:Resent-From:Resent-Sender:"
            "Resent-To:Resent-Cc:Resent-Message-ID:List-Id:List-Help:List-Unsubscribe:List-Subscribe:List-Post:"
            "List-Owner:List-Archive",
            selector="default",
            tags="q=dns/txt;",
            only_present=False,
        ),
    ),
    clients=(
        webs.ROUNDCUBE,
        webs.ROUNDCUBE,
        desks.OUTLOOK_IMAP,
        phones.IPHONE,
        sealed_clients.EM_CLIENT,
        phones.GMAIL_APP,
    ),
    before="""
Received: from [::1] (port=51234 helo=server27.hoster.example)
	by server27.hoster.example with esmtpa (Exim 4.98.1)
	(envelope-from <{local}@{domain}>)
	id 1vABCD-0000000Ab1-2C3D
	for {rcpt};
	{date}
""",
    after="""
X-AntiAbuse: This header was added to track abuse, please include it with any abuse report
X-AntiAbuse: Primary Hostname - server27.hoster.example
X-AntiAbuse: Original Domain - army.ml
X-AntiAbuse: Originator/Caller UID/GID - [47 12] / [47 12]
X-AntiAbuse: Sender Address Domain - {domain}
X-Get-Message-Sender-Via: server27.hoster.example: authenticated_id: {local}@{domain}
X-Authenticated-Sender: server27.hoster.example: {local}@{domain}
X-Source:
X-Source-Args:
X-Source-Dir:
""",
)
ZIMBRA = System(
    number=15,
    name="Zimbra",
    source="lore.kernel.org: mails of @desy.de, @nod.at, @helmholtz-muenchen.de (OpenDKIM, amavis); wiki.zimbra.com",
    zone=_OWN + "0E9184B8-9577-11E1-AD0E-2A2FBBAC6BCB._domainkey.{domain} TXT {RSA}\n",
    hosts=(("mail.{domain}", "{address}"),),
    keys=(
        Key(
            "Date:From:To:Message-ID:MIME-Version",
            selector="0E9184B8-9577-11E1-AD0E-2A2FBBAC6BCB",
            tags="t={stamp};",
        ),
    ),
    clients=(sealed_clients.ZIMBRA, sealed_clients.ZIMBRA, sealed_clients.ZIMBRA, phones.IPHONE, sealed_clients.KMAIL),
    before="""
Received: from localhost (localhost [127.0.0.1])
	by mail.{domain} (Postfix) with ESMTP id {HEX:10};
	{date}
DKIM-Filter: OpenDKIM Filter v2.10.3 mail.{domain} {HEX:10}
X-Virus-Scanned: amavis at {domain}
Received: from mail.{domain} ([127.0.0.1])
 by localhost (mail.{domain} [127.0.0.1]) (amavis, port 10026)
 with ESMTP id {url64:9}; {date}
""",
)
ZOHO = System(
    number=18,
    name="Zoho Mail with a domain of one's own",
    source="lore.kernel.org: mails of siddh.me, linux.beauty, soss.website 2022-2026; zoho.com/mail/help: SPF, DKIM",
    provider_zone="""
zohomail.com TXT v=spf1 include:spf.zohomail.com -all
spf.zohomail.com TXT v=spf1 ip4:198.19.104.0/22 -all
mx.zoho.com A 198.19.105.10
zohoarc._domainkey.zohomail.com TXT {RSA}
""",
    zone="""
{domain} MX 10 mx.zoho.com
{domain} MX 20 mx2.zoho.com
{domain} MX 50 mx3.zoho.com
{domain} TXT v=spf1 include:zohomail.com ~all
{domain} TXT zoho-verification=zb12345678.zmverify.zoho.com
_dmarc.{domain} TXT v=DMARC1; p=none
zmail._domainkey.{domain} TXT {RSA}
""",
    hosts=(("sender4-op-o12.zoho.com", "198.19.104.12"), ("sender4-of-o50.zoho.com", "198.19.104.50")),
    keys=(
        Key(
            "Date:Date:From:From:To:To:Cc:Cc:Message-ID:In-Reply-To:References:Subject:Subject:MIME-Version:Content-Type:"
            "Content-Transfer-Encoding:Message-Id:Reply-To",
            selector="zmail",
            tags="t={stamp}; i={local}@{domain};",
        ),
    ),
    seal=Seal(
        "zohomail.com",
        "zohoarc",
        "Content-Type:Date:From:In-Reply-To:MIME-Version:Message-ID:References:Subject:To",
        "mx.zohomail.com; dkim=pass  header.i={domain}; spf=pass  smtp.mailfrom={local}@{domain};"
        " dmarc=pass header.from=<{local}@{domain}>",
    ),
    clients=(sealed_clients.ZOHO, sealed_clients.ZOHO, sealed_clients.ZOHO, phones.IPHONE),
    before="""
Received: from mail.zoho.com by mx.zohomail.com
	with SMTP id {stamp}512858.5499778220028; {date}
""",
)
YAHOO = System(
    number=21,
    name="yahoo.com",
    source="lore.kernel.org: mails from @yahoo.com via sonic*.consmr.mail.*.yahoo.com (s=s2048)",
    domain="yahoo.com",
    zone="""
yahoo.com MX 1 mta5.am0.yahoodns.net
mta5.am0.yahoodns.net A 198.19.112.10
yahoo.com TXT v=spf1 redirect=_spf.mail.yahoo.com
_spf.mail.yahoo.com TXT v=spf1 ip4:198.19.112.0/22 -all
_dmarc.yahoo.com TXT v=DMARC1; p=reject; pct=100
s2048._domainkey.yahoo.com TXT {RSA}
""",
    hosts=(
        ("sonic301-22.consmr.mail.ne1.yahoo.com", "198.19.113.22"),
        ("sonic310-11.consmr.mail.ir2.yahoo.com", "198.19.114.11"),
    ),
    keys=(
        Key(
            "Date:From:To:Subject:References:From:Subject:Reply-To",
            selector="s2048",
            tags="t={stamp};",
            only_present=False,
        ),
    ),
    clients=(sealed_clients.YAHOO, sealed_clients.YAHOO, phones.IPHONE, desks.THUNDERBIRD),
    before="""
Received: from sonic.gate.mail.ne1.yahoo.com by sonic301.consmr.mail.ne1.yahoo.com with HTTP; {date}
""",
)
OUTLOOK_COM = System(
    number=24,
    name="outlook.com",
    source="lore.kernel.org: mails from @outlook.com and @hotmail.com 2023-2026 (d=outlook.com; s=selector1)",
    domain="outlook.com",
    provider_zone=microsoft.PROVIDER + microsoft.ARC_ZONE,
    zone="""
outlook.com MX 5 outlook-com.olc.protection.outlook.com
outlook-com.olc.protection.outlook.com A 198.18.62.10
outlook.com TXT v=spf1 include:spf2.outlook.com -all
spf2.outlook.com TXT v=spf1 ip4:198.18.0.0/18 -all
_dmarc.outlook.com TXT v=DMARC1; p=none; sp=quarantine
selector1._domainkey.outlook.com CNAME selector1-outlook-com._domainkey.outbound.protection.outlook.com
selector1-outlook-com._domainkey.outbound.protection.outlook.com TXT {RSA}
""",
    hosts=(("mail-japaneastazolkn19011033.outbound.protection.outlook.com", "198.18.6.33"),),
    keys=(Key(microsoft.SIGNED, selector="selector1", only_present=False),),
    clients=(sealed_clients.OUTLOOK_NEW, desks.OUTLOOK_ONLINE, phones.OUTLOOK_PHONE),
    before=microsoft.BEFORE,
    after=microsoft.AFTER.replace("X-OriginatorOrg: {domain}", "X-OriginatorOrg: outlook.com")
    .replace("{tenantid}", "84df9e7f-e9f6-40af-b435-aaaaaaaaaaaa")
    .replace("MailboxType: HOSTED", "RMS-PersistedConsumerOrg: 00000000-0000-0000-0000-000000000000"),
    seal=microsoft.SEAL,
)
WORKMAIL = System(
    number=27,
    name="Amazon WorkMail",
    source="docs.aws.amazon.com/workmail: domains, DKIM, SPF; public mails with"
    " Feedback-ID …:AmazonSES and X-Mailer: Amazon WorkMail",
    provider_zone="""
amazonses.com TXT v=spf1 ip4:198.19.64.0/22 -all
224i4yxa5dv7c2xz3womw6peuasteono._domainkey.amazonses.com TXT {RSA}
inbound-smtp.us-east-1.amazonaws.com A 198.19.66.10
""",
    zone="""
{domain} MX 10 inbound-smtp.us-east-1.amazonaws.com
{domain} TXT v=spf1 include:amazonses.com ~all
_dmarc.{domain} TXT v=DMARC1; p=quarantine
{account}wm._domainkey.{domain} CNAME {account}wm.dkim.amazonses.com
{account}wm.dkim.amazonses.com TXT {RSA}
""",
    hosts=(("a48-120.smtp-out.amazonses.com", "198.19.65.120"),),
    keys=(
        Key(
            "Subject:From:To:Cc:Date:Mime-Version:Content-Type:In-Reply-To:References:Message-Id",
            selector="{account}wm",
            canonicalization="relaxed/simple",
            tags="t={stamp};",
        ),
        Key(
            "Subject:From:To:Cc:Date:Mime-Version:Content-Type:In-Reply-To:References:Message-Id:Feedback-ID",
            domain="amazonses.com",
            selector="224i4yxa5dv7c2xz3womw6peuasteono",
            canonicalization="relaxed/simple",
            tags="t={stamp};",
        ),
    ),
    envelope="0100019{hex:9}-{hex:8}-{hex:12}-000000@amazonses.com",
    clients=(sealed_clients.WORKMAIL, sealed_clients.WORKMAIL, desks.OUTLOOK_IMAP, phones.IPHONE),
    after="""
Feedback-ID: ::1.us-east-1.{b64:32}:AmazonSES
X-SES-Outgoing: 2026.11.20-198.19.65.120
""",
)
YANDEX = System(
    number=30,
    name="Yandex 360 with a domain of one's own",
    source="lore.kernel.org: mails via forward*.mail.yandex.net (s=mail, t=); yandex.com/support: SPF, DKIM",
    provider_zone="""
_spf.yandex.net TXT v=spf1 include:_spf-ipv4.yandex.net ~all
_spf-ipv4.yandex.net TXT v=spf1 ip4:198.19.120.0/22 ~all
mx.yandex.net A 198.19.121.10
""",
    zone="""
{domain} MX 10 mx.yandex.net
{domain} TXT v=spf1 redirect=_spf.yandex.net
mail._domainkey.{domain} TXT {RSA}
""",
    hosts=(("forward502a.mail.yandex.net", "198.19.120.80"),),
    keys=(Key("Date:Message-Id:References:Cc:In-Reply-To:Subject:To:From", selector="mail", tags="t={stamp};"),),
    clients=(sealed_clients.YANDEX, sealed_clients.YANDEX, desks.THUNDERBIRD, phones.IPHONE),
    before="""
Received: from mail-nwsmtp-smtp-production-main-42.vla.yp-c.yandex.net
	(mail-nwsmtp-smtp-production-main-42.vla.yp-c.yandex.net [IPv6:2001:db8:c15:200f:0:640:57f5:0])
	by forward502a.mail.yandex.net (Yandex) with ESMTPS id {HEX:10};
	{date}
""",
    after="X-Yandex-Fwd: 1\n",
)
SEALED: tuple[System, ...] = (
    NEW_MICROSOFT,
    IRONPORT,
    HORNET,
    CPANEL,
    ZIMBRA,
    ZOHO,
    YAHOO,
    OUTLOOK_COM,
    WORKMAIL,
    YANDEX,
)
