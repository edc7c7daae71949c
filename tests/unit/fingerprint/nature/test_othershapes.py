"""Mails of programs and of people in shapes that tests.persons doesn't have: none of the former is a person's.

Longer than others: a header of each shape. Shapes were seen in public list archives and repositories, or follow the
makers' documentation and source; the addresses are made up.
"""

from __future__ import annotations

import pytest

from catcher.fingerprint import fingerprint
from catcher.model.mail.fingerprint import Fingerprint, MailKind, Nature
from tests.support.fingerprints import context, transaction

UUID = "5f0c3a1e-2b4d-4c6f-8a9b-0c1d2e3f4a5b"
CLOUD = "AM8PR08MB633766ED64748CD31D14BE8AA2E92@AM8PR08MB6337.eurprd08.prod.outlook.com"
EXCHANGE = """
Thread-Topic: x
Thread-Index: AdnYq1ZfX2p3Q0xNQmCq3wAAAAAAAA==
Accept-Language: en-US
Content-Language: en-US
X-MS-Has-Attach:
X-MS-TNEF-Correlator:"""
"""What Exchange Online writes for whatever sends from a mailbox."""
FROM = "From: Ada Lane <ada.lane@contractor.example>\n"


def nature(text: str) -> Nature:
    head = text.strip() if "From:" in text else FROM + text.strip()
    for field in ("Subject: plan", "Date: Fri, 20 Nov 2026 11:00:00 +0000", "To: someone@army.ml"):
        if field.partition(":")[0].lower() + ":" not in head.lower():
            head += "\n" + field
    found = fingerprint(transaction((head + "\n\nx\n").replace("\n", "\r\n").encode()), {}, context(lookups=False))
    assert isinstance(found, Fingerprint)
    return found.nature


