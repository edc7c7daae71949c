"""Microsoft 365: with and without a key of the organisation's own, and for the US government."""

from __future__ import annotations

from tests.persons.clients import desks, phones
from tests.persons.system import Key, Seal, System

SIGNED = "From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-SenderADCheck"
"""What Exchange Online signs, in this order and no more; no ``t=`` (lore.kernel.org, 2019-2026)."""
BEFORE = """
Received: from {HEX:4}PR09MB{dec:4}.namprd09.prod.outlook.com (2001:db8:{hex:4}:{hex:3}::9)
 by {HEX:4}PR09MB{dec:4}.namprd09.prod.outlook.com (2001:db8:{hex:4}:{hex:3}::17) with
 Microsoft SMTP Server (version=TLS1_2,
 cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.9343.17; {date}
"""
AFTER = """
X-OriginatorOrg: {domain}
X-MS-PublicTrafficType: Email
X-MS-TrafficTypeDiagnostic: DM6PR09MB1234:EE_|BN0PR09MB5678:EE_
X-MS-Office365-Filtering-Correlation-Id: {uuid}
X-MS-Exchange-SenderADCheck: 1
X-MS-Exchange-AntiSpam-Relay: 0
X-Microsoft-Antispam: BCL:0;ARA:13230040|366016|1800799024|376014|38070700018;
X-MS-Exchange-CrossTenant-OriginalArrivalTime: 20 Nov 2026 11:59:58.1234 (UTC)
X-MS-Exchange-CrossTenant-FromEntityHeader: Hosted
X-MS-Exchange-CrossTenant-Id: {tenantid}
X-MS-Exchange-CrossTenant-MailboxType: HOSTED
X-MS-Exchange-Transport-CrossTenantHeadersStamped: BN0PR09MB5678
"""
SEAL = Seal(
    "microsoft.com",
    "arcselector10001",
    "From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-SenderADCheck",
    "mx.microsoft.com 1; spf=pass smtp.mailfrom={domain}; dmarc=pass action=none header.from={domain};"
    " dkim=pass header.d={domain}; arc=none",
)
"""On every mail that leaves Exchange Online (lore.kernel.org, 2020-2026)."""
ARC_ZONE = """
arcselector10001._domainkey.microsoft.com TXT {RSA}
"""
PROVIDER = """
spf.protection.outlook.com TXT v=spf1 ip4:198.18.0.0/18 ip6:2001:db8:f400::/48 -all
protection.outlook.com NS ns1-proddns.glbdns.o365filtering.com
"""
HOSTS = (
    ("mail-bn8nam11on2101.outbound.protection.outlook.com", "198.18.1.101"),
    ("mail-westus2azon11010048.outbound.protection.outlook.com", "198.18.2.48"),
    ("mail-northeuropeazon11011019.outbound.protection.outlook.com", "198.18.3.19"),
)
PEOPLE = (
    desks.OUTLOOK_ONLINE,
    desks.OUTLOOK_ONLINE,
    desks.OUTLOOK_ONLINE,
    phones.OUTLOOK_PHONE,
    desks.OUTLOOK_LABELLED,
    phones.IPHONE,
    desks.APPLE_MAIL,
)
_MAIL = """
{domain} MX 0 {dashed}.mail.protection.outlook.com
{dashed}.mail.protection.outlook.com A 198.18.60.10
{domain} TXT v=spf1 include:spf.protection.outlook.com -all
{domain} TXT MS=ms12345678
autodiscover.{domain} CNAME autodiscover.outlook.com
{tenant}.onmicrosoft.com MX 0 {tenant}.mail.protection.outlook.com
{tenant}.onmicrosoft.com TXT v=spf1 include:spf.protection.outlook.com -all
selector1-{tenant}-onmicrosoft-com._domainkey.{tenant}.onmicrosoft.com TXT {RSA}
"""
OWN_KEY_ZONE = (
    _MAIL
    + """
_dmarc.{domain} TXT v=DMARC1; p=reject; rua=mailto:dmarc@{domain}
selector1._domainkey.{domain} CNAME selector1-{dashed}._domainkey.{tenant}.onmicrosoft.com
selector2._domainkey.{domain} CNAME selector2-{dashed}._domainkey.{tenant}.onmicrosoft.com
selector1-{dashed}._domainkey.{tenant}.onmicrosoft.com TXT {RSA}
"""
)
WITH_KEY = System(
    number=1,
    name="Microsoft 365, own key",
    source="learn.microsoft.com: email-authentication-dkim-configure, -spf-configure; lore.kernel.org: @amd.com",
    provider_zone=PROVIDER + ARC_ZONE,
    seal=SEAL,
    zone=OWN_KEY_ZONE,
    hosts=HOSTS,
    keys=(Key(SIGNED, selector="selector1", only_present=False),),
    clients=PEOPLE,
    before=BEFORE,
    after=AFTER,
)
WITHOUT_KEY = System(
    number=2,
    name="Microsoft 365, the tenant's key only, CNAMEs published",
    source="lore.kernel.org: d=vivo0.onmicrosoft.com s=selector2-vivo0-onmicrosoft-com, d=qualys.onmicrosoft.com;"
    " learn.microsoft.com: signing by *.onmicrosoft.com until it is switched on for the domain",
    provider_zone=PROVIDER + ARC_ZONE,
    seal=SEAL,
    zone=OWN_KEY_ZONE.replace("p=reject; rua=mailto:dmarc@{domain}", "p=none"),
    hosts=HOSTS,
    keys=(Key(SIGNED, "{tenant}.onmicrosoft.com", "selector1-{tenant}-onmicrosoft-com", only_present=False),),
    clients=PEOPLE,
    before=BEFORE,
    after=AFTER,
)
UNBOUND = System(
    number=4,
    name="Microsoft 365, the tenant's key only, nothing published",
    source=WITHOUT_KEY.source,
    provider_zone=PROVIDER + ARC_ZONE,
    seal=SEAL,
    zone=_MAIL,
    hosts=HOSTS,
    keys=WITHOUT_KEY.keys,
    clients=PEOPLE,
    before=BEFORE,
    after=AFTER,
)
GOVERNMENT = System(
    number=5,
    name="Microsoft 365 for the US government (GCC High)",
    source="learn.microsoft.com: DNS records for Office 365 GCC High and DoD (mail.protection.office365.us)",
    seal=SEAL,
    provider_zone=ARC_ZONE + "spf.protection.office365.us TXT v=spf1 ip4:198.18.64.0/22 -all",
    zone="""
{domain} MX 0 {dashed}.mail.protection.office365.us
{dashed}.mail.protection.office365.us A 198.18.67.10
{domain} TXT v=spf1 include:spf.protection.office365.us -all
_dmarc.{domain} TXT v=DMARC1; p=reject
selector1._domainkey.{domain} CNAME selector1-{dashed}._domainkey.{tenant}.onmicrosoft.us
selector1-{dashed}._domainkey.{tenant}.onmicrosoft.us TXT {RSA}
""",
    hosts=(("mail-bn1gcc02on0101.outbound.protection.office365.us", "198.18.65.101"),),
    keys=(Key(SIGNED, selector="selector1", only_present=False),),
    clients=PEOPLE,
    before=BEFORE,
    after=AFTER,
)
SYSTEMS = (WITH_KEY, WITHOUT_KEY, UNBOUND, GOVERNMENT)
