"""People's mail programs are recognised by what they write, programs that send for nobody by none of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.header import fieldnames
from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.nature.mailprograms import MAIL_PROGRAMS, mail_program
from tests.support.fingerprints import read

UUID = "5f0c3a1e-2b4d-4c6f-8a9b-0c1d2e3f4a5b"
M365 = "SA1PR09MB1234A1B2C3D4E5F60718293A4B5C@SA1PR09MB1234.namprd09.prod.outlook.com"
INDEX = "AdnYq1ZfX2p3Q0xNQmCq3wAAAAAAAA=="

SHAPES = {
    "Exchange Online": [
        "Thread-Topic: plan",
        f"Thread-Index: {INDEX}",
        f"Message-ID: <{M365}>",
        "Accept-Language: en-US",
        "X-MS-Has-Attach:",
        "X-MS-TNEF-Correlator:",
    ],
    "Exchange Online, signed fields": [
        f"Message-ID: <{M365}>",
        "X-MS-Exchange-SenderADCheck: 1",
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative;\r\n\tboundary="_000_SA1PR09MB1234A1B2C3D4_"',
    ],
    "Exchange behind a gateway": ["Thread-Topic: plan", "Accept-Language: de-DE", "X-MS-Has-Attach: yes"],
    "Exchange on the premises": [
        "Thread-Topic: plan",
        f"Thread-Index: {INDEX}",
        "Message-ID: <0a1b2c3d4e5f60718293a4b5c6d7e8f9@EX01.corp.example>",
        "Content-Language: en-US",
        'Content-Type: multipart/mixed; type="a;b"; boundary="_004_0a1b2c3d4e5f6071EX01_"',
    ],
    "Outlook by SMTP": [
        "X-Mailer: Microsoft Outlook 16.0",
        "Message-ID: <000001da1b2c$3d4e5f60$b7e61d20$@contractor.example>",
    ],
    "Outlook before 2007": [
        "X-Mailer: Microsoft Outlook, Build 10.0.2627",
        "Message-ID: <001601c25e89$2f06a3d0$0200a8c0@desk>",
    ],
    "Outlook with Thread-Index": ["X-Mailer: Microsoft Outlook 16.0", f"Thread-Index: {INDEX}"],
    "Outlook for Mac": ["User-Agent: Microsoft-MacOutlook/16.78.23100802", "Thread-Topic: plan"],
    "Mail of Windows 10": [f"Message-ID: <{UUID.upper()}@hxcore.ol>"],
    "Gmail": ["Message-ID: <CAK8P3a1Zx-0b+3dT_s6o7Q8r9StUvWxYz0123456789abcd=efg@mail.gmail.com>"],
    "Notes": [
        "X-Mailer: HCL Notes Release 12.0.2 November 2022",
        "Message-ID: <OF22C5A579.E2E7676F-ON48258465.002F7F69-48258465.00322849@contractor.example>",
    ],
    "iNotes": ["X-Mailer: IBM iNotes ($HaikuForm 1054)", "X-KeepSent: 85440727:0E9065F0-00258435:003FECCD;\r\n type=4"],
    "Fastmail": [f"Message-Id: <{UUID}@app.fastmail.com>", "User-Agent: Cyrus-JMAP/3.11.0-alpha0-1108"],
    "Thunderbird by Fastmail": ["User-Agent: Mozilla Thunderbird", "X-ME-Sender: <xms:x>", "Feedback-ID: i0:Fastmail"],
    "Proton": ["Feedback-ID: 123220910:user:proton", "X-Pm-Message-ID: 243c7a256fddd7c3254a3848b7c533d23957cce5"],
    "WorkMail": [
        "X-Mailer: Amazon WorkMail",
        f"Thread-Index: {INDEX}",
        "X-Wm-Sent-Timestamp: 1596137437",
        "Feedback-ID: 1.us-west-2.An468LAV0jCjQDrDLv=:AmazonSES",
    ],
    "Apple Mail": [
        "Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3774.600.62\\))",
        "X-Mailer: Apple Mail (2.3774.600.62)",
        f"Message-Id: <{UUID.upper()}@contractor.example>",
    ],
    "iPhone": ["Mime-Version: 1.0 (1.0)", "X-Mailer: iPhone Mail (22B91)", f"Message-Id: <{UUID.upper()}@x.example>"],
    "Thunderbird": [
        f"Message-ID: <{UUID}@contractor.example>",
        "User-Agent: Mozilla Thunderbird",
        "Content-Type: text/plain; charset=UTF-8; format=flowed",
    ],
    "Thunderbird of 2018": [
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:60.0) Gecko/20100101\r\n Thunderbird/60.9.0",
        "Content-Language: en-US",
    ],
    "Thunderbird without its name": [
        f"Message-ID: <{UUID}@contractor.example>",
        "Content-Language: fr",
        'Content-Type: multipart/mixed; boundary="------------0iWPq3kVxT5nN2cR8sYbZ7uD"',
    ],
    "K-9": ["User-Agent: K-9 Mail for Android", f"Message-ID: <{UUID.upper()}@contractor.example>"],
    "FairEmail": ["X-Mailer: FairEmail 1.2200", f"Message-ID: <{UUID}@contractor.example>"],
    "Samsung": ["Message-ID: <9eu1ftq5c4vopi7x8y2d1s0h.1700000000000@email.android.com>"],
    "Nine": ['Content-Type: multipart/alternative; boundary="--_com.ninefolders.hd3.email_1700000000000_alt"'],
    "Spark": ["X-Readdle-Message-ID: 8b1f6e0a@Spark"],
    "Evolution": ["Message-ID: <f8e9a2c1d3b4a5968778695a4b3c2d1e0f112233.camel@contractor.example>"],
    "KMail": ["User-Agent: KMail/5.24.5", "Message-ID: <2215372.iZASKD2KPV@pc>"],
    "Claws": ["X-Mailer: Claws Mail 4.2.0", "Message-ID: <20261120115800.0a1b2c3d@contractor.example>"],
    "Mutt": ["User-Agent: Mutt/2.2.12", "Content-Disposition: inline", "Message-ID: <aD5D6JjxASirpRtB@kraken.example>"],
    "Gnus": ["User-Agent: Gnus/5.13 (Gnus v5.13)", "Message-ID: <87bk3nqz9w.fsf@contractor.example>"],
    "Alpine": ["Message-ID: <alpine.DEB.2.22.394.2311201158000.4411@contractor.example>"],
    "Roundcube": ["User-Agent: Roundcube Webmail/1.6.9", "X-Sender: ada@contractor.example"],
    "SOGo": ["User-Agent: SOGoMail 5.9.0", "Message-ID: <2b1-65600000-3-5e7b1a00@123456789>"],
    "Horde": [
        "User-Agent: Horde Application Framework 5",
        "Message-ID: <20261120115800.Horde.abcDEFghiJKLmnoPQR@x.example>",
    ],
    "Zimbra": ["X-Mailer: Zimbra 9.0.0_GA_4007 (ZimbraWebClient - GC118 (Win)/9.0.0_GA_4007)", "Thread-Topic: plan"],
    "Kopano": ["X-Mailer: Kopano 8.7.0", f"Thread-Index: {INDEX}"],
    "Zoho": ["X-Mailer: Zoho Mail", "User-Agent: Zoho Mail"],
    "Open-Xchange": ["X-Mailer: Open-Xchange Mailer v7.10.6-Rev78", "X-Originating-Client: open-xchange-appsuite"],
    "Yahoo": [
        "X-Mailer: WebService/1.1.22876 YMailNorrin",
        "Message-ID: <1828138112.288.1723706025422@mail.yahoo.com>",
    ],
    "GMX": ["Message-ID: <trinity-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-1700000000000@3c-app-gmx-bs01>"],
    "Tuta": ["Message-ID: <NkZ1aB2--3-9@tuta.com>"],
    "Coremail": ["Message-ID: <6a92e23a.56c.192d5ae32d5.Coremail.ada@contractor.example>"],
    "eM Client": ["User-Agent: eM_Client/9.2.2157.0", f"Message-Id: <em{UUID}@1a2b3c4d.com>"],
    "The Bat!": ["X-Mailer: The Bat! (v10.5)", "Message-ID: <1812345678.20261120115800@contractor.example>"],
    "Google Calendar": [f"Message-ID: <calendar-{UUID}@google.com>"],
}

NOBODYS = {
    "a library": [
        f"Message-ID: <{UUID}@shop.example>",
        'Content-Type: multipart/alternative; boundary="--_NmP-1a-Part_1"',
    ],
    "a script": ["Message-ID: <20261120115800.12345@web01.shop.example>", "MIME-Version: 1.0"],
    "Java": [
        "Message-ID: <1828138112.288.1723706025422@app01>",
        'Content-Type: multipart/mixed; boundary="----=_Part_1_2.3"',
    ],
    "smtp.gmail.com": ["X-Gm-Message-State: AOJu0Yx", "X-Google-Smtp-Source: AGHT", "Message-ID: <1@shop.example>"],
    "an answer with a copied name": [
        "X-Mailer: Apple Mail (2.3774)",
        "References: <1@x.example>",
        "Message-ID: <2@x.example>",
    ],
    "an answer with copied threads": ["Thread-Topic: plan", f"Thread-Index: {INDEX}", "In-Reply-To: <1@x.example>"],
    "SMTP through Exchange Online": [
        f"Message-ID: <{M365}>",
        "X-MS-Exchange-SenderADCheck: 1",
        "x-ms-publictraffictype: Email",
    ],
    "SES": ["Feedback-ID: 1.eu-west-1.b24=:AmazonSES", "X-SES-Outgoing: 2026.11.20-192.0.2.1"],
}


def recognised(fields: list[str]) -> str | None:
    view = HeaderView(read("\r\n".join([*fields, "", "x", ""]).encode())[0])
    found = mail_program(view.names, view.fields)
    return found.name if found else None


@pytest.mark.parametrize("shape", SHAPES)
def test_a_person_s_program_is_recognised(shape: str) -> None:
    assert recognised(SHAPES[shape]) is not None


@pytest.mark.parametrize("shape", NOBODYS)
def test_what_others_write_is_no_person_s_program(shape: str) -> None:
    assert recognised(NOBODYS[shape]) is None


def test_every_row_names_its_source_and_reads_fields_that_are_kept() -> None:
    for program in MAIL_PROGRAMS:
        assert program.name and program.source
        assert program.signs
        assert {name for name, _ in (*program.signs, *program.companions)} <= fieldnames.FIELDS_READ
        assert fieldnames.FIELDS_READ.issuperset(program.absent)


def test_no_program_is_recognised_by_a_name_that_can_be_copied_alone() -> None:
    copied = {b"x-mailer", b"user-agent"}
    assert all(program.companions for program in MAIL_PROGRAMS if {name for name, _ in program.signs} <= copied)


def test_every_field_of_mail_programs_is_used() -> None:
    used = {name for program in MAIL_PROGRAMS for name, _ in (*program.signs, *program.companions)}
    assert used >= fieldnames.MAIL_PROGRAM


@given(st.dictionaries(st.sampled_from(sorted(fieldnames.FIELDS_READ)), st.binary(max_size=120), max_size=8))
def test_any_octets_are_judged(fields: dict[bytes, bytes]) -> None:
    mail_program(frozenset(fields), fields)


def test_patterns_have_no_unbounded_repetition_inside_another() -> None:
    for program in MAIL_PROGRAMS:
        for _, pattern in (*program.signs, *program.companions):
            assert pattern is None or not re.search(rb"\([^()]*[+*][^()]*\)[+*]", pattern.pattern)
