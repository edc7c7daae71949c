"""Reports of mail systems to mail systems: delivery, DMARC, TLS, abuse."""

from __future__ import annotations

from tests.persons.programs import words
from tests.persons.programs.program import Program
from tests.persons.programs.shapes import EXCHANGE_ONLINE, SHELL
from tests.persons.systems import microsoft, own
from tests.persons.systems.senders import GATEWAY, SES

_EN = words.table
PROGRAMS = (
    Program(
        46,
        "failure report of Postfix",
        "postfix.org: bounce(5); RFC 3464; sisimai set-of-emails, lhost-postfix",
        own.OPENDKIM,
        """
Date: {date}
From: {from}
Subject: {subject}
To: {to:bare}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="{HEX:11}.{stamp}/mail.{domain}"
Message-Id: <20261120120000.{HEX:11}@mail.{domain}>
""",
        _EN("en Undelivered Mail Returned to Sender"),
        author=("Mail Delivery System", "MAILER-DAEMON"),
        null=True,
    ),
    Program(
        47,
        "failure report of Exchange",
        "sisimai set-of-emails, lhost-exchange2007 and later; MS-OXCMAIL",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE
        + """
X-MS-Exchange-Message-Is-Ndr:
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status;
	boundary="{uuid}"
""".lstrip("\n"),
        words.FAILED,
        author=("", "postmaster"),
        null=True,
        answers=True,
        repeats_subject=True,
    ),
    Program(
        49,
        "delay warning of Exim",
        "exim.org: spec, delay_warning; sisimai set-of-emails, lhost-exim",
        own.EXIM,
        """
X-Failed-Recipients: {rcpt}
Auto-Submitted: auto-replied
From: {from}
To: {to:bare}
References: <E1vABCD-{hex:6}-2C@mail.{domain}>
Content-Type: multipart/report; report-type=delivery-status; boundary={stamp}-eximdsn-{dec:10}
MIME-Version: 1.0
Subject: {subject}
Message-Id: <E1vABCE-{hex:6}-2C@mail.{domain}>
Date: {date}
""",
        _EN("en Warning: message 1vABCD-0001Ab-2C delayed 24 hours"),
        author=("Mail Delivery System", "Mailer-Daemon"),
        null=True,
    ),
    Program(
        50,
        "DMARC aggregate report, Google's shape",
        "domainaware/parsedmarc samples; RFC 9990",
        SES,
        """
MIME-Version: 1.0
Date: {date}
Message-ID: <{dec:19}@{domain}>
Subject: {subject}
From: {from}
To: {to:bare}
Content-Type: application/zip;
	name="{domain}!army.ml!1795046400!1795132799.zip"
Content-Disposition: attachment;
	filename="{domain}!army.ml!1795046400!1795132799.zip"
Content-Transfer-Encoding: base64
""",
        _EN("en Report domain: army.ml Submitter: {shop} Report-ID: {no}"),
        author=("", "noreply-dmarc-support"),
    ),
    Program(
        52,
        "DMARC aggregate report, Microsoft's shape",
        "domainaware/parsedmarc samples (protection.outlook.com!…; base64 Subject)",
        microsoft.WITH_KEY,
        """
MIME-Version: 1.0
From: {from}
To: {to:bare}
Subject: {subject}
Content-Type: multipart/mixed; boundary="_mpm_{boundary}pHrn_"
Message-ID: <{hex:32}@{domain}>
Date: {date}
""",
        _EN("en Report Domain: army.ml Submitter: {shop} Report-ID: {no}"),
        author=("DMARC Aggregate Report", "dmarcreport"),
    ),
    Program(
        53,
        "TLS report",
        "RFC 8460 5.3; parsedmarc samples/smtp_tls/google.com_smtp_tls_report.eml",
        SES,
        """
Date: {date}
Message-ID: <{url64:20}@{domain}>
From: {from}
To: {to:bare}
Subject: {subject}
TLS-Report-Domain: army.ml
TLS-Report-Submitter: {domain}
MIME-Version: 1.0
Content-Type: multipart/report; boundary="{boundary}"; report-type=tlsrpt
""",
        _EN("en Report Domain: army.ml Submitter: {shop} Report-ID: <{no}>"),
        author=("", "noreply-smtp-tls-reporting"),
    ),
    Program(
        55,
        "abuse report (ARF)",
        "RFC 5965 appendix B; sisimai set-of-emails, arf",
        GATEWAY,
        """
From: {from}
Date: {date}
Subject: {subject}
To: {to:bare}
Message-ID: <{dec:14}.{hex:6}@abuse.{domain}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="part1_{boundary}"
""",
        _EN("en FW: Earn money"),
        author=("", "abusedesk"),
    ),
    Program(
        56,
        "DMARC failure report without a multipart/report",
        "parsedmarc samples/failure: exim_plain_text_only_no_arf_part.eml, Netease DMARC Failure Report",
        GATEWAY,
        SHELL + 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{boundary}"\n',
        _EN("en DMARC Failure Report for army.ml Mail-From:bounce@mail.example IP:192.0.2.77"),
        author=("", "dmarc"),
    ),
)
