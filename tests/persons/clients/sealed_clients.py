"""Mail programs of the sealed systems' people, written without sight of the product's rules."""

from __future__ import annotations

from tests.persons.clients.client import Client

OUTLOOK_NEW = Client(
    "Outlook with Exchange Online, another data centre",
    "lore.kernel.org: linux-kernel mails of @nxp.com, @renesas.com authors 2024-2026",
    """
Received: from {HEX:2}0PR04MB{dec:4}.eurprd04.prod.outlook.com
 ([fe80::{hex:4}:{hex:4}:{hex:4}:{hex:4}]) by {HEX:2}0PR04MB{dec:4}.eurprd04.prod.outlook.com
 ([fe80::{hex:4}:{hex:4}:{hex:4}:{hex:4}%7]) with mapi id 15.20.9388.001; {date}
From: {from}
To: {to}
?CC: {cc}
Subject: {subject:latin}
Thread-Topic: {topic:latin}
Thread-Index: {thread}
X-MS-Exchange-MessageSentRepresentingType: 1
Date: {date}
Message-ID:
 <{HEX:2}0PR04MB{dec:4}{HEX:28}@{HEX:2}0PR04MB{dec:4}.eurprd04.prod.outlook.com>
?References: {references}
?In-Reply-To: {answered}
Accept-Language: fr-FR, en-US
Content-Language: fr-FR
X-MS-Has-Attach: yes
X-MS-TNEF-Correlator:
X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply
Content-Type: multipart/related;
	boundary="_005_{boundary}_";
	type="multipart/alternative"
MIME-Version: 1.0
""",
)
MAC_OUTLOOK = Client(
    "Outlook for Mac (legacy)",
    "lore.kernel.org and git list: mails with User-Agent: Microsoft-MacOutlook/16.x",
    """
User-Agent: Microsoft-MacOutlook/16.78.24021116
Date: {date}
Subject: {subject}
From: {from}
To: {to}
?CC: {cc}
Message-ID: <{UUID}@{domain}>
Thread-Topic: {topic}
?References: {references}
?In-Reply-To: {answered}
Mime-version: 1.0
Content-type: multipart/alternative;
	boundary="B_{dec:10}_{dec:9}_{boundary}"
""",
)
EM_CLIENT = Client(
    "eM Client",
    "public list archives: mails with User-Agent: eM_Client/9.x and 10.x",
    """
From: {from:quoted}
To: {to}
?Cc: {cc}
Subject: {subject}
Date: {date}
Message-Id: <em{uuid}@{hex:8}.com>
?In-Reply-To: {answered}
?References: {references}
Reply-To: {from:quoted}
User-Agent: eM_Client/10.1.5051.0
Mime-Version: 1.0
Content-Type: multipart/alternative;
 boundary="------=_MB{boundary}"
""",
)
SPARK = Client(
    "Spark on a Mac or telephone",
    "public list archives: mails with X-Readdle-Message-ID",
    """
Date: {date}
From: {from}
To: {to}
?Cc: {cc}
Message-ID: <{uuid}@Spark>
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
X-Readdle-Message-ID: {uuid}@Spark
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="{boundary}"
""",
)
ZIMBRA = Client(
    "Zimbra's web client",
    "lore.kernel.org: mails with X-Mailer: Zimbra 8.8.15, 9.0.0 (ZimbraWebClient - …) 2019-2025",
    """
Date: {date}
From: {from}
To: {to}
?Cc: {cc}
Message-ID: <{dec:10}.{dec:7}.{stamp}445.JavaMail.zimbra@{domain}>
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="=_{boundary}"
X-Originating-IP: [192.168.1.31]
X-Mailer: Zimbra 9.0.0_GA_4597 (ZimbraWebClient - GC130 (Win)/9.0.0_GA_4597)
Thread-Index: {b64:22}
Thread-Topic: {topic}
""",
)
ZOHO = Client(
    "Zoho Mail in a browser",
    "lore.kernel.org: mails with X-Mailer: Zoho Mail 2022-2026 (Importance, two program fields)",
    """
Date: {date}
From: {from}
To: {to:quoted}
?Cc: {cc:quoted}
Message-ID: <19cd{hex:7}.{hex:13}.{dec:19}@{domain}>
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="----=_Part_{boundary}"
Importance: Medium
User-Agent: Zoho Mail
X-Mailer: Zoho Mail
""",
)
YAHOO = Client(
    "Yahoo Mail in a browser or its app",
    "lore.kernel.org: mails from @yahoo.com (X-YMail-OSG, X-Mailer: WebService/1.1… YahooMailIosMobile, YMailNovation)",
    """
X-YMail-OSG: {url64:60}
X-Sonic-MF: <{local}@{domain}>
X-Sonic-ID: {uuid}
Date: {date}
From: {from}
To: {to}
?Cc: {cc}
Message-ID: <{dec:9}.{dec:7}.{stamp}001@mail.yahoo.com>
?In-Reply-To: {answered}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="----=_Part_{boundary}"
References: <{dec:9}.{dec:7}.{stamp}001.ref@mail.yahoo.com>
X-Mailer: WebService/1.1.24866 YahooMailIosMobile
""",
)
WORKMAIL = Client(
    "Amazon WorkMail's web application",
    "docs.aws.amazon.com/workmail; public mails with X-Mailer: Amazon WorkMail",
    """
Subject: {subject}
From: {from}
To: {to}
?Cc: {cc}
Date: {date}
Mime-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_{boundary}"
?In-Reply-To: {answered}
?References: {references}
X-Mailer: Amazon WorkMail
Thread-Index: {thread}
Thread-Topic: {topic}
Message-ID: <0100019{hex:9}-{hex:8}-{hex:4}-000000@email.amazonses.com>
""",
)
YANDEX = Client(
    "Yandex Mail in a browser",
    "lore.kernel.org: mails from @yandex.ru (X-Mailer: Yamail [ http://yandex.ru ] 5.0)",
    """
From: {from}
To: {to}
?Cc: {cc}
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
MIME-Version: 1.0
X-Mailer: Yamail [ http://yandex.ru ] 5.0
Date: {date}
Message-Id: <{dec:15}@mail.yandex.ru>
Content-Transfer-Encoding: 8bit
Content-Type: text/html; charset=utf-8
""",
)
KMAIL = Client(
    "KMail",
    "lore.kernel.org: mails of KMail users (User-Agent absent since 5.x, X-KMail-… taken out, Message-ID …@host)",
    """
From: {from}
To: {to}
?Cc: {cc}
Subject: {subject}
Date: {date}
Message-ID: <{dec:7}.{url64:8}@workstation>
?In-Reply-To: {answered}
?References: {references}
MIME-Version: 1.0
Content-Transfer-Encoding: quoted-printable
Content-Type: text/plain; charset="utf-8"
User-Agent: KMail/6.4.2
""",
)