PROGRAMS = {
    "OneDrive, a shared file": f"Message-ID: <Share-{UUID}.rcid_{UUID}.wiid_{UUID}.r0-ioe_1@odspnotify>" + EXCHANGE,
    "Word, a comment": f"Message-ID: <CommentWord-{UUID}@odspnotify>\nSubject: plan.docx" + EXCHANGE,
    "Planner, tasks due": f"Message-ID: <PlannerDueDate-{UUID}-r0-SendEmail-rh_cac-aid_{UUID}@odspnotify>" + EXCHANGE,
    "Teams, missed activity": f"Message-ID: <TeamsMissedActivityEmail{UUID}@odspnotify>" + EXCHANGE,
    "SharePoint, a code": f"Message-ID: <OneTimePasscode-{UUID}@odspnotify>" + EXCHANGE,
    "shared file, Message-ID rewritten": f'Message-ID: <{CLOUD}>\nSubject: Ada Lane shared "Plan" with you' + EXCHANGE,
    "shared folder in Czech": f"Message-ID: <{CLOUD}>\nSubject: Ada Lane s vámi sdílí složku Plán" + EXCHANGE,
    "shared file in Turkish": f'Message-ID: <{CLOUD}>\nSubject: Ada Lane, "Plan" dosyasını sizinle paylaştı' + EXCHANGE,
    "mention in a comment": f'Message-ID: <{CLOUD}>\nSubject: Ada Lane mentioned you in "Plan"' + EXCHANGE,
    "Exchange rule's notice": f"From: Microsoft Outlook <postmaster@contractor.example>\n"
    f"Message-ID: <{UUID}@EtrNotification>"
    "\nAuto-Submitted: auto-generated\nX-MS-Exchange-Generated-Message-Source: Transport Rule Agent",
    "Logic Apps": f"Message-ID: <{CLOUD}>\nx-ms-mail-application: Azure Logic Apps; User-Agent: azure-logic-apps/1.0"
    + EXCHANGE,
    "Python through an account": "Message-ID: <176368321234.4711.12345678901234567890@srv.contractor.example>"
    + EXCHANGE,
    "Python with its boundary": 'Content-Type: multipart/alternative; boundary="===============1234567890123456789=="'
    + EXCHANGE,
    "Ruby on Rails": "Message-ID: <655b5f3c2a1b0_1a2b3c4d5e6f@web-7f9c.mail>\nMime-Version: 1.0" + EXCHANGE,
    "Java through an account": "Message-ID: <1234567890.17.1763683212345.JavaMail.tomcat@app01>" + EXCHANGE,
    "SendGrid": "Message-ID: <AbC_d1-EfGh2iJk3@geopod-ismtpd-12>\nX-SG-EID: u001.abc",
    "Postmark": f"Message-ID: <{UUID}@mtasv.net>\nX-PM-Message-Id: {UUID}",
    "Mandrill": "Message-ID: <30012345.20261120110000.655b5f3c2a1b01.12345678@mail12.mandrillapp.com>\n"
    "X-Mandrill-User: md_30012345",
    "Nodemailer": f"Message-ID: <{UUID}@contractor.example>\n"
    f'Content-Type: multipart/alternative; boundary="--_NmP-1a2b"',
    "Symfony": "Message-ID: <0a1b2c3d@contractor.example>\n"
    'Content-Type: multipart/alternative; boundary="_=_swift_1_a_=_"',
    "PHPMailer": 'X-Mailer: PHPMailer 6.9.1\nContent-Type: multipart/alternative; boundary="b1_0a1b2c3d"',
    "WHMCS": f"X-Mailer: WHMCS\nMessage-ID: <{'a' * 32}@billing.contractor.example>",
    "Freshdesk": "From: Support <support@contractor.example>\nX-Mailer: Freshdesk\nAuto-Submitted: auto-generated",
    "Zammad": "X-Mailer: Zammad Mail Service\nX-Auto-Response-Suppress: All",
    "Request Tracker": "From: Ada Lane via RT <helpdesk@contractor.example>\nRT-Ticket: contractor #4\n"
    "X-RT-Loop-Prevention: c",
    "GLPI": "X-Mailer: GLPI 10.0.16\nAuto-Submitted: auto-generated",
    "Odoo": "X-Odoo-Objects: sale.order-12\nMessage-ID: <817.1763683212.345678-openerp-12-sale.order@odoo>",
    "SAP": "X-Mailer: SAP Web Application Server 7.57",
    "Zabbix": "From: zabbix@contractor.example\nSubject: Problem: CPU load",
    "PRTG": "X-Mailer: PRTG Network Monitor\nSubject: [PRTG] Sensor down",
    "UniFi": "From: unifi <no-reply@contractor.example>\nSubject: New admin sign-in",
    "Proxmox": "From: root <root@pve.contractor.example>\nSubject: vzdump backup status",
    "Nextcloud's share": "From: Ada Lane via Cloud <cloud-noreply@contractor.example>\n"
    "Subject: Ada Lane shared plan.pdf with you",
    "Jitsi or Zoom invitation": "From: Zoom <no-reply@zoom.contractor.example>\nSubject: Ada Lane has invited you",
    "Moodle": "From: Ada Lane (via Campus) <noreply@campus.contractor.example>\nX-Moodle-Originating-Script: x",
    "LimeSurvey": "X-Mailer: LimeSurvey\nSubject: Invitation to participate",
    "DocuSign": "From: Ada Lane via DocuSign <dse_na3@docusign.contractor.example>\nX-Api-Host: na3",
    "Google Drive": "From: Ada (via Google Drive) <drive-shares-dm-noreply@google.contractor.example>\nSubject: plan",
    "mail merge add-on by Gmail's interface": "Message-ID: <CAK8P3a1Zx-0b+3dT_s6o7Q8r9StUvWxYz0123456789abcd=efg@mail."
    "gmail.com>\nReceived: from 1064022179695 named unknown by gmailapi.google.com with HTTPREST; Fri, 20 Nov 2026",
    "Apps Script": "X-Mailer: Google Apps Script\nMessage-ID: <0000000000001a2b3c@google.com>",
    "absence note of Zimbra": "Message-ID: <1.2.1763683212345.JavaMail.zimbra@contractor.example>\nAuto-Submitted: "
    "auto-replied (zimbra; vacation)\nX-Mailer: Zimbra 9.0.0",
    "absence note of Kopano": "X-Mailer: Kopano 8.7\nSubject: Abwesenheitsnotiz: plan",
    "answer with a quoted program": "X-Mailer: iPhone Mail (22F76)\nIn-Reply-To: <1@army.ml>\nReferences: "
    + " ".join(f"<{n}@army.ml>" for n in range(10))
    + "\nMessage-ID: <2@contractor.example>",
    "booking by Bookings with Graph": f"From: Bookings <bookings@contractor.example>\nMessage-ID: <{CLOUD}>" + EXCHANGE,
    "ticket by Graph": f"From: Support <support@contractor.example>\nMessage-ID: <{CLOUD}>" + EXCHANGE,
    "form by Graph": f"From: Info <info@contractor.example>\nMessage-ID: <{CLOUD}>" + EXCHANGE,
    "parcel notice in Finnish": f"Message-ID: <{UUID}@posti.contractor.example>\nSubject: Pakettisi on saapunut",
    "code in Greek": f"Message-ID: <{UUID}@bank.contractor.example>\nSubject: Ο κωδικός σας είναι 123456",
    "code in Hungarian": f"Message-ID: <{UUID}@bank.contractor.example>\nSubject: Az Ön kódja: 123456",
}

