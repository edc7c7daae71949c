"""Ticket systems and trackers."""

from __future__ import annotations

from tests.persons.programs import words
from tests.persons.programs.program import Program
from tests.persons.programs.shapes import RAILS
from tests.persons.systems import microsoft
from tests.persons.systems.senders import GATEWAY, SES, WEBSERVER, ZENDESK

_OTRS = """
From: {from}
To: {to:bare}
Subject: {subject}
?In-Reply-To: {answered}
?References: {references}
Message-ID: <{stamp}.{dec:7}.{dec:6}@otrs.{domain}>
Date: {date}
X-Mailer: OTRS Mail Service (6.0.30)
X-Powered-By: OTRS (https://otrs.com/)
Organization: {shop}
Precedence: bulk
X-OTRS-Loop: yes
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: text/html; charset="utf-8"
"""
PROGRAMS = (
    Program(
        16,
        "OTRS, automatic answer",
        "github.com/OTRS/otrs: Kernel/System/Email.pm, AutoResponse (Precedence, X-OTRS-Loop)",
        GATEWAY,
        _OTRS,
        words.TICKET,
        author=("{shop} Service Desk", "support"),
        answers=True,
    ),
    Program(
        17,
        "Znuny, automatic answer without the loop fields",
        "github.com/znuny/Znuny: Kernel/System/Email.pm (SendmailNotificationEnvelopeFrom, X-Mailer)",
        WEBSERVER,
        "\n".join(line for line in _OTRS.split("\n") if not line.startswith(("X-OTRS", "Auto-", "Precedence")))
        .replace("OTRS Mail Service (6.0.30)", "Znuny Mail Service (6.5.8)")
        .replace("OTRS (https://otrs.com/)", "Znuny (https://www.znuny.org/)"),
        words.TICKET,
        author=("{shop} Service Desk", "support"),
        answers=True,
    ),
    Program(
        19,
        "Jira",
        "github.com mirrors of com.atlassian.jira.mail.Email (X-JIRA-FingerPrint, Precedence: bulk)",
        SES,
        """
Date: {date}
From: {from:quoted}
To: {to:bare}
Message-ID: <JIRA.{dec:8}.{stamp}000.{dec:5}.{stamp}123@Atlassian.JIRA>
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="----=_Part_{boundary}"
X-JIRA-FingerPrint: {hex:32}
Precedence: bulk
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply
""",
        words.table("""
en [JIRA] (OPS-{code}) Printer on floor 3 is offline
de [JIRA] (OPS-{code}) Drucker im 3. Stock ist offline
fr [JIRA] (OPS-{code}) L'imprimante du 3e étage est hors ligne
"""),
        author=("{person} (JIRA)", "jira"),
    ),
    Program(
        20,
        "ServiceNow",
        "zammad: test/data/mail/mail090.box; lore.kernel.org: kernel.org helpdesk 2024-2025 (X-ServiceNow-*)",
        GATEWAY,
        """
Date: {date}
From: {from}
To: {to:bare}
Message-ID: <{dec:9}.{dec:5}.{stamp}224@app132162.ycg201.service-now.com>
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/mixed;
	boundary="----=_Part_{boundary}"
X-ServiceNow-Source: Notification-{hex:32}
X-ServiceNow-SysEmail-Version: 2
Precedence: bulk
Auto-Submitted: auto-generated
X-ServiceNow-Generated: true
""",
        words.table("""
en INC{no} has been opened on your behalf
de INC{no} wurde für Sie eröffnet
fr INC{no} a été ouvert en votre nom
es Se ha abierto INC{no} en su nombre
"""),
        author=("IT Service Desk", "servicedesk"),
    ),
    Program(
        22,
        "Zendesk",
        "clang-built-linux group 2020-2021 (X-Mailer: Zendesk Mailer); support.zendesk.com: email headers",
        ZENDESK,
        """
Date: {date}
From: {from}
Reply-To: {shop} <support+id{HEX:6}@{domain}>
To: {to}
Message-ID: <{HEX:10}_{hex:13}_{hex:14}_sprut@zendesk.com>
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
Mime-Version: 1.0
Content-Type: multipart/alternative;
 boundary="--==_mimepart_{boundary}";
 charset=utf-8
Content-Transfer-Encoding: 7bit
X-Delivery-Context: event-id-{dec:12}
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
X-Mailer: Zendesk Mailer
X-Zendesk-From-Account-Id: {hex:7}
X-Zendesk-Email-Id: 01M3Q58ZANF2HQSGH9BZZ4ZS8S
""",
        words.TICKET,
        author=("{shop} Support", "support"),
        answers=True,
    ),
    Program(
        23,
        "osTicket, new ticket notice",
        "github.com/osTicket/osTicket: include/class.mailer.php (X-Mailer: osTicket Mailer, X-Auto-Response-Suppress)",
        microsoft.WITH_KEY,
        """
Date: {date}
To: {to}
From: {from}
Subject: {subject}
Message-ID: <{b64:12}-{b64:12}-{shop}@{domain}>
?In-Reply-To: {answered}
?References: {references}
X-Mailer: osTicket Mailer
X-Auto-Response-Suppress: DR, RN, OOF, AutoReply
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_{boundary}"
""".replace("-{shop}@", "-x@"),
        words.TICKET,
        author=("{shop} Help", "help"),
        answers=True,
    ),
    Program(
        25,
        "code hosting, notice of a comment",
        "docs.github.com: about email notifications (X-GitHub-*, List-ID); public mails in issue trackers",
        SES,
        """
Date: {date}
From: {from}
Reply-To: acme/app <reply+{HEX:40}@reply.{domain}>
To: acme/app <app@noreply.{domain}>
Cc: {rcpt}
Message-ID: <acme/app/pull/{code}/c{dec:10}@{domain}>
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
Mime-Version: 1.0
Content-Type: multipart/alternative;
 boundary="--==_mimepart_{boundary}";
 charset=UTF-8
Content-Transfer-Encoding: 7bit
Precedence: list
X-GitHub-Sender: octo
X-GitHub-Recipient: somebody
X-GitHub-Reason: mention
List-ID: acme/app <app.acme.{domain}>
List-Unsubscribe: <mailto:unsub+{HEX:40}@reply.{domain}>
X-Auto-Response-Suppress: All
""",
        words.table("""
en Re: [acme/app] Fix the parser of dates (PR #{code})
"""),
        author=("{person}", "notifications"),
    ),
    Program(
        26,
        "GitLab, pipeline failed",
        "docs.gitlab.com: user/profile/notifications, email headers (X-GitLab-*)",
        GATEWAY,
        RAILS
        + """
Reply-To: GitLab <noreply@{domain}>
X-GitLab-Project: app
X-GitLab-Project-Id: 12
X-GitLab-Project-Path: acme/app
X-GitLab-Pipeline-Id: {dec:6}
X-GitLab-NotificationReason:
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
""".lstrip("\n"),
        words.table("""
en app | Failed pipeline for main | {code}
"""),
        author=("GitLab", "gitlab"),
    ),
)
