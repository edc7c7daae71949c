"""Header fields in the order and shape in which today's mail programs write them, before the way adds to them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from random import Random

from tests.persons.world import token

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Note:
    """What the author decided; the program does the rest."""

    author: tuple[str, str]
    """(display name, address)."""
    to: tuple[tuple[str, str], ...]
    cc: tuple[tuple[str, str], ...]
    subject: str
    answered: str | None
    """Message-ID of what is answered."""
    at: datetime
    rng: Random

    @property
    def domain(self) -> str:
        return self.author[1].rpartition("@")[2]

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def hex(self, digits: int) -> str:
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"


def _named(people: tuple[tuple[str, str], ...], *, quoted: bool = False, bare: bool = False) -> str:
    return ",\r\n ".join(_one(name, address, quoted, bare) for name, address in people)


def _one(name: str, address: str, quoted: bool, bare: bool) -> str:
    if bare or not name:
        return address if bare else f"<{address}>"
    if not name.isascii():
        return f"{_text(name)} <{address}>"
    special = quoted or not all(c.isalnum() or c in " -'" for c in name)
    return f'"{name}" <{address}>' if special else f"{name} <{address}>"


def _text(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode(linesep="\r\n")


def _thread(note: Note, *, references: bool = True) -> Fields:
    if note.answered is None:
        return []
    return [("In-Reply-To", note.answered), *([("References", note.answered)] if references else [])]


def _cc(note: Note, **how: bool) -> Fields:
    return [("Cc", _named(note.cc, **how))] if note.cc else []


def outlook(note: Note) -> Fields:
    """Outlook with Exchange Online, on a desk, in a browser or on a phone."""
    rng = note.rng
    server = f"{note.hex(2).upper()}{rng.choice(('0PR09MB', '1P110MB', 'PR01MB'))}{rng.randrange(1000, 9999)}"
    site = rng.choice(("NAMP110.PROD.OUTLOOK.COM", "namprd09.prod.outlook.com", "eurprd05.prod.outlook.com"))
    labels = (
        [("msip_labels", f"MSIP_Label_{note.uuid()}_Enabled=True;MSIP_Label_{note.uuid()}_SiteId={note.uuid()};")]
        if rng.random() < 0.2
        else []
    )
    kind = rng.choice(("multipart/alternative", "multipart/alternative", "multipart/mixed", "multipart/related"))
    prefix = "_000_" if kind == "multipart/alternative" else "_004_"
    return [
        ("From", _named((note.author,), quoted=rng.random() < 0.6)),
        ("To", _named(note.to, quoted=rng.random() < 0.4)),
        *_cc(note),
        ("Subject", _text(note.subject)),
        ("Thread-Topic", _text(note.subject.partition(": ")[2] or note.subject)),
        ("Thread-Index", token(rng, 22)),
        ("Date", format_datetime(note.at)),
        ("Message-ID", f"\r\n <{server}{note.hex(28).upper()}@{server}.{site}>"),
        *_thread(note),
        ("Accept-Language", "en-US"),
        ("Content-Language", "en-US"),
        ("X-MS-Has-Attach", "yes" if kind == "multipart/mixed" else ""),
        ("X-MS-TNEF-Correlator", ""),
        *labels,
        ("x-ms-publictraffictype", "Email"),
        ("x-ms-traffictypediagnostic", f"{server}:EE_|{server}:EE_"),
        ("x-ms-office365-filtering-correlation-id", note.uuid()),
        ("x-ms-exchange-senderadcheck", "1"),
        ("x-microsoft-antispam", "BCL:0;ARA:13230040|366016|1800799024;"),
        ("Content-Type", f'{kind};\r\n\tboundary="{prefix}{server}{note.hex(32).upper()}_"'),
        ("MIME-Version", "1.0"),
        ("X-OriginatorOrg", note.domain),
        ("X-MS-Exchange-CrossTenant-id", note.uuid()),
    ]


def exchange(note: Note) -> Fields:
    """Outlook with an Exchange server on the premises."""
    host = note.rng.choice(("EXCH01.corp.local", f"mbx2.{note.domain}", "SRV-MAIL.intern.lan", "EX2019"))
    return [
        ("From", _named((note.author,), quoted=True)),
        ("To", _named(note.to, quoted=True)),
        *_cc(note, quoted=True),
        ("Subject", _text(note.subject)),
        ("Thread-Topic", _text(note.subject)),
        ("Thread-Index", token(note.rng, 22)),
        ("Date", format_datetime(note.at)),
        ("Message-ID", f"<{note.hex(32)}@{host}>"),
        *_thread(note),
        ("Accept-Language", "en-US"),
        ("Content-Language", "en-US"),
        ("X-MS-Has-Attach", ""),
        ("X-MS-TNEF-Correlator", ""),
        ("x-originating-ip", "[10.1.2.3]"),
        ("Content-Type", f'multipart/alternative;\r\n\tboundary="_000_{note.hex(32)}_"'),
        ("MIME-Version", "1.0"),
    ]


def gmail(note: Note) -> Fields:
    """Gmail and Google Workspace in a browser or its app."""
    kind = note.rng.choice(
        ("multipart/alternative", "multipart/alternative", "multipart/mixed", 'text/plain; charset="UTF-8"')
    )
    boundary = f'; boundary="{note.hex(28)}"' if kind.startswith("multipart") else ""
    return [
        ("X-Gm-Message-State", token(note.rng, 60)),
        ("X-Google-Smtp-Source", token(note.rng, 40)),
        ("X-Received", f"by 2002:a05:6512:{note.hex(4)}:b0:52f:c13f:23d8; {format_datetime(note.at)}"),
        ("MIME-Version", "1.0"),
        *_thread(note, references=False),
        *([("References", note.answered)] if note.answered else []),
        ("From", _named((note.author,))),
        ("Date", format_datetime(note.at)),
        (
            "Message-ID",
            f"<CA{'+' if note.rng.random() < 0.5 else 'K'}{token(note.rng, 33).replace('/', '_')}@mail.gmail.com>",
        ),
        ("Subject", _text(note.subject)),
        ("To", _named(note.to, bare=note.rng.random() < 0.5)),
        *_cc(note),
        ("Content-Type", kind + boundary),
    ]


def apple_mail(note: Note) -> Fields:
    """Mail on a Mac."""
    version = note.rng.choice(("3774.600.62", "3826.200.121", "3731.700.6"))
    return [
        ("From", _named((note.author,))),
        (
            "Content-Type",
            note.rng.choice(
                (
                    "text/plain;\r\n\tcharset=us-ascii",
                    f'multipart/alternative;\r\n\tboundary="Apple-Mail=_{note.uuid().upper()}"',
                )
            ),
        ),
        ("Content-Transfer-Encoding", "quoted-printable"),
        ("Mime-Version", f"1.0 (Mac OS X Mail 16.0 \\({version}\\))"),
        ("Subject", _text(note.subject)),
        *([("Message-Id", f"<{note.uuid().upper()}@{note.domain}>"), ("Date", format_datetime(note.at))]),
        *_cc(note),
        ("To", _named(note.to)),
        *_thread(note),
        ("X-Mailer", f"Apple Mail ({version})"),
    ]


def iphone(note: Note) -> Fields:
    """Mail on an iPhone or iPad."""
    return [
        ("From", _named((note.author,))),
        (
            "Content-Type",
            note.rng.choice(
                ("text/plain; charset=us-ascii", f"multipart/alternative; boundary=Apple-Mail-{note.uuid().upper()}")
            ),
        ),
        ("Content-Transfer-Encoding", "7bit"),
        ("Mime-Version", "1.0 (1.0)"),
        ("Date", format_datetime(note.at)),
        ("Subject", _text(note.subject)),
        ("Message-Id", f"<{note.uuid().upper()}@{note.domain}>"),
        *_thread(note),
        *_cc(note, bare=True),
        ("To", _named(note.to, bare=note.rng.random() < 0.5)),
        ("X-Mailer", note.rng.choice(("iPhone Mail (22B91)", "iPad Mail (21E236)"))),
    ]


def thunderbird(note: Note) -> Fields:
    """Mozilla Thunderbird."""
    return [
        ("Message-ID", f"<{note.uuid()}@{note.domain}>"),
        ("Date", format_datetime(note.at)),
        ("MIME-Version", "1.0"),
        ("User-Agent", "Mozilla Thunderbird"),
        ("Subject", _text(note.subject)),
        ("To", _named(note.to)),
        *_cc(note),
        *_thread(note),
        ("Content-Language", "en-US"),
        ("From", _named((note.author,))),
        (
            "Content-Type",
            note.rng.choice(
                (
                    "text/plain; charset=UTF-8; format=flowed",
                    'multipart/mixed; boundary="------------' + note.hex(24) + '"',
                )
            ),
        ),
        ("Content-Transfer-Encoding", "8bit"),
    ]


def webmail(note: Note) -> Fields:
    """Roundcube, as hosters offer it."""
    return [
        ("MIME-Version", "1.0"),
        ("Date", format_datetime(note.at)),
        ("From", _named((note.author,))),
        ("To", _named(note.to)),
        *_cc(note),
        ("Subject", _text(note.subject)),
        *_thread(note),
        ("User-Agent", "Roundcube Webmail/1.6.9"),
        ("Message-ID", f"<{note.hex(32)}@{note.domain}>"),
        ("X-Sender", note.author[1]),
        ("Content-Type", "text/plain; charset=US-ASCII;\r\n format=flowed"),
        ("Content-Transfer-Encoding", "7bit"),
    ]


def android(note: Note) -> Fields:
    """The mail app of an Android telephone."""
    return [
        ("Date", format_datetime(note.at)),
        ("Subject", _text(note.subject)),
        ("Message-ID", f"<{note.hex(11)}.{note.rng.randrange(10**12, 10**13)}@email.android.com>"),
        *([("X-Priority", "3")] if note.rng.random() < 0.3 else []),
        *_thread(note),
        ("From", _named((note.author,))),
        ("To", _named(note.to, bare=True)),
        *_cc(note, bare=True),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="--_com.samsung.android.email_{note.hex(16)}"'),
    ]


Shape = Callable[[Note], Fields]
MICROSOFT: tuple[Shape, ...] = (outlook, outlook, outlook, outlook, iphone, apple_mail)
GOOGLE: tuple[Shape, ...] = (gmail, gmail, gmail, iphone, thunderbird, android)
PREMISES: tuple[Shape, ...] = (exchange, exchange, iphone, android)
OPEN: tuple[Shape, ...] = (thunderbird, webmail, apple_mail, iphone, android)
