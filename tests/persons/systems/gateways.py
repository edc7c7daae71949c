"""Exchange on the premises behind a gateway that scans and signs what goes out."""

from __future__ import annotations

from tests.persons.clients import desks, phones
from tests.persons.system import Key, System

PEOPLE = (
    desks.OUTLOOK_EXCHANGE,
    desks.OUTLOOK_EXCHANGE,
    desks.OUTLOOK_EXCHANGE,
    phones.IPHONE,
)
PROOFPOINT = System(
    number=10,
    name="Exchange behind Proofpoint (pps1)",
    source="lore.kernel.org: mails of @plexus.com, @monolithicpower.com, @garmin.com 2020-2026 (s=pps1, no t=)",
    zone="""
{domain} MX 10 mxa-{account}.gslb.pphosted.com
{domain} MX 10 mxb-{account}.gslb.pphosted.com
mxa-{account}.gslb.pphosted.com A 198.19.4.10
{domain} TXT v=spf1 include:spf-{account}.pphosted.com ip4:{address} -all
spf-{account}.pphosted.com TXT v=spf1 ip4:198.19.{host} ip4:198.19.4.17 -all
_dmarc.{domain} TXT v=DMARC1; p=reject
pps1._domainkey.{domain} TXT {RSA}
""",
    hosts=(("mx0a-{account}.pphosted.com", "198.19.{host}"),),
    keys=(
        Key(
            "cc:content-transfer-encoding:content-type:date:from:in-reply-to:message-id:mime-version:references:subject:to",
            selector="pps1",
        ),
    ),
    clients=PEOPLE,
    before="""
Received: from pps.filterd (m0341554.ppops.net [127.0.0.1])
	by mx0a-{account}.pphosted.com (8.18.1/8.18.1) with ESMTP id {HEX:12};
	{date}
Received: from outbound.{domain} (outbound.{domain} [{address}])
	by mx0a-{account}.pphosted.com (PPS) with ESMTPS id {hex:10}-1
	(version=TLSv1.2 cipher=ECDHE-RSA-AES128-GCM-SHA256 bits=128 verify=NOT);
	{date}
""",
    after="""
X-Proofpoint-ORIG-GUID: {url64:24}
X-Proofpoint-GUID: {url64:24}
X-Proofpoint-Virus-Version: vendor=baseguard
 engine=ICAP:2.0.293,Aquarius:18.0.1121,Hydra:6.1.9,FMLib:17.12.100
 definitions=2026-11-20_02,2026-11-19_01,2025-10-01_01
X-Proofpoint-Spam-Details: rule=outbound_notspam policy=outbound score=0
 suspectscore=0 phishscore=0 spamscore=0 clxscore=1011 malwarescore=0
 priorityscore=1501 bulkscore=0 adultscore=0 lowpriorityscore=0
 impostorscore=0 classifier=typeunknown adjust=0 reason=mlx scancount=1
 engine=8.19.0-2510240000 definitions=main-2611200001
""",
)
MIMECAST = System(
    number=11,
    name="Exchange behind Mimecast",
    source="lore.kernel.org: mails of @redhat.com 2019-2025 (s=mimecast20190719, t=, X-MC-Unique)",
    provider_zone="""
_netblocks.mimecast.com TXT v=spf1 include:us._netblocks.mimecast.com ~all
us._netblocks.mimecast.com TXT v=spf1 ip4:198.19.16.0/22 ~all
us-smtp-inbound-1.mimecast.com A 198.19.16.10
""",
    zone="""
{domain} MX 10 us-smtp-inbound-1.mimecast.com
{domain} MX 10 us-smtp-inbound-2.mimecast.com
{domain} TXT v=spf1 include:us._netblocks.mimecast.com -all
_dmarc.{domain} TXT v=DMARC1; p=quarantine
mimecast20190719._domainkey.{domain} TXT {RSA}
""",
    hosts=(
        ("us-smtp-delivery-124.mimecast.com", "198.19.17.124"),
        ("us-smtp-delivery-131.mimecast.com", "198.19.17.131"),
    ),
    keys=(
        Key(
            "from:from:reply-to:subject:subject:date:date:message-id:message-id:to:to:cc:cc:mime-version:mime-version:"
            "content-type:content-type:content-transfer-encoding:in-reply-to:in-reply-to:references:references",
            selector="mimecast20190719",
            tags="t={stamp};",
        ),
    ),
    clients=PEOPLE,
    before="""
Received: from mail.{domain} (mail.{domain} [{address}]) by
 relay.mimecast.com with ESMTP with STARTTLS (version=TLSv1.3,
 cipher=TLS_AES_256_GCM_SHA384) id us-mta-146-{url64:16}-1; {date}
X-MC-Unique: {url64:16}-1
X-Mimecast-MFC-AGG-ID: {url64:16}_{stamp}
""",
    after="""
X-Mimecast-Spam-Score: 0
X-Mimecast-MFC-PROC-ID: {url64:32}_{stamp}
X-Mimecast-Originator: {domain}
""",
)
BARRACUDA = System(
    number=13,
    name="Exchange behind a Barracuda appliance (BATV, no DKIM)",
    source="lore.kernel.org: mails of @zhaoxin.com, git list 2018 @kns.com (X-ASG-*); Barracuda campus: sender"
    " spoof protection, BATV; draft-levine-smtp-batv (prvs=)",
    zone="""
{domain} MX 10 mx2.{domain}
{domain} TXT v=spf1 mx ip4:{address} -all
_dmarc.{domain} TXT v=DMARC1; p=none
""",
    hosts=(("mx2.{domain}", "{address}"),),
    keys=(),
    envelope="prvs={hex:10}={local}@{domain}",
    clients=PEOPLE,
    before="""
X-ASG-Debug-ID: {stamp}-1eb14e31a7113cb0001-QCVQLf
Received: from EX01.corp.{domain} (EX01.corp.{domain} [10.28.252.164]) by mx2.{domain} with ESMTP id {hex:16}
 (version=TLSv1.2 cipher=ECDHE-RSA-AES256-GCM-SHA384 bits=256 verify=NO); {date}
X-Barracuda-Envelope-From: {local}@{domain}
X-Barracuda-RBL-Trusted-Forwarder: 10.28.252.164
""",
    after="""
X-ASG-Orig-Subj: {subject}
X-Barracuda-Connect: EX01.corp.{domain}[10.28.252.164]
X-Barracuda-Start-Time: {stamp}
X-Barracuda-Encrypted: ECDHE-RSA-AES256-GCM-SHA384
X-Barracuda-URL: https://10.28.252.36:4443/cgi-mod/mark.cgi
X-Virus-Scanned: by bsmtpd at {domain}
X-Barracuda-Scan-Msg-Size: 1234
X-Barracuda-BRTS-Status: 1
""",
)
BARE = System(
    number=14,
    name="Exchange on the premises, nothing before it (SPF only)",
    source="sisimai set-of-emails (Exchange originals); MS-OXCMAIL; learn.microsoft.com: send connectors (no DKIM)",
    zone="""
{domain} MX 10 mail.{domain}
{domain} TXT v=spf1 a:mail.{domain} -all
""",
    hosts=(("mail.{domain}", "{address}"),),
    keys=(),
    clients=PEOPLE,
)
SYSTEMS = (PROOFPOINT, MIMECAST, BARRACUDA, BARE)
