"""Mail programs on a telephone."""

from __future__ import annotations

from tests.persons.clients.client import Client

IPHONE = Client(
    "Mail on an iPhone or iPad",
    "lore.kernel.org: mails with X-Mailer: iPhone Mail (22…) and Mime-Version: 1.0 (1.0), 2023-2026",
    """
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable
From: {from}
Mime-Version: 1.0 (1.0)
Date: {date}
Subject: {subject}
Message-Id: <{UUID}@{domain}>
?References: {references}
?Cc: {cc:bare}
?In-Reply-To: {answered}
To: {to}
X-Mailer: iPhone Mail (22H124)
""",
)
OUTLOOK_PHONE = Client(
    "Outlook for iOS and Android with Exchange Online",
    "lore.kernel.org: mails with Outlook mobile's footer; learn.microsoft.com: Outlook mobile architecture",
    """
Received: from {HEX:4}PR05MB{dec:4}.eurprd05.prod.outlook.com
 ([fe80::{hex:4}:{hex:4}:{hex:4}:{hex:4}]) by {HEX:4}PR05MB{dec:4}.eurprd05.prod.outlook.com
 ([fe80::{hex:4}:{hex:4}:{hex:4}:{hex:4}%3]) with mapi id 15.20.9343.016; {date}
From: {from}
To: {to}
?CC: {cc}
Subject: {subject:latin}
Thread-Topic: {topic:latin}
Thread-Index: {thread}
X-MS-Exchange-MessageSentRepresentingType: 1
Date: {date}
Message-ID:
 <{HEX:4}PR05MB{dec:4}{HEX:28}@{HEX:4}PR05MB{dec:4}.eurprd05.prod.outlook.com>
?References: {references}
?In-Reply-To: {answered}
Accept-Language: en-GB, en-US
Content-Language: en-GB
X-MS-Has-Attach:
X-MS-TNEF-Correlator:
Content-Type: multipart/alternative;
	boundary="_000_{boundary}_"
MIME-Version: 1.0
""",
)
SAMSUNG = Client(
    "Samsung Email on Android",
    "public list mails with Message-ID …@email.android.com and boundary --_com.samsung.android.email_",
    """
Date: {date}
Subject: {subject}
Message-ID: <{hex:11}.{stamp}123@email.android.com>
X-Priority: 3
?In-Reply-To: {answered}
?References: {references}
From: {from}
To: {to:bare}
?Cc: {cc:bare}
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="--_com.samsung.android.email_{boundary}"
""",
)
K9 = Client(
    "K-9 Mail and Thunderbird for Android",
    "lore.kernel.org: mails with User-Agent: K-9 Mail for Android / Thunderbird for Android, 2021-2026",
    """
Date: {date}
From: {from}
To: {to}
?CC: {cc}
Subject: {subject}
User-Agent: K-9 Mail for Android
?In-Reply-To: {answered}
?References: {references}
Message-ID: <{UUID}@{domain}>
MIME-Version: 1.0
Content-Type: text/plain;
 charset=utf-8
Content-Transfer-Encoding: quoted-printable
Autocrypt: addr={local}@{domain}; keydata={b64:40}
""",
)
GMAIL_APP = Client(
    "Gmail's app with another provider's account (IMAP, SMTP)",
    "public list mails with Message-ID <CA…@mail.gmail.com> from non-Google hosts",
    """
MIME-Version: 1.0
?References: {references}
?In-Reply-To: {answered}
From: {from}
Date: {date}
Message-ID: <CA{url64:36}@mail.gmail.com>
Subject: {subject}
To: {to}
?Cc: {cc}
Content-Type: multipart/alternative; boundary="{boundary}"
""",
)
