"""Mail programs on a desk."""

from __future__ import annotations

from tests.persons.clients.client import Client

OUTLOOK_ONLINE = Client(
    "Outlook with Exchange Online (classic, new, web, Mac)",
    "lore.kernel.org: netdev and linux-kernel mails of @nvidia, @amd, @nxp authors 2023-2026; MS-OXCMAIL 2.2.3",
    """
Received: from {HEX:4}PR09MB{dec:4}.namprd09.prod.outlook.com
 ([fe80::{hex:4}:{hex:4}:{hex:4}:{hex:4}]) by {HEX:4}PR09MB{dec:4}.namprd09.prod.outlook.com
 ([fe80::{hex:4}:{hex:4}:{hex:4}:{hex:4}%5]) with mapi id 15.20.9343.016; {date}
From: {from:quoted}
To: {to}
?CC: {cc}
Subject: {subject:latin}
Thread-Topic: {topic:latin}
Thread-Index: {thread}
Date: {date}
Message-ID:
 <{HEX:4}PR09MB{dec:4}{HEX:28}@{HEX:4}PR09MB{dec:4}.namprd09.prod.outlook.com>
?References: {references}
?In-Reply-To: {answered}
Accept-Language: en-US
Content-Language: en-US
X-MS-Has-Attach:
X-MS-TNEF-Correlator:
Content-Type: multipart/alternative;
	boundary="_000_{boundary}_"
MIME-Version: 1.0
""",
)
OUTLOOK_LABELLED = Client(
    "Outlook with a sensitivity label",
    "learn.microsoft.com: purview, sensitivity labels, msip_labels; lore.kernel.org: mails of @amd authors 2024",
    """
From: {from:quoted}
To: {to:quoted}
?CC: {cc:quoted}
Subject: {subject:latin}
Thread-Topic: {topic:latin}
Thread-Index: {thread}
Date: {date}
Message-ID:
 <{HEX:4}PR12MB{dec:4}{HEX:28}@{HEX:4}PR12MB{dec:4}.namprd12.prod.outlook.com>
?References: {references}
?In-Reply-To: {answered}
Accept-Language: en-US
Content-Language: en-US
X-MS-Has-Attach: yes
X-MS-TNEF-Correlator:
msip_labels:
 MSIP_Label_{uuid}_Enabled=True;MSIP_Label_{uuid}_SiteId={uuid};MSIP_Label_{uuid}_Name=Internal;
Content-Type: multipart/mixed;
	boundary="_004_{boundary}_"
MIME-Version: 1.0
""",
)
OUTLOOK_EXCHANGE = Client(
    "Outlook with Exchange 2016/2019/SE on the premises",
    "lore.kernel.org: git list 2018 (Mike Friedrich), linux-kernel mails of @zhaoxin 2023-2026; MS-OXCMAIL",
    """
Received: from EX01.corp.{domain} (10.28.252.164) by EX02.corp.{domain}
 (10.28.252.165) with Microsoft SMTP Server (version=TLS1_2,
 cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.1.2507.39; {date}
Received: from EX01.corp.{domain} ([fe80::d4e0:880a:d21:684d]) by
 EX01.corp.{domain} ([fe80::d4e0:880a:d21:684d%4]) with mapi id
 15.01.2507.039; {date}
From: {from:quoted}
To: {to:quoted}
?CC: {cc:quoted}
Subject: {subject:latin}
Thread-Topic: {topic:latin}
Thread-Index: {thread}
Date: {date}
Message-ID: <{hex:32}@corp.{domain}>
?References: {references}
?In-Reply-To: {answered}
Accept-Language: de-DE, en-US
Content-Language: de-DE
X-MS-Has-Attach:
X-MS-TNEF-Correlator:
x-originating-ip: [10.1.2.3]
Content-Type: multipart/alternative;
	boundary="_000_{boundary}_"
MIME-Version: 1.0
""",
)
OUTLOOK_IMAP = Client(
    "Outlook (classic) with IMAP and SMTP",
    "lore.kernel.org: mails with X-Mailer: Microsoft Outlook 16.0; MimeKit and mail-parser fixtures",
    """
From: {from:quoted}
To: {to:quoted}
?Cc: {cc:quoted}
?References: {references}
?In-Reply-To: {answered}
Subject: {subject}
Date: {date}
Message-ID: <{hex:12}${hex:8}${hex:8}$@{domain}>
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="----=_NextPart_{boundary}"
X-Mailer: Microsoft Outlook 16.0
Thread-Index: {thread}
Content-Language: en-us
""",
)
APPLE_MAIL = Client(
    "Apple Mail on a Mac",
    "lore.kernel.org: mails with X-Mailer: Apple Mail (3826.x) 2024-2025; sisimai set-of-emails, originals",
    """
From: {from}
Content-Type: text/plain;
	charset=us-ascii
Content-Transfer-Encoding: quoted-printable
Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3826.400.131.1.6\\))
Subject: {subject}
?In-Reply-To: {answered}
Date: {date}
?Cc: {cc}
Message-Id: <{UUID}@{domain}>
?References: {references}
To: {to}
X-Mailer: Apple Mail (3826.400.131.1.6)
""",
)
THUNDERBIRD = Client(
    "Mozilla Thunderbird",
    "lore.kernel.org: linux-kernel mails with User-Agent: Mozilla Thunderbird, 2023-2026 (since 102 without a version)",
    """
Message-ID: <{uuid}@{domain}>
Date: {date}
MIME-Version: 1.0
User-Agent: Mozilla Thunderbird
Subject: {subject}
To: {to}
?Cc: {cc}
?References: {references}
Content-Language: en-US
From: {from}
?In-Reply-To: {answered}
Content-Type: text/plain; charset=UTF-8; format=flowed
Content-Transfer-Encoding: 8bit
""",
)
EVOLUTION = Client(
    "GNOME Evolution",
    "lore.kernel.org: linux-kernel mails with User-Agent: Evolution 3.5x",
    """
Message-ID: <{hex:40}.camel@{domain}>
Subject: {subject}
From: {from}
To: {to}
?Cc: {cc}
Date: {date}
?In-Reply-To: {answered}
?References: {references}
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: quoted-printable
User-Agent: Evolution 3.56.2 (3.56.2-2.fc42)
MIME-Version: 1.0
""",
)
MUTT = Client(
    "mutt, NeoMutt",
    "lore.kernel.org: linux-kernel mails without User-Agent or with NeoMutt/20231103, Message-ID of mutt 2",
    """
Date: {date}
From: {from}
To: {to}
?Cc: {cc}
Subject: {subject}
Message-ID: <{url64:10}@{domain}>
?References: {references}
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
Content-Disposition: inline
?In-Reply-To: {answered}
User-Agent: NeoMutt/20231103
""",
)
NOTES = Client(
    "HCL Notes",
    "lore.kernel.org: mails with X-Mailer: Lotus Notes / Lotus Domino Web Server Release 11.0.1 (linux-aspeed 2021);"
    " notes-c API docs of HCL (X-KeepSent, X-MIMETrack)",
    """
?In-Reply-To: {answered}
?References: {references}
To: {to:quoted}
?Cc: {cc:quoted}
MIME-Version: 1.0
Subject: {subject}
X-KeepSent: {HEX:8}:{HEX:8}-C1258B10:00331234;
 type=4; name=$KeepSent
X-Mailer: HCL Notes Build V1201_09122021 September 12, 2021
From: {from:quoted}
Message-ID: <OF{HEX:8}.{HEX:8}-ONC1258B10.00331234-C1258B10.0033AB56@{domain}>
Date: {date}
X-MIMETrack: Serialize by Router on MAIL01/SRV/ORG(Release 12.0.2FP3|January
 30, 2024) at 20/11/2026 12:00:10,
	Serialize complete at 20/11/2026 12:00:10
Content-Type: multipart/alternative; boundary="=_alternative {boundary}"
""",
)