PEOPLE = {
    "Outlook, new": f"Message-ID: <{CLOUD}>" + EXCHANGE,
    "Outlook on a desk from info@": "From: Firm <info@contractor.example>\nX-Mailer: Microsoft Outlook 16.0\n"
    "Message-ID: <000001da1b2c$3d4e5f60$b7e61d20$@contractor.example>\nThread-Index: AQHa==\nContent-Language: de",
    "Thunderbird from kontakt@": f"From: Firma <kontakt@contractor.example>\n"
    f"Message-ID: <{UUID}@contractor.example>\n"
    "User-Agent: Mozilla Thunderbird\nContent-Language: de-DE\n"
    "Content-Type: text/plain; charset=UTF-8; format=flowed",
    "Apple Mail from office@": "From: Office <office@contractor.example>\n"
    "Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3826\\))\n"
    f"X-Mailer: Apple Mail (2.3826)\nMessage-Id: <{UUID.upper()}@contractor.example>",
    "Gmail": "Message-ID: <CAK8P3a1Zx-0b+3dT_s6o7Q8r9StUvWxYz0123456789abcd=efg@mail.gmail.com>",
    "Google Calendar": f"Message-ID: <calendar-{UUID}@google.com>\nAuto-Submitted: auto-generated\n"
    "Sender: Google Calendar <calendar-notification@google.com>\nSubject: Invitation: plan @ Tue 1 Dec 2026",
    "Geary": "Message-Id: <JH8DWS.72DKHPTI873H3@contractor.example>\nX-Mailer: geary/46.0",
    "Geary, older": "Message-Id: <1559821340.1384.0@contractor.example>\nX-Mailer: geary/3.32.1",
    "Seznam": "Message-Id: <BWV.5ClX.tnCYjSNZAD.1RyfaC@seznam.example>\nMime-Version: 1.0 (szn-mime-2.1.61)\n"
    "X-Mailer: szn-ebox-5.0.189",
    "Alibaba's mail": f"Message-ID: <{UUID}.ada.lane@contractor.example>\n"
    "X-Mailer: [Alimail-Mailagent revision 85][W4_0.2.3][v5][Chrome]\nx-aliyun-mail-creator: W4_0.2.3_v5_x",
    "Mailfence": "Message-ID: <1719200956.433094.1613199092092@ichabod.co-bxl>\nX-Mailer: ContactOffice Mail\n"
    "X-ContactOffice-Account: com:276068926",
    "Mailfence, older": "Message-ID: <284668531.626.1478972994238.JavaMail.root@ichabod>\nX-Mailer: ContactOffice Mail",
    "Runbox": "Message-Id: <E1nslUw-0006po-KM@rmmprod05.runbox>\nX-Mailer: RMM6\nX-RMM-Aliasid: 664370",
    "Orange": "Message-ID: <5880875.1137177284360.JavaMail.www@wwinf1509>\nX-Originating-IP: [198.51.100.6]\n"
    "X-Wum-Nature: EMAIL-NATURE\nX-WUM-FROM: |~|",
    "SnappyMail": "Message-ID: <0c7ad6eff626c8440734909300ebc50d9b1bf615@contractor.example>\n"
    "X-Mailer: SnappyMail/2.36.3",
    "Posteo": "Message-ID: <4188489e2967b44e57653193cab9d1cb@posteo.example>\nUser-Agent: Posteo Webmail\n"
    "Content-Type: text/plain; charset=US-ASCII;\n format=flowed",
    "Opera Mail": "Message-ID: <op.2kiw1hz3n7mcit@host.contractor.example>\nUser-Agent: Opera Mail/12.16 (Linux)",
    "Pegasus Mail": "Message-ID: <5E12037B.6074.229780F7@ada.contractor.example>\n"
    "X-mailer: Pegasus Mail for Windows (4.73.639)",
    "BlackBerry": "X-Mailer: BlackBerry Email (10.3.3.3216)\n"
    "Message-ID: <20210611060037.5779544.79787.9730@contractor.example>",
    "MH-E": "X-Mailer: MH-E 8.6+git; nmh 1.8; Emacs 29.3\nMessage-ID: <6432.1655405579@famine>",
    "Apple Watch": f"Mime-Version: 1.0 (1.0)\nX-Mailer: Apple Watch Mail (22S101)\n"
    f"Message-Id: <{UUID.upper()}@me.example>",
    "iPad, X-Mailer dropped": f"Mime-Version: 1.0 (1.0)\nMessage-Id: <{UUID.upper()}@contractor.example>",
    "Thunderbird for Android": f"User-Agent: Thunderbird for Android\nMessage-ID: <{UUID.upper()}@contractor.example>",
    "FairEmail": f"User-Agent: FairEmail\nX-Correlation-ID: <{UUID}@contractor.example>\n"
    f"Message-ID: <{UUID}@contractor.example>",
    "Samsung": "Message-ID: <ab1cd2efgh3ij4kl5mn6op.1763683212345@email.android.com>",
    "Spark": f"Message-ID: <{UUID}@Spark>\nX-Readdle-Message-ID: {UUID}@Spark",
    "Proton": "Feedback-ID: 123220910:user:proton\nX-Pm-Message-ID: 243c7a256fddd7c3254a3848b7c533d23957cce5\n"
    "Message-ID: <" + "aB3_" * 20 + "=@proton.example>",
    "Tuta": "Message-ID: <O1a2b3c--3-9@tuta.com>",
    "Zimbra": "Message-ID: <1408323456.123.1763683212345.JavaMail.zimbra@contractor.example>\n"
    "X-Mailer: Zimbra 10.1.5_GA_4655 (ZimbraWebClient - FF132 (Win)/10.1.5_GA_4655)\nThread-Topic: plan",
    "SOGo": "User-Agent: SOGoMail 5.11.0\nMessage-ID: <2b-655b5f00-3-5f0c3a00@12345678>",
    "Roundcube": "Message-ID: <0a1b2c3d4e5f60718293a4b5c6d7e8f9@contractor.example>\n"
    "X-Sender: ada.lane@contractor.example",
    "Zoho": "Message-ID: <18c1a2b3c4d.5e6f7a8b12345.1234567890123456789@contractor.example>\nX-Mailer: Zoho Mail\n"
    "Feedback-ID: rr0801:zohomail",
    "Coremail": "Message-ID: <4a1b2c3d.1a2b.18c1a2b3c4d.Coremail.ada@contractor.example>\n"
    "X-Mailer: Coremail Webmail Server",
    "Tencent": "Message-ID: <tencent_0A1B2C3D4E5F60718293A4B5C6D7E8F90A1B@qq.com>\nX-QQ-mid: x",
    "Yandex": "X-Mailer: Yamail [ http://yandex.ru ] 5.0\nMessage-Id: <1234561763683212@mail.yandex.ru>",
    "Notes": "X-Mailer: HCL Notes Release 14.0 March 2024\nX-KeepSent: 85440727:0E9065F0-00258435:003FECCD",
    "GroupWise": "X-Mailer: GroupWise 24.2\nMessage-Id: <655B5F3C020000A1000B2C3D@gw.example>\n"
    "Content-Type: multipart/mixed; "
    'boundary="=__Part1A2B3C4D.0__="',
    "eM Client": "User-Agent: eM_Client/10.1.4828.0\nMessage-Id: <em0b1c2d3e-4f5a-6b7c-8d9e-0f1a2b3c4d5e@a1b2c3d4.com>",
    "NeoMutt": "User-Agent: NeoMutt/20241212\nMessage-ID: <ZzABCDEFGH1234ij@contractor.example>\n"
    "Content-Disposition: inline",
    "KMail": 'Message-ID: <4983915.31r3eYUQgx@desk>\nContent-Type: multipart/signed; boundary="nextPart12345678"',
    "Evolution": "Message-ID: <0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d.camel@contractor.example>\n"
    "User-Agent: Evolution 3.54.2",
    "reply to a receipt": f"Message-ID: <{CLOUD}>\nSubject: RE: Your receipt from Shop" + EXCHANGE,
    "reply to a shared file": f'Message-ID: <{CLOUD}>\nSubject: RE: Bob shared "Plan" with you' + EXCHANGE,
}


@pytest.mark.parametrize("shape", PROGRAMS)
def test_a_program_is_no_person(shape: str) -> None:
    assert nature(PROGRAMS[shape]).mail_class != "person"


@pytest.mark.parametrize("shape", PEOPLE)
def test_a_person_is_one(shape: str) -> None:
    found = nature(PEOPLE[shape])
    assert found.mail_class == "person", found.reasons


def test_an_invitation_of_a_calendar_may_be_provoked() -> None:
    """A guest, or somebody who books an appointment, makes Google Calendar send in the organiser's name."""
    assert nature(PEOPLE["Google Calendar"]).kind is MailKind.ANSWER
    assert nature(PEOPLE["Gmail"]).kind is MailKind.ORDINARY
