"""Measures the CPU time of a fingerprint without look-ups and DKIM for usual mails, and compares it with the budget."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from catcher.directory import Suffixes, platform_of
from catcher.fingerprint import Context, fingerprint
from catcher.model.mail.fingerprint import Basis, Intended
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import Transaction
from catcher.smtp import MessageStream

_MUST, _GOAL = 1000.0, 300.0
"""Budgets in microseconds of CPU time per message: required and desired (DESIGN §5)."""
_TO = b"To: Jo Doe <jo.doe@army.ml>\r\n"
_GROUPWARE = (
    b'From: "Lane, Ada" <ada.lane@contractor.example>\r\n' + _TO + b"Cc: Ben Ito <ben.ito@contractor.example>,\r\n"
    b" Carla Xu <carla.xu@contractor.example>, Dmitri Evans <dmitri.evans@army.mil>\r\n"
    b"Subject: RE: delivery dates\r\nThread-Topic: delivery dates\r\nThread-Index: AdnYq1ZfX2p3Q0xNQmCq3w==\r\n"
    b"Date: Fri, 20 Nov 2026 11:58:00 +0000\r\n"
    b"Message-ID: <SA1PR09MB1234A1B2C3D4E5F60718293A4B5C6D7E@SA1PR09MB1234.namprd09.prod.outlook.com>\r\n"
    b"References: <8a9a021ea648a7dd06839eb9@mail.army.mil>\r\nIn-Reply-To: <8a9a021ea648a7dd06839eb9@mail.army.mil>\r\n"
    b"Accept-Language: en-US\r\nContent-Language: en-US\r\nX-MS-Has-Attach: yes\r\nX-MS-TNEF-Correlator:\r\n"
    b"msip_labels: MSIP_Label_f42aa342-8706-4288-bd11-ebb85995028c_Enabled=True;\r\n"
    b"x-ms-publictraffictype: Email\r\nx-microsoft-antispam: BCL:0;ARA:13230040|366016|1800799024;\r\n"
    b"X-Forefront-Antispam-Report: CIP:255.255.255.255;CTRY:;LANG:en;SCL:1;SRV:;IPV:NLI;SFV:NSPM;H:SA1PR09MB1234;\r\n"
    b'Content-Type: multipart/mixed; boundary="_004_SA1PR09MB1234_"\r\nMIME-Version: 1.0\r\n'
)
_DESKTOP = (
    b"Message-ID: <0a1b2c3d-1111-4222-8333-44445555@contractor.example>\r\nDate: Fri, 20 Nov 2026 11:58:00 +0000\r\n"
    b"MIME-Version: 1.0\r\nUser-Agent: Mozilla Thunderbird\r\nSubject: plan\r\n"
    + _TO
    + b"From: Ada Lane <ada@contractor.example>\r\nContent-Type: text/plain; charset=UTF-8; format=flowed\r\n"
)
_NEWSLETTER = (
    b"From: Morning Digest <digest@news.example>\r\n" + _TO + b"Subject: =?utf-8?q?This_week=3A_ten_ideas?=\r\n"
    b"Date: Fri, 20 Nov 2026 11:58:00 +0000\r\nMessage-ID: <1@news.example>\r\nList-Id: <digest.news.example>\r\n"
    b"List-Unsubscribe: <https://news.example/u>\r\nPrecedence: bulk\r\nContent-Type: text/html; charset=utf-8\r\n"
)
_MAILS = {"groupware": _GROUPWARE, "desktop": _DESKTOP, "newsletter": _NEWSLETTER}


@dataclass(frozen=True, slots=True)
class FingerprintFigure:
    """CPU time for one kind of message."""

    message: str
    cpu_microseconds: float
    must: float
    goal: float
    met: bool


def measure_fingerprint(rounds: int) -> Iterator[FingerprintFigure]:
    """A figure for each kind of message: the mean CPU time over ``rounds`` fingerprints of one parsed message."""
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    context = Context(
        now=now,
        intended=lambda typed: Intended(typed, None, None, Basis.NONE),
        organizational_domain=Suffixes().organizational_domain,
        organisation=lambda _: None,
        platform=platform_of,
        lookups=False,
    )
    for name, head in _MAILS.items():
        stream = MessageStream()
        stream.feed(head + b"\r\nhello\r\n")
        header, body = stream.finish()
        transaction = Transaction(
            received_at=now,
            client="192.0.2.25",
            helo="mail.contractor.example",
            tls=True,
            reverse_path=Mailbox("ada", "contractor.example"),
            forward_paths=(Mailbox("jo.doe", "army.ml"),),
            header=header,
            body=body,
        )
        fingerprint(transaction, {}, context)
        before = time.process_time()
        for _ in range(rounds):
            fingerprint(transaction, {}, context)
        cpu = (time.process_time() - before) / rounds * 1e6
        yield FingerprintFigure(name, round(cpu, 1), _MUST, _GOAL, cpu <= _MUST)
