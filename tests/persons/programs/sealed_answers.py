"""Sealed programs: answers, reports, machines, services. Written without sight of the product's rules.

Longer than others: eighteen kinds, each with its header block.
"""

from __future__ import annotations

from tests.persons.programs import sealed_words
from tests.persons.programs.program import Program
from tests.persons.programs.shapes import EXCHANGE_ONLINE, JAVA, SHELL
from tests.persons.programs.words import table
from tests.persons.systems import google, hosted, microsoft, own
from tests.persons.systems.senders import GATEWAY, SENDGRID, SES, WEBSERVER

_PERSON = ("{person}", "{person}")
PROGRAMS = (
    Program(
        30,
        "Zimbra's out-of-office",
        "github.com/Zimbra/zm-mailbox: Notification.outOfOfficeIfNecessary (Auto-Submitted: auto-replied (zimbra;"
        " vacation), Precedence: bulk)",
        own.OPENDKIM,
        """
Date: {date}
From: {from}
To: {to:bare}
Message-ID: <{dec:10}.{dec:5}.{stamp}123.JavaMail.zimbra@{domain}>
?In-Reply-To: {answered}
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 7bit
Auto-Submitted: auto-replied (zimbra; vacation)
Precedence: bulk
""",
        sealed_words.HOLIDAY,
        author=_PERSON,
        null=True,
        answers=True,
        repeats_subject=True,
    ),
    Program(
        33,
        "Proton's auto-reply",
        "proton.me/support: auto-reply (Auto: Subject prefix); public mails of Proton",
        hosted.PROTON,
        """
Subject: {subject}
To: {to:bare}
From: {from}
?In-Reply-To: {answered}
?References: {references}
Auto-Submitted: auto-replied
X-Autoreply: yes
Precedence: auto_reply
X-Auto-Response-Suppress: All
Feedback-ID: {dec:8}:user:proton
Date: {date}
Message-ID: <{url64:60}=@{domain}>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
""",
        sealed_words.ABSENT,
        author=_PERSON,
        answers=True,
    ),
    Program(
        36,
        "cPanel's autoresponder",
        "docs.cpanel.net: autoresponders; public mails with X-Autorespond and Precedence: auto_reply",
        own.EXIM,
        """
From: {from:quoted}
To: {to:bare}
Subject: {subject}
?In-Reply-To: {answered}
?References: {references}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
X-Autorespond: Plan
X-Loop: {local}@{domain}
Auto-Submitted: auto-replied
Precedence: auto_reply
Message-Id: <E1vABCD-{hex:10}-2C3D@mail.{domain}>
Date: {date}
""",
        sealed_words.THANKS,
        author=("{shop}", "info"),
        answers=True,
    ),
    Program(
        39,
        "answer of a shared mailbox by a flow, from a person's account",
        "learn.microsoft.com: connectors/office365, Reply to email (V3) (x-ms-mail-operation-type: Reply)",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE.replace(
            "Accept-Language", "?In-Reply-To: {answered}\n?References: {references}\nAccept-Language"
        )
        + """
x-ms-mail-application: Microsoft Power Automate; User-Agent:
 azure-logic-apps/1.0 (workflow {hex:32}; version
 0858{dec:16}) microsoft-flow/1.0
x-ms-mail-operation-type: Reply
Content-Type: multipart/alternative;
	boundary="_000_{boundary}_"
""".lstrip("\n"),
        table("""
en RE: {topic}
de AW: {topic}
fr RE: {topic}
"""),
        author=_PERSON,
        answers=True,
        repeats_subject=True,
    ),
    Program(
        42,
        "return receipt of Thunderbird",
        "RFC 8098; searchfox.org: nsMsgMdnGenerator (multipart/report; report-type=disposition-notification)",
        own.OPENDKIM,
        """
From: {from}
Date: {date}
User-Agent: Mozilla Thunderbird
To: {to:bare}
Subject: {subject}
?References: {references}
?In-Reply-To: {answered}
Message-ID: <{uuid}@{domain}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification;
 boundary="------------mdn{boundary}"
""",
        sealed_words.RETURNED,
        author=_PERSON,
        answers=True,
        repeats_subject=True,
    ),
    Program(
        45,
        "Google Calendar declines by itself",
        "support.google.com/calendar: automatically decline; RFC 5546 (METHOD:REPLY)",
        google.WITH_KEY,
        """
X-Gm-Message-State: AOJu0Y{url64:40}
X-Google-Smtp-Source: AGHT+I{url64:60}
MIME-Version: 1.0
X-Received: by 2002:a05:6602:{hex:4}:b0:861:1b0:f53e with SMTP id {hex:16}; {date}
Reply-To: {from}
Sender: Google Calendar <calendar-notification@google.com>
Auto-Submitted: auto-generated
Message-ID: <calendar-{uuid}@google.com>
?In-Reply-To: {answered}
?References: {references}
Date: {date}
Subject: {subject}
From: {from}
To: {to:bare}
Content-Type: multipart/mixed; boundary="{boundary}"
""",
        sealed_words.DECLINED,
        author=_PERSON,
        answers=True,
        repeats_subject=True,
    ),
    Program(
        48,
        "failure report of Gmail",
        "sisimai set-of-emails, lhost-googlegsuite; support.google.com: bounced messages",
        google.WITH_KEY,
        """
X-Gm-Message-State: AOJu0Y{url64:40}
X-Google-Smtp-Source: AGHT+I{url64:60}
X-Received: by 2002:a05:6602:{hex:4}:b0:861:1b0:f53e with SMTP id {hex:16}; {date}
Content-Type: multipart/report; boundary="{boundary}"; report-type=delivery-status
To: {rcpt}
From: {from}
Auto-Submitted: auto-replied
Subject: {subject}
References: <{hex:20}@army.ml>
In-Reply-To: <{hex:20}@army.ml>
X-Failed-Recipients: someone@{domain}
Message-ID: <{hex:8}.{hex:8}.{hex:8}.{hex:4}.GMR@mx.google.com>
Date: {date}
""",
        table("en Delivery Status Notification (Failure)"),
        author=("Mail Delivery Subsystem", "mailer-daemon"),
        null=True,
    ),
    Program(
        51,
        "DMARC aggregate report in a body of its own name",
        "domainaware/parsedmarc samples (mail.ru, yahoo, fastmail shapes); RFC 9990",
        GATEWAY,
        """
From: {from:quoted}
To: <{rcpt}>
Date: {date}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/mixed;
	boundary="----sinikael-{boundary}"
Message-ID: <{uuid}@{domain}>
""",
        table("en Dmarc Aggregate Report Domain: army.ml  Submitter: {shop}  Date: 2026-11-19  Report-ID: {no}"),
        author=("DMARC reports", "dmarc_support"),
    ),
    Program(
        54,
        "feedback loop of a mailbox provider",
        "RFC 5965; senders.yahooinc.com: complaint feedback loop; sisimai set-of-emails, arf",
        GATEWAY,
        """
From: {from}
To: {to:bare}
Subject: {subject}
Date: {date}
Message-ID: <{dec:9}.{dec:7}@fbl.{domain}>
MIME-Version: 1.0
Content-Type: multipart/report; boundary="{boundary}"; report-type="feedback-report"
""",
        table("en Abuse report: a customer complained"),
        author=("Mail Abuse", "feedback"),
    ),
    Program(
        57,
        "Zabbix",
        "github.com/zabbix/zabbix: src/libs/zbxmedia/email.c (From, To, Date, Subject, MIME-Version, Message-ID)",
        GATEWAY,
        """
From: {from:angle}
To: <{rcpt}>
Date: {date}
Subject: {subject}
Message-ID: <{hex:32}.{hex:8}@zabbix>
MIME-Version: 1.0
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: 8bit
""",
        table("""
en Problem: High CPU utilization (over 90% for 5m)
de Problem: Hohe CPU-Auslastung (über 90 % seit 5m)
ru Проблема: высокая загрузка процессора
"""),
        author=("", "zabbix"),
    ),
    Program(
        60,
        "Prometheus Alertmanager",
        "github.com/prometheus/alertmanager: notify/email (headers sorted; Message-Id, From, Subject, To)",
        GATEWAY,
        """
From: {local}@{domain}
Subject: {subject}
To: {rcpt}
Message-Id: <{stamp}123456789.{dec:19}@alertmanager-0>
Date: {date}
Content-Type: multipart/alternative;  boundary={boundary}
MIME-Version: 1.0
""",
        table("""
en [FIRING:2] InstanceDown (srv12 node critical)
fr [RESOLVED] InstanceDown (srv12 node critical)
"""),
        author=("", "monitoring"),
    ),
    Program(
        63,
        "fail2ban",
        "github.com/fail2ban/fail2ban: config/action.d/sendmail-whois.conf (Subject, Date, From, To by printf)",
        GATEWAY,
        SHELL,
        table("en [Fail2Ban] sshd: banned 192.0.2.77 from srv12"),
        author=("Fail2Ban", "fail2ban"),
    ),
    Program(
        66,
        "fax server",
        "hylafax.org: faxrcvd, notify (Subject, MIME); vendors' fax services",
        GATEWAY,
        """
From: {from:quoted}
To: {rcpt}
Subject: {subject}
Date: {date}
Message-Id: <20261120120000.{HEX:10}@fax.{domain}>
MIME-Version: 1.0
Content-Type: Multipart/Mixed; Boundary="NextPart{dec:5}"
""",
        sealed_words.FAX,
        author=("HylaFAX", "fax"),
    ),
    Program(
        69,
        "network storage (Synology, QNAP)",
        "kb.synology.com: notification e-mails; PHPMailer-like headers in public forum posts",
        microsoft.WITH_KEY,
        """
Date: {date}
From: {from}
To: {rcpt}
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/html; charset="UTF-8"
Content-Transfer-Encoding: 8bit
Message-ID: <{hex:20}@nas1>
""",
        table("""
en [NAS1] Volume 1 is degraded
de [NAS1] Volume 1 ist beeinträchtigt
fr [NAS1] Le volume 1 est dégradé
es [NAS1] El volumen 1 está degradado
"""),
        author=("NAS1", "nas"),
    ),
    Program(
        72,
        "Drupal Webform",
        "drupal.org: webform, email handler (X-Mailer: Drupal, Return-Path, Sender)",
        WEBSERVER,
        """
To: {rcpt}
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes
Content-Transfer-Encoding: 8Bit
X-Mailer: Drupal
Sender: web@{domain}
From: {from}
Reply-To: {local}@{domain}
Message-Id: <20261120120000.{HEX:10}@www.{domain}>
Date: {date}
""",
        sealed_words.WEBFORM,
        author=("{shop}", "web"),
    ),
    Program(
        78,
        "signature request, with the requester's name",
        "helpx.adobe.com/sign: branded email; JavaMail header order",
        SENDGRID,
        JAVA.replace("multipart/mixed", "multipart/alternative") + "Reply-To: {from}\nX-Adobe-Sign: agreement\n",
        sealed_words.SIGNATURE,
        author=_PERSON,
    ),
    Program(
        81,
        "invitation of a meeting service with a calendar part",
        "help.webex.com: meeting invitations; RFC 5546; JavaMail header order",
        SES,
        JAVA.replace("multipart/mixed", "multipart/alternative") + "Sender: messenger@{domain}\n",
        table("""
en Webex meeting invitation: Project review
de Webex-Meeting-Einladung: Projektbesprechung
fr Invitation à la réunion Webex : Revue de projet
ja Webexミーティングへの招待：プロジェクト確認
"""),
        author=("{shop} meetings", "messenger"),
    ),
    Program(
        93,
        "mailing list (Sympa, From kept, own signature)",
        "sympa.community: dmarc_protection, List-* (X-Loop, X-Sequence, Errors-to, Precedence: list)",
        own.OPENDKIM,
        """
Date: {date}
From: {from:quoted}
To: talk@{domain}
Cc: {rcpt}
Message-ID: <{uuid}@{domain}>
?References: {references}
Subject: {subject}
User-Agent: Mozilla Thunderbird
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Reply-To: talk@{domain}
X-Loop: talk@{domain}
X-Sequence: 123
Errors-to: talk-owner@{domain}
Precedence: list
Precedence: bulk
Sender: talk-request@{domain}
X-no-archive: yes
List-Id: <talk.{domain}>
List-Help: <mailto:sympa@{domain}?subject=help>
List-Unsubscribe: <mailto:sympa@{domain}?subject=unsubscribe%20talk>
List-Post: <mailto:talk@{domain}>
List-Owner: <mailto:talk-request@{domain}>
""",
        table("""
en [talk] Agenda of the assembly
de [talk] Tagesordnung der Versammlung
fr [talk] Ordre du jour de l'assemblée
"""),
        author=_PERSON,
        envelope="talk-owner@{domain}",
    ),
)
