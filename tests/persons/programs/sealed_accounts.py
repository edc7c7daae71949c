"""Sealed programs: accounts, bookings, bills, tickets. Written without sight of the product's rules."""

from __future__ import annotations

from tests.persons.programs import sealed_words
from tests.persons.programs.program import Program
from tests.persons.programs.shapes import DJANGO, DOTNET, EXCHANGE_ONLINE, JAVA, RAILS
from tests.persons.programs.words import table
from tests.persons.systems import google, microsoft
from tests.persons.systems.senders import GATEWAY, MAILGUN, MANDRILL, SENDGRID, SES, WEBSERVER

_PERSON = ("{person}", "{person}")
_NODE = """
From: {from:quoted}
To: {to:bare}
Subject: {subject}
Message-ID: <{uuid}@{domain}>
Date: {date}
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="--_NmP-{boundary}-Part_1"
"""
"""nodemailer's MimeNode (nodemailer.com)."""
PROGRAMS = (
    Program(
        3,
        "sign-in alert (nodemailer)",
        "nodemailer.com: message; OWASP Authentication Cheat Sheet",
        SES,
        _NODE,
        sealed_words.SIGNIN,
        author=("{shop} Security", "security"),
    ),
    Program(
        6,
        "account activation (Symfony Mailer)",
        "symfony.com/doc: mailer (header order From, To, Subject, Message-ID, MIME-Version, Date)",
        WEBSERVER,
        """
From: {from}
To: {to:bare}
Subject: {subject}
Message-ID: <{hex:32}@{domain}>
MIME-Version: 1.0
Date: {date}
Content-Type: multipart/alternative; boundary={boundary}
""",
        sealed_words.CHANGED,
        author=("{shop}", "welcome"),
    ),
    Program(
        9,
        "booking confirmation",
        "jakartaee.github.io/mail-api; schema.org/docs/gmail: FlightReservation, LodgingReservation mails",
        GATEWAY,
        JAVA.replace("multipart/mixed", "multipart/related") + "X-Booking-Ref: {HEX:6}\n",
        sealed_words.BOOKING,
        author=("{shop} Reservations", "reservations"),
    ),
    Program(
        12,
        "bill of a utility",
        "learn.microsoft.com: System.Net.Mail; mailgun documentation (o:tag)",
        MAILGUN,
        _NODE + "X-Mailgun-Tag: bill\n",
        sealed_words.BILL,
        author=("{shop}", "kundenservice"),
    ),
    Program(
        15,
        "appointment reminder of a clinic",
        "learn.microsoft.com: Exchange Online SMTP AUTH client submission; System.Net.Mail",
        microsoft.WITH_KEY,
        DOTNET.replace("Date:", "Message-ID: <{hex:32}@{domain}>\nDate:"),
        sealed_words.APPOINTMENT,
        author=("{shop} Appointments", "appointments"),
    ),
    Program(
        18,
        "Request Tracker, a person's answer through it and its autoreply",
        "lore.kernel.org: linux-pwm, linux-kbuild (X-RT-*, X-Managed-BY) 2020-2023; bestpractical.com",
        GATEWAY,
        """
Subject: {subject}
From: {from:quoted}
Reply-To: help@{domain}
?In-Reply-To: {answered}
?References: {references}
Message-ID: <rt-5.0.5-{dec:4}-{stamp}-{dec:3}.{dec:5}-6-0@{domain}>
X-RT-Loop-Prevention: {domain}
X-RT-Ticket: {domain} #{dec:5}
X-Managed-BY: RT 5.0.5 (http://www.bestpractical.com/rt/)
X-RT-Originator: {rcpt}
To: {rcpt}
Content-Type: text/plain; charset="utf-8"
X-RT-Original-Encoding: utf-8
Date: {date}
MIME-Version: 1.0
Content-Transfer-Encoding: 8bit
""",
        sealed_words.REQUEST,
        author=("{person} via RT", "help"),
        answers=True,
    ),
    Program(
        21,
        "Freshdesk",
        "support.freshdesk.com: email headers; public mails (X-Auto-Response-Suppress, X-FW-*, SendGrid)",
        SENDGRID,
        RAILS.replace("multipart/alternative", "multipart/mixed")
        + """
Reply-To: {shop} <support@{domain}>
?In-Reply-To: {answered}
?References: {references}
X-SG-ID: u001.{b64:24}
""".lstrip("\n"),
        sealed_words.REGISTERED,
        author=("{shop} Support", "support"),
        answers=True,
        repeats_subject=True,
    ),
    Program(
        24,
        "Zammad, automatic answer",
        "github.com/zammad/zammad: lib/core_ext, notification factory (X-Mailer: Zammad Mail Service, X-Loop)",
        GATEWAY,
        """
Date: {date}
From: {from}
To: {to:bare}
Message-ID: <{stamp}.{dec:6}.{hex:8}@zammad.{domain}>
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
Mime-Version: 1.0
Content-Type: multipart/alternative;
 boundary="--==_mimepart_{boundary}";
 charset=UTF-8
Content-Transfer-Encoding: 7bit
Organization: {shop}
X-Loop: yes
Precedence: bulk
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
X-Powered-By: Zammad - Helpdesk/Support (https://zammad.org/)
X-Mailer: Zammad Mail Service
""",
        sealed_words.REQUEST,
        author=("{shop} Helpdesk", "helpdesk"),
        answers=True,
        repeats_subject=True,
    ),
    Program(
        27,
        "Redmine, issue updated",
        "github.com/redmine/redmine: app/models/mailer.rb (X-Mailer: Redmine, X-Redmine-Host, List-Id)",
        GATEWAY,
        RAILS
        + """
X-Mailer: Redmine
X-Redmine-Host: redmine.{domain}
X-Redmine-Site: Redmine
X-Auto-Response-Suppress: All
Auto-Submitted: auto-generated
List-Id: <redmine.{domain}>
X-Redmine-Project: app
X-Redmine-Issue-Id: {dec:4}
X-Redmine-Sender: somebody
""".lstrip("\n"),
        table("""
en [App - Bug #{code}] Search doesn't find umlauts
de [App - Fehler #{code}] Suche findet keine Umlaute
fr [App - Anomalie #{code}] La recherche ignore les accents
"""),
        author=("{person}", "redmine"),
    ),
    Program(
        84,
        "Azure Logic Apps and Power Apps",
        "learn.microsoft.com: connectors/office365, SMTP headers (x-ms-mail-application: Microsoft Power Apps)",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE
        + """
x-ms-mail-application: Microsoft Power Apps; User-Agent: PowerApps/3.24044.12
 (Web Player; AppName= {uuid})
x-ms-mail-operation-type: Send
x-ms-mail-environment-id: default-{uuid}
Content-Type: text/html; charset="utf-8"
""".lstrip("\n"),
        sealed_words.REPORT,
        author=_PERSON,
    ),
    Program(
        87,
        "Apps Script's MailApp",
        "developers.google.com/apps-script/reference/mail; public mails with Message-ID <…@google.com>",
        google.WITH_KEY,
        """
X-Google-Smtp-Source: AGHT+I{url64:60}
MIME-Version: 1.0
X-Received: by 2002:a05:6e02:{hex:4}:b0:3a3:b45b:fb92 with SMTP id {hex:16}; {date}
Reply-To: {local}@{domain}
Message-ID: <000000000000{hex:16}@google.com>
Date: {date}
Subject: {subject}
From: {from}
To: {to:bare}
Content-Type: multipart/alternative; boundary="{boundary}"
""",
        sealed_words.REPORT,
        author=_PERSON,
        envelope="3{hex:20}@maestro.bounces.google.com",
    ),
    Program(
        90,
        "invitation to a shared workspace",
        "help.dropbox.com, notion.so/help: email notifications; docs.aws.amazon.com/ses",
        SES,
        DJANGO,
        sealed_words.INVITED,
        author=("{person}", "notify"),
    ),
    Program(
        96,
        "report by PowerShell's Send-MailMessage through Exchange Online",
        "learn.microsoft.com: Send-MailMessage (System.Net.Mail), SMTP AUTH client submission",
        microsoft.WITH_KEY,
        DOTNET,
        sealed_words.REPORT,
        author=_PERSON,
    ),
    Program(
        99,
        "Moodle",
        "github.com/moodle/moodle: lib/moodlelib.php email_to_user (PHPMailer, X-Course-Id, Precedence: Bulk)",
        WEBSERVER,
        """
To: {to}
Date: {date}
From: {from:quoted}
Subject: {subject}
Message-ID: <{hex:64}@{domain}>
X-Mailer: PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)
Precedence: Bulk
X-Auto-Response-Suppress: All
Auto-Submitted: auto-generated
List-Id: "Safety" <moodleforum12@{domain}>
X-Course-Id: 12
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="b1_{boundary}"
""",
        sealed_words.COURSE,
        author=("{person} (via Moodle)", "noreply"),
    ),
    Program(
        75,
        "marketing automation by a sales representative's name (Marketo)",
        "experienceleague.adobe.com: Marketo, email headers (X-MarketoID, X-Report-Abuse, X-Binding)",
        MANDRILL,
        """
Date: {date}
From: {from}
Reply-To: {local}@{domain}
To: {rcpt}
Message-ID: <{dec:9}.{dec:7}.{stamp}123.JavaMail.root@abmktmail-batch1f.marketo.org>
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="----=_Part_{boundary}"
X-PVIQ: PVIQ-123-ABC-456-000001-000001-000001
X-Binding: bg-abd-123
X-MarketoID: 123-ABC-456:{dec:5}:{dec:5}:{dec:5}:0:0:9:{dec:5}:{dec:8}
X-MktArchive: false
X-Mailfrom: 123-ABC-456.0.{dec:5}.0.0.{dec:5}.9.{dec:8}@em-sj-77.mktomail.com
X-MktMailDKIM: true
List-Unsubscribe: <mailto:{url64:20}.{dec:5}.0.0@unsub-sj.mktomail.com>
""",
        table("""
en Checking in about the demo
de Wie war die Demo?
fr Suite à notre démonstration
"""),
        author=_PERSON,
    ),
)
