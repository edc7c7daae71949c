"""Programs that answer for somebody: absence notes, receipts, challenges, rooms.

Longer than others: fourteen kinds, each with its header block.
"""

from __future__ import annotations

from tests.persons.programs import words
from tests.persons.programs.program import Program
from tests.persons.programs.shapes import EXCHANGE_ONLINE
from tests.persons.systems import google, hosted, microsoft, own
from tests.persons.systems.senders import GATEWAY

_PERSON = ("{person}", "{person}")
_THREAD = "?In-Reply-To: {answered}\n?References: {references}\n"
PROGRAMS = (
    Program(
        28,
        "absence note of Exchange Online",
        "MS-OXWOOF; MS-OXCMAIL 2.2.3; lore.kernel.org: automatic replies of M365 users to lists",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE.replace("Accept-Language", _THREAD + "Accept-Language")
        + """
auto-submitted: auto-generated
X-Auto-Response-Suppress: All
X-MS-Exchange-Parent-Message-Id: {answered}
x-ms-exchange-generated-message-source: Mailbox Rules Agent
Content-Type: multipart/alternative;
	boundary="_000_{boundary}_"
""".lstrip("\n"),
        words.AUTOMATIC,
        author=_PERSON,
        null=True,
        answers=True,
        repeats_subject=True,
    ),
    Program(
        29,
        "Gmail's vacation responder",
        "support.google.com: out-of-office; public list archives (Precedence: bulk, X-Autoreply: yes, Auto-Submitted)",
        google.WITH_KEY,
        """
X-Gm-Message-State: AOJu0Y{url64:40}
X-Google-Smtp-Source: AGHT+I{url64:60}
X-Received: by 2002:a05:6602:{hex:4}:b0:861:1b0:f53e with SMTP id {hex:16}; {date}
MIME-Version: 1.0
Auto-Submitted: auto-replied
Precedence: bulk
X-Autoreply: yes
?In-Reply-To: {answered}
?References: {references}
From: {from}
Date: {date}
Message-ID: <CA{url64:36}@mail.gmail.com>
Subject: {subject}
To: {to:bare}
Content-Type: multipart/alternative; boundary="{boundary}"
""",
        words.AWAY,
        author=_PERSON,
        answers=True,
    ),
    Program(
        31,
        "absence note of HCL Notes",
        "HCL Notes C API: OOOSetGeneralSubject (default Subject); open-mpi list archive 2012-2013",
        own.DOMINO,
        """
?In-Reply-To: {answered}
?References: {references}
Auto-Submitted: auto-generated
From: {from:quoted}
To: {to:bare}
Message-ID: <OF{HEX:8}.{HEX:8}-ONC1258B10.00331234-C1258B10.0033AB56@{domain}>
Date: {date}
Subject: {subject}
X-MIMETrack: Serialize by Router on MAIL01/SRV/ORG(Release 12.0.2FP3|January
 30, 2024) at 20/11/2026 12:00:10
MIME-Version: 1.0
Content-type: text/plain; charset=US-ASCII
""",
        words.table("""
en AUTO: Katherine Smith is out of the office (returning 02/23/2027)
de AUTO: Karin Schmidt ist außer Haus (Rückkehr am 23.02.2027)
fr AUTO: Catherine Martin est absente (retour le 23/02/2027)
it AUTO: Caterina Rossi è fuori ufficio (ritorno il 23/02/2027)
ja AUTO: 田中花子は外出しております (returning 2027/02/23)
"""),
        author=_PERSON,
        answers=True,
    ),
    Program(
        32,
        "vacation(1)",
        "sendmail's vacation.c (Precedence: junk); FreeBSD and Debian manual pages",
        own.OPENDKIM,
        """
From: {from}
To: {to:bare}
Subject: {subject}
Precedence: junk
?In-Reply-To: {answered}
Message-Id: <202611201200.{HEX:10}@mail.{domain}>
Date: {date}
""",
        words.AWAY,
        author=_PERSON,
        null=True,
        answers=True,
    ),
    Program(
        34,
        "Sieve's vacation (Dovecot Pigeonhole)",
        "github.com/dovecot/pigeonhole: ext-vacation (RFC 5230 4.6; Auto: prefix, Precedence: bulk)",
        own.RSPAMD,
        """
X-Sieve: Pigeonhole Sieve 2.3.21 (f2345c6)
Message-ID: <dovecot-sieve-{stamp}-{dec:6}-0@mail.{domain}>
Date: {date}
From: <{local}@{domain}>
To: <{rcpt}>
Subject: {subject}
?In-Reply-To: {answered}
?References: {references}
Auto-Submitted: auto-replied (vacation)
Precedence: bulk
X-Auto-Response-Suppress: All
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit
""",
        words.table("""
en Auto: {topic}
de Auto: {topic}
fr Auto: {topic}
"""),
        author=_PERSON,
        null=True,
        answers=True,
        repeats_subject=True,
    ),
    Program(
        35,
        "Fastmail's vacation response (Cyrus Sieve)",
        "github.com/cyrusimap/cyrus-imapd: lmtp_sieve.c send_response (Auto-Submitted: auto-replied (vacation))",
        hosted.FASTMAIL,
        """
Message-ID: <cmu-sieve-{dec:5}-{stamp}-0@mailmx.nyi.internal>
Date: {date}
X-Sieve: CMU Sieve 3.0
From: {from}
To: <{rcpt}>
Subject: {subject}
?In-Reply-To: {answered}
Auto-Submitted: auto-replied (vacation)
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit
""",
        words.AWAY,
        author=_PERSON,
        answers=True,
    ),
    Program(
        37,
        "Exim's autoreply without Auto-Submitted (vexim)",
        "github.com/vexim/vexim2 pull request 298 (its autoreply didn't set Auto-Submitted)",
        own.EXIM,
        """
To: {rcpt}
From: {local}@{domain}
Subject: {subject}
?In-Reply-To: {answered}
?References: {references}
Message-Id: <E1vABCD-{hex:6}-2C@mail.{domain}>
Date: {date}
""",
        words.AWAY,
        author=_PERSON,
        answers=True,
    ),
    Program(
        38,
        "answer by an Outlook rule or a shared mailbox's template",
        "osTicket's and espocrm's test data for Exchange auto replies (X-MS-Exchange-Inbox-Rules-Loop)",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE.replace("Accept-Language", _THREAD + "Accept-Language")
        + """
X-Auto-Response-Suppress: All
X-MS-Exchange-Inbox-Rules-Loop: {local}@{domain}
auto-submitted: auto-generated
x-ms-exchange-generated-message-source: Mailbox Rules Agent
Content-Type: text/plain; charset="us-ascii"
""".lstrip("\n"),
        words.table("""
en {shop} Autoreply
de Eingangsbestätigung {shop}
fr Accusé de réception - {shop}
es Acuse de recibo de {shop}
nl Ontvangstbevestiging {shop}
it Conferma di ricezione - {shop}
"""),
        author=("{shop}", "office"),
        answers=True,
    ),
    Program(
        40,
        "read receipt (MDN) of Outlook with IMAP",
        "RFC 8098; sisimai set-of-emails (disposition notifications)",
        own.OPENDKIM,
        """
From: {from:quoted}
To: {to:bare}
?References: {references}
?In-Reply-To: {answered}
Subject: {subject}
Date: {date}
Message-ID: <{hex:12}${hex:8}${hex:8}$@{domain}>
MIME-Version: 1.0
Content-Type: multipart/report;
	report-type=disposition-notification;
	boundary="----=_NextPart_{boundary}"
X-Mailer: Microsoft Outlook 16.0
Thread-Index: {thread}
""",
        words.READ,
        author=_PERSON,
        answers=True,
        repeats_subject=True,
    ),
    Program(
        41,
        "read receipt of Exchange Online",
        "MS-OXCMAIL 2.1.3 (X-MS-Exchange-…, multipart/report); RFC 8098",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE.replace("Accept-Language", _THREAD + "Accept-Language")
        + """
Content-Type: multipart/report; report-type=disposition-notification;
	boundary="_000_{boundary}_"
""".lstrip("\n"),
        words.READ,
        author=_PERSON,
        null=True,
        answers=True,
        repeats_subject=True,
    ),
    Program(
        43,
        "challenge and response",
        "tmda.net: confirmation request (Precedence, X-Delivery-Agent); active spam killer's templates",
        own.OPENDKIM,
        """
Date: {date}
Message-ID: <{dec:14}.{dec:5}.TMDA@mail.{domain}>
?In-Reply-To: {answered}
?References: {references}
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: 7bit
MIME-Version: 1.0
To: {to:bare}
Subject: {subject}
From: {from}
Reply-To: {local}-confirm-{stamp}.{dec:5}.{hex:6}@{domain}
X-Delivery-Agent: TMDA/1.1.12 (Macallan)
Precedence: bulk
""",
        words.table("""
en Please confirm your message
de Bitte bestätigen Sie Ihre Nachricht
fr Veuillez confirmer votre message
es Por favor, confirme su mensaje
"""),
        author=_PERSON,
        answers=True,
    ),
    Program(
        44,
        "a room accepts an invitation",
        "MS-OXCICAL (METHOD:REPLY); learn.microsoft.com: Set-CalendarProcessing AutoAccept",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE.replace("Accept-Language", _THREAD + "Accept-Language")
        + """
X-MS-Exchange-Calendar-Originator-Id: {uuid}
auto-submitted: auto-generated
X-Auto-Response-Suppress: DR, OOF, AutoReply
Content-Type: multipart/alternative;
	boundary="_000_{boundary}_"
""".lstrip("\n"),
        words.ACCEPTED,
        author=("Meeting Room 3.14", "room314"),
        answers=True,
        repeats_subject=True,
    ),
    Program(
        97,
        "alert of a SharePoint list on the premises",
        "learn.microsoft.com: SharePoint alerts (SPAlert), outgoing mail (X-AlertId, X-AlertTitle, X-Mailer)",
        GATEWAY,
        """
From: {from:quoted}
To: {to:bare}
Subject: {subject}
Date: {date}
Message-ID: <{hex:32}@sp01.{domain}>
MIME-Version: 1.0
Content-Type: text/html; charset="utf-8"
X-Mailer: Microsoft SharePoint Foundation 2010
X-AlertServerType: STS
X-AlertId: {hex:32}
X-AlertTitle: Documents
""",
        words.table("""
en Documents - Plan.docx has been changed
de Dokumente - Plan.docx wurde geändert
fr Documents - Plan.docx a été modifié
"""),
        author=("{person}", "sharepoint"),
    ),
)
