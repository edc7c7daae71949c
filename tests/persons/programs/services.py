"""Services that send for organisations and people: CRM, signing, meetings, files, lists, forms.

Longer than others: fourteen kinds, each with its header block.
"""

from __future__ import annotations

from tests.persons.programs import words
from tests.persons.programs.program import Program
from tests.persons.programs.shapes import DJANGO, EXCHANGE_ONLINE, JAVA, PHPMAILER, RAILS
from tests.persons.systems import google, microsoft, own
from tests.persons.systems.senders import MANDRILL, SALESFORCE, SENDGRID, SES, WEBSERVER

_PERSON = ("{person}", "{person}")
_POWER = """
x-ms-mail-application: Microsoft Power Automate; User-Agent:
 azure-logic-apps/1.0 (workflow {hex:32}; version
 0858{dec:16}) microsoft-flow/1.0
x-ms-mail-operation-type: Send
x-ms-mail-environment-id: default-{uuid}
Content-Type: multipart/alternative;
	boundary="_000_{boundary}_"
""".lstrip("\n")
PROGRAMS = (
    Program(
        71,
        "Contact Form 7, copy to the one who filled it in",
        "contactform7.com: mail (2); github.com/rocklobster-in/contact-form-7: includes/mail.php",
        WEBSERVER,
        PHPMAILER + "Reply-To: info@{domain}\nX-WPCF7-Content-Type: text/plain\n",
        words.FORM,
        author=("{shop}", "info"),
    ),
    Program(
        73,
        "Salesforce, mail of a case by somebody's name",
        "developer.salesforce.com: email headers; lore.kernel.org: linux-erofs April 2026",
        SALESFORCE,
        """
Date: {date}
From: {from}
To: {to:quoted}
Message-ID: <{url64:60}@sfdc.net>
?In-Reply-To: {answered}
?References: {references}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="----=_Part_{boundary}"
X-Priority: 3
""",
        words.table("""
en Case {no}: we received your request [ ref:!00D1U013lbu.!500Kd300s0L:ref ]
de Kundenvorgang {no}: Ihre Anfrage [ ref:!00D1U013lbu.!500Kd300s0L:ref ]
fr Requête {no} : votre demande [ ref:!00D1U013lbu.!500Kd300s0L:ref ]
"""),
        author=_PERSON,
    ),
    Program(
        74,
        "HubSpot, sequence by somebody's name",
        "knowledge.hubspot.com: sequences, email headers (X-HubSpot-*, List-Unsubscribe)",
        SENDGRID,
        DJANGO
        + """
Reply-To: {local}@{domain}
List-Unsubscribe: <https://hs-{dec:8}.s.hubspotemail.example/u?x={hex:20}>
X-HubSpot-Message-Id: {hex:20}
Feedback-ID: {hex:8}:aa{dec:6}:{dec:8}:HubSpot
Precedence: bulk
""".lstrip("\n"),
        words.table("""
en Quick question about your warehouse
de Kurze Frage zu Ihrem Lager
fr Une question sur votre entrepôt
es Una pregunta sobre su almacén
"""),
        author=_PERSON,
    ),
    Program(
        76,
        "newsletter (Mailchimp)",
        "mailchimp.com/help: headers (X-Mailer: MailChimp Mailer, X-Campaign, List-Unsubscribe-Post)",
        MANDRILL,
        """
From: {from:quoted}
Reply-To: {shop} <news@{domain}>
To: <{rcpt}>
Date: {date}
Message-ID: <{hex:40}.{hex:10}.20261120120000.{hex:10}.{hex:8}@mail137.atl71.mcdlv.net>
Subject: {subject}
X-Mailer: MailChimp Mailer - **CID{hex:20}**
X-Campaign: mailchimp{hex:25}.{hex:10}
X-campaignid: mailchimp{hex:25}.{hex:10}
X-Report-Abuse: Please report abuse for this campaign here: https://mailchimp.com/contact/abuse/
X-MC-User: {hex:25}
List-ID: {hex:25}mc list <{hex:25}.{dec:6}.list-id.mcsv.net>
List-Unsubscribe: <mailto:unsubscribe-{hex:20}@unsubscribe.mailchimpapp.net>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Content-Type: multipart/alternative; boundary="_----------={boundary}"
MIME-Version: 1.0
""",
        words.NEWSLETTER,
        author=("{shop}", "news"),
    ),
    Program(
        77,
        "document to sign, from a branded domain",
        "support.docusign.com: email resource files, headers (X-Api-Host, X-Email-Rejection)",
        SENDGRID,
        """
Message-ID: <{hex:32}@docusign.net>
Reply-To: {person} <{local}@{domain}>
From: {from:quoted}
To: {to:quoted}
Subject: {subject}
Date: {date}
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="----=_NextPart_{boundary}"
X-Auto-Response-Suppress: DR, OOF, AutoReply
X-BounceMailReply: true
""",
        words.SIGN,
        author=("{person} via DocuSign", "dse"),
    ),
    Program(
        79,
        "meeting invitation of a video service",
        "support.zoom.com: email notifications; JavaMail header order",
        SES,
        JAVA + "X-ZM-MessageType: meeting_invite\n",
        words.table("""
en Please join Zoom meeting in progress
de Bitte nehmen Sie am laufenden Zoom-Meeting teil
fr Veuillez rejoindre la réunion Zoom en cours
es Únase a la reunión de Zoom en curso
ja 進行中のZoomミーティングに参加してください
"""),
        author=("{person}", "no-reply"),
    ),
    Program(
        80,
        "digest of a chat service",
        "slack.com/help: notification emails; docs.aws.amazon.com/ses",
        SES,
        RAILS + "X-Slack-Feature: missed_activity\n",
        words.table("""
en [Acme] New message from {shop}
de [Acme] Neue Nachricht von {shop}
fr [Acme] Nouveau message de {shop}
ja [Acme] {shop} さんからの新しいメッセージ
"""),
        author=("{shop}", "feedback"),
    ),
    Program(
        82,
        "file shared by SharePoint Online, in the sharer's name",
        "learn.microsoft.com: SharePoint, share from the user's own mailbox; Exchange Online header block",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE
        + """
Content-Type: multipart/related;
	boundary="_004_{boundary}_"
""".lstrip("\n"),
        words.SHARED,
        author=_PERSON,
    ),
    Program(
        83,
        "Power Automate",
        "learn.microsoft.com: connectors/office365, SMTP headers; lore: u-boot list of July 2021 (@hexagon.com)",
        microsoft.WITH_KEY,
        EXCHANGE_ONLINE + _POWER,
        words.table("""
en New response to the form "Visit request"
de Neue Antwort auf das Formular „Besuchsanfrage“
fr Nouvelle réponse au formulaire « Demande de visite »
es Nueva respuesta al formulario "Solicitud de visita"
it Nuova risposta al modulo "Richiesta di visita"
nl Nieuw antwoord op het formulier 'Bezoekaanvraag'
ja フォーム「訪問申請」への新しい回答
"""),
        author=_PERSON,
    ),
    Program(
        88,
        "Google Forms, copy of the answers",
        "support.google.com: response receipts; public mails with Message-ID …@google.com",
        google.WITH_KEY,
        """
X-Google-Smtp-Source: AGHT+I{url64:60}
MIME-Version: 1.0
X-Received: by 2002:a05:6602:{hex:4}:b0:861:1b0:f53e with SMTP id {hex:16}; {date}
Reply-To: No Reply <no-reply@{domain}>
X-No-Auto-Attachment: 1
Message-ID: <{hex:28}@google.com>
Date: {date}
Subject: {subject}
From: {from}
To: {to:bare}
Content-Type: multipart/alternative; boundary="{boundary}"
""",
        words.table("""
en Visit request
de Besuchsanfrage
fr Demande de visite
es Solicitud de visita
it Richiesta di visita
pt Pedido de visita
ja 訪問申請
"""),
        author=("Google Forms", "forms-receipts-noreply"),
        envelope="3{hex:20}forms-receipts-noreply@trix.bounces.google.com",
    ),
    Program(
        89,
        "reminder of a calendar",
        "support.google.com/calendar: notifications; public mails (Sender: calendar-notification@)",
        google.WITH_KEY,
        """
MIME-Version: 1.0
X-Received: by 2002:a05:6602:{hex:4}:b0:861:1b0:f53e with SMTP id {hex:16}; {date}
Reply-To: {person} <{person}@{domain}>
Sender: Google Calendar <calendar-notification@google.com>
Auto-Submitted: auto-generated
Message-ID: <calendar-{uuid}@google.com>
Date: {date}
Subject: {subject}
From: {from}
To: {to:bare}
Content-Type: multipart/alternative; boundary="{boundary}"
""",
        words.table("""
en Notification: Board meeting @ Mon Nov 23, 2026 9am - 10am (CET)
de Benachrichtigung: Vorstandssitzung @ Mo. 23. Nov. 2026 09:00 - 10:00 (MEZ)
fr Notification : Réunion du conseil @ lun. 23 nov. 2026 9AM - 10AM (CET)
"""),
        author=("Google Calendar", "calendar-notification"),
    ),
    Program(
        91,
        "mailing list (Mailman 2, From rewritten)",
        "list.org: dmarc_moderation_action Munge From; public archives (X-Mailman-Version, X-BeenThere)",
        own.OPENDKIM,
        """
Date: {date}
To: {to}
Message-ID: <{uuid}@elsewhere.example>
Subject: {subject}
?In-Reply-To: {answered}
?References: {references}
MIME-Version: 1.0
User-Agent: Mozilla Thunderbird
Content-Type: text/plain; charset="utf-8"
X-BeenThere: talk@{domain}
X-Mailman-Version: 2.1.39
Precedence: list
List-Id: Talk <talk.{domain}>
List-Unsubscribe: <https://{domain}/mailman/options/talk>
List-Post: <mailto:talk@{domain}>
From: {from}
Reply-To: Ada <ada@elsewhere.example>
Errors-To: talk-bounces@{domain}
Sender: "Talk" <talk-bounces@{domain}>
""",
        words.table("""
en [Talk] Minutes of Tuesday
de [Talk] Protokoll vom Dienstag
fr [Talk] Compte rendu de mardi
"""),
        author=("{person} via Talk", "talk"),
        envelope="talk-bounces@{domain}",
    ),
    Program(
        92,
        "Google Groups",
        "support.google.com/groups; public groups (X-Google-Group-Id, List-ID, From … via …)",
        google.WITH_KEY,
        """
X-BeenThere: team@{domain}
Received: by 2002:a05:6214:{hex:4}; {date}
MIME-Version: 1.0
?References: {references}
?In-Reply-To: {answered}
From: {from:quoted}
Date: {date}
Message-ID: <CA{url64:36}@mail.gmail.com>
Subject: {subject}
To: {to}
Content-Type: multipart/alternative; boundary="{boundary}"
X-Original-Sender: ada@elsewhere.example
X-Original-From: Ada <ada@elsewhere.example>
Reply-To: Ada <ada@elsewhere.example>
Precedence: list
Mailing-list: list team@{domain}; contact team+owners@{domain}
List-ID: <team.{domain}>
X-Google-Group-Id: {dec:12}
List-Unsubscribe: <mailto:googlegroups-manage+{dec:12}+unsubscribe@googlegroups.com>
""",
        words.table("""
en Minutes of Tuesday
de Protokoll vom Dienstag
fr Compte rendu de mardi
"""),
        author=("'{person}' via Team", "team"),
        envelope="team+bncBC{hex:30}@{domain}",
    ),
    Program(
        94,
        "notice of a registrar",
        "icann.org: WHOIS Data Reminder Policy, Expired Registration Recovery Policy (their texts)",
        WEBSERVER,
        PHPMAILER,
        words.table("""
en Domain renewal reminder: army.ml expires in 30 days
de Erinnerung: Die Domain army.ml läuft in 30 Tagen ab
fr Rappel de renouvellement : army.ml expire dans 30 jours
es Recordatorio de renovación: army.ml vence en 30 días
nl Herinnering: army.ml verloopt over 30 dagen
"""),
        author=("{shop} Domains", "domains"),
    ),
)
