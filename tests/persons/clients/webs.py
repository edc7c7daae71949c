"""Mail programs in a browser."""

from __future__ import annotations

from tests.persons.clients.client import Client

GMAIL = Client(
    "Gmail in a browser or its app",
    "lore.kernel.org: linux-kernel mails from @gmail.com and Workspace domains 2023-2026 (X-Gm-Gg since 2025)",
    """
X-Gm-Message-State: AOJu0Y{url64:40}
	{url64:40}
X-Gm-Gg: ATEYQz{url64:50}
X-Google-Smtp-Source: AGHT+I{url64:60}
X-Received: by 2002:a05:690c:{hex:4}:b0:798:1de:f894 with SMTP id
 00721157ae682-{hex:12}mr49794737b3.4.{stamp}885; {date}
MIME-Version: 1.0
?References: {references}
?In-Reply-To: {answered}
From: {from}
Date: {date}
X-Gm-Features: AaiRm5{url64:40}
Message-ID: <CA{url64:36}@mail.gmail.com>
Subject: {subject}
To: {to}
?Cc: {cc}
Content-Type: multipart/alternative; boundary="{boundary}"
""",
)
GMAIL_BARE = Client(
    "Gmail, recipients typed by hand",
    GMAIL.source,
    GMAIL.template.replace("{to}", "{to:bare}").replace("{cc}", "{cc:bare}"),
)
GOOGLE_INVITATION = Client(
    "Google Calendar: an invitation by a person",
    "lore.kernel.org: qemu-devel, invitations of 12 November 2024 and 27 January 2025 (Auto-Submitted, own key signs)",
    """
X-Gm-Message-State: AOJu0Y{url64:40}
X-Google-Smtp-Source: AGHT+I{url64:60}
MIME-Version: 1.0
X-Received: by 2002:a05:6602:{hex:4}:b0:861:1b0:f53e with SMTP id
 ca18e2360f4ac-{hex:12}; {date}
Reply-To: {from}
Sender: Google Calendar <calendar-notification@google.com>
Auto-Submitted: auto-generated
Message-ID: <calendar-{uuid}@google.com>
Date: {date}
Subject: Invitation: {subject} @ Thu 26 Nov 2026 2pm - 3pm (CET) ({rcpt})
From: {from}
To: {to:bare}
?Cc: {cc:bare}
Content-Type: multipart/mixed; boundary="{boundary}"
""",
    envelope="3{hex:24}@calendar-server.bounces.google.com",
)
ROUNDCUBE = Client(
    "Roundcube",
    "lore.kernel.org: mails with User-Agent: Roundcube Webmail/1.6.x; roundcubemail issues with raw headers",
    """
MIME-Version: 1.0
Date: {date}
From: {from}
To: {to}
?Cc: {cc}
Subject: {subject}
?In-Reply-To: {answered}
?References: {references}
User-Agent: Roundcube Webmail/1.6.9
Message-ID: <{hex:32}@{domain}>
X-Sender: {local}@{domain}
Content-Type: text/plain; charset=US-ASCII;
 format=flowed
Content-Transfer-Encoding: 7bit
""",
)
SOGO = Client(
    "SOGo",
    "lore.kernel.org: mails with User-Agent: SOGoMail 5.x (collabora, 2023-2024; xen-devel 2024)",
    """
From: {from:quoted}
?In-Reply-To: {answered}
Content-Type: text/plain; charset="utf-8"
X-Forward: 127.0.0.1
?References: {references}
Date: {date}
?Cc: {cc}
To: {to:quoted}
MIME-Version: 1.0
Message-ID: <{hex:4}-{hex:8}-3-{hex:8}@{dec:9}>
Subject: {subject}
User-Agent: SOGoMail 5.11.1
Content-Transfer-Encoding: quoted-printable
""",
)
FASTMAIL = Client(
    "Fastmail in a browser or its app",
    "lore.kernel.org: mails with User-Agent: Cyrus-JMAP/3.x (arndb.de, fastmail.com) 2022-2026",
    """
X-ME-Sender: <xms:{url64:30}>
X-ME-Proxy: <xmx:{url64:30}>
Feedback-ID: i{hex:8}:Fastmail
Received: by mailuser.phl.internal (Postfix, from userid 501)
	id {HEX:12}; {date}
X-ThreadId: {url64:12}
Date: {date}
From: {from}
To: {to}
?Cc: {cc}
Message-Id: <{uuid}@app.fastmail.com>
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
Content-Type: text/plain
Content-Transfer-Encoding: 7bit
MIME-Version: 1.0
User-Agent: Cyrus-JMAP/3.13.0-alpha0-1188-ge84bd0f7b8-fm-20260224
""",
)
PROTON = Client(
    "Proton Mail in a browser or its app",
    "lore.kernel.org: mails from @protonmail.com, @proton.me, @pm.me 2021-2026 (Feedback-ID …:user:proton)",
    """
Date: {date}
To: {to}
From: {from}
?Cc: {cc}
Subject: {subject}
Message-ID: <{url64:60}=@{domain}>
?In-Reply-To: {answered}
?References: {references}
Feedback-ID: {dec:8}:user:proton
X-Pm-Message-ID: {hex:40}
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="b1_{boundary}"
""",
)
WEBDE = Client(
    "The webmail of 1&1's hosters (GMX, web.de, mail.com)",
    "lore.kernel.org: mails with Message-ID trinity-…@3c-app-gmx-… and X-UI-Sender-Class",
    """
MIME-Version: 1.0
Message-ID: <trinity-{uuid}-{dec:13}@3c-app-gmx-bs{dec:2}>
From: {from}
To: {to}
?Cc: {cc}
Subject: {subject}
Content-Type: text/html; charset=UTF-8
Importance: normal
Sensitivity: Normal
?In-Reply-To: {answered}
?References: {references}
Date: {date}
X-Priority: 3
X-Provags-ID: V03:K1:{b64:40}
""",
)
ICLOUD_WEB = Client(
    "iCloud Mail in a browser",
    "Apple support: iCloud.com mail; public list mails with X-Mailer: iCloud MailClient…",
    """
From: {from}
To: {to:bare}
?Cc: {cc:bare}
Subject: {subject}
Date: {date}
Message-id: <{uuid}@me.com>
?In-Reply-To: {answered}
?References: {references}
MIME-version: 1.0
X-Mailer: iCloud MailClient2526Build17 MailServer2526B33.0123456789
Content-Type: multipart/alternative;
 boundary=Apple-Webmail-42--{boundary}
""",
)
