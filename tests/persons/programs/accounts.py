"""Accounts and shops: codes, confirmations, orders, invoices, parcels."""

from __future__ import annotations

from tests.persons.programs import words
from tests.persons.programs.program import Program
from tests.persons.programs.shapes import CDO, DJANGO, DOTNET, EXCHANGE_ONLINE, JAVA, PHPMAILER, RAILS
from tests.persons.systems import google, microsoft
from tests.persons.systems.senders import GATEWAY, MAILGUN, SENDGRID, SES, WEBSERVER

PROGRAMS = (
    Program(
        1,
        "one-time code",
        "docs.aws.amazon.com/cognito: email message settings; twilio.com/docs/verify/email",
        SES,
        JAVA.replace("multipart/mixed", "multipart/alternative"),
        words.CODE,
    ),
    Program(
        2,
        "sign-up confirmation (WordPress, PHPMailer)",
        "developer.wordpress.org: wp_mail; github.com/PHPMailer/PHPMailer",
        WEBSERVER,
        PHPMAILER,
        words.SIGNUP,
        author=("{shop}", "wordpress"),
    ),
    Program(
        4,
        "password reset (Django through SendGrid)",
        "docs.djangoproject.com: PasswordResetView; docs.sendgrid.com",
        SENDGRID,
        DJANGO,
        words.RESET,
        author=("{shop}", "accounts"),
    ),
    Program(
        5,
        "welcome mail (Rails through Mailgun)",
        "guides.rubyonrails.org: action_mailer_basics; documentation.mailgun.com",
        MAILGUN,
        RAILS,
        words.WELCOME,
        author=("{shop}", "hello"),
    ),
    Program(
        7,
        "shop order (WooCommerce)",
        "github.com/woocommerce/woocommerce: WC_Email (Content-Type, Reply-to)",
        WEBSERVER,
        PHPMAILER + "Reply-To: {shop} <shop@{domain}>\n",
        words.ORDER,
        author=("{shop}", "shop"),
    ),
    Program(
        8,
        "receipt of a payment",
        "docs.stripe.com: email receipts; docs.sendgrid.com: X-SG-EID",
        SENDGRID,
        RAILS + "X-Feedback-Id: acct_{hex:12}:receipts\n",
        words.RECEIPT,
        author=("{shop}", "receipts"),
    ),
    Program(
        10,
        "invoice of an ERP (SAPconnect)",
        "help.sap.com: SAPconnect, SMTP; public list mails with X-Mailer: SAP",
        GATEWAY,
        """
From: {from:quoted}
To: <{rcpt}>
Subject: {subject}
Message-ID: <{HEX:32}@srvsap01>
Date: {date}
MIME-Version: 1.0
X-Mailer: SAP NetWeaver 7.50
Content-Type: multipart/mixed; boundary="=_{boundary}"
Importance: normal
""",
        words.INVOICE,
        author=("{person}", "{person}"),
    ),
    Program(
        11,
        "parcel notice of a carrier",
        "jakartaee.github.io/mail-api; developer portals of carriers (tracking notifications)",
        GATEWAY,
        JAVA + "X-Priority: 3\n",
        words.SHIPPED,
        author=("{shop}", "tracking"),
    ),
    Program(
        13,
        "login alert of a bank",
        "learn.microsoft.com: System.Net.Mail; OWASP Authentication Cheat Sheet (notices of new sign-ins)",
        GATEWAY,
        DOTNET.replace("Date:", "Message-ID: <{hex:32}@alerts>\nDate:"),
        words.LOGIN,
        author=("{shop} Alerts", "alerts"),
    ),
    Program(
        14,
        "invoice by a .NET program",
        "learn.microsoft.com: System.Net.Mail.SmtpClient (no Message-ID)",
        GATEWAY,
        DOTNET,
        words.INVOICE,
        author=("{shop} Accounts", "billing"),
    ),
    Program(
        95,
        "order confirmation by CDO (Navision, old ERPs)",
        "learn.microsoft.com: CDO for Windows 2000 (Thread-Index, X-MimeOLE)",
        GATEWAY,
        CDO,
        words.ORDER,
        author=("{person}", "{person}"),
    ),
    Program(
        98,
        "payroll and HR notices",
        "doc.workday.com and the like: notifications by business process; JavaMail header order",
        SENDGRID,
        JAVA + "X-Workday-Tenant: {dashed}\n",
        words.table("""
en Action required: approve your timesheet
de Aufgabe: Zeitnachweis freigeben
fr Action requise : validez votre feuille de temps
es Acción requerida: apruebe su hoja de horas
ja 勤怠の承認依頼
"""),
        author=("{shop} HR", "hr"),
    ),
    Program(
        100,
        "form by PHP's mail() on the web server",
        "php.net: mail() (X-PHP-Originating-Script, From, Reply-To)",
        WEBSERVER,
        """
To: {to:bare}
Subject: {subject}
X-PHP-Originating-Script: 1000:kontakt.php
From: {from}
Reply-To: {local}@{domain}
Message-Id: <20261120120000.{HEX:10}@www.{domain}>
Date: {date}
""",
        words.FORM,
        author=("{shop}", "info"),
    ),
    Program(
        86,
        "order by a program through the Gmail API",
        "lore.kernel.org and public groups: Received … by gmailapi.google.com with HTTPREST, no X-Mailer",
        google.WITH_KEY,
        """
X-Gm-Message-State: AOJu0Y{url64:40}
X-Google-Smtp-Source: AGHT+I{url64:60}
X-Received: by 2002:a05:690c:{hex:4}:b0:798:1de:f894 with SMTP id {hex:16}; {date}
Received: from {dec:12} named unknown by gmailapi.google.com with HTTPREST;
 {date}
Content-Type: multipart/mixed; boundary="==============={dec:19}=="
MIME-Version: 1.0
To: {to:bare}
From: {from}
Subject: {subject}
Date: {date}
Message-ID: <CA{url64:36}@mail.gmail.com>
""",
        words.ORDER,
        author=("{shop}", "orders"),
    ),
    Program(
        85,
        "receipt by a program through Microsoft Graph (sendMail)",
        "learn.microsoft.com/graph: user-sendmail; Exchange Online header blocks on lore.kernel.org",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE + 'Content-Type: text/html; charset="utf-8"\n',
        words.RECEIPT,
        author=("{shop} Billing", "billing"),
    ),
)
