"""Builders for tests about fingerprints: a message and a table of DNS records in, a fingerprint out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from catcher.directory import Suffixes
from catcher.fingerprint import MAX_ROUNDS, Context, fingerprint
from catcher.model.mail.fingerprint import Basis, Fingerprint, Intended
from catcher.model.mail.lookup import LookupRecord, LookupResult, Question, Status
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import BodyFacts, Header, Transaction
from catcher.smtp import MessageStream

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SUFFIXES = Suffixes()

MESSAGE = (
    b"From: Ada <ada@contractor.example>\r\n"
    b"To: someone@army.ml\r\n"
    b"Subject: plan\r\n"
    b"Date: Fri, 20 Nov 2026 11:00:00 +0000\r\n"
    b"Message-ID: <1@contractor.example>\r\n"
    b"User-Agent: Mozilla Thunderbird\r\n"
    b"Content-Language: en-GB\r\n"
    b"\r\n"
    b"hello\r\n"
)
"""A person's mail: it has the signs of a mail program."""

Table = Mapping[str, LookupResult | Iterable[LookupRecord]]
"""``"NAME TYPE"`` → records, or a whole Answer; what isn't listed doesn't exist."""

FAILED = LookupResult(Status.FAILED)


def read(message: bytes) -> tuple[Header, BodyFacts]:
    stream = MessageStream()
    stream.feed(message)
    return stream.finish()


def context(now: datetime = NOW, *, lookups: bool = True) -> Context:
    return Context(
        now=now,
        intended=lambda typed: Intended(typed, "army.mil", None, Basis.DECLARED),
        organizational_domain=SUFFIXES.organizational_domain,
        organisation={"contractor.example": "Contractor Ltd"}.get,
        lookups=lookups,
    )


def mailbox(address: str) -> Mailbox:
    local_part, _, domain = address.rpartition("@")
    return Mailbox(local_part, domain)


def transaction(
    message: bytes | None = MESSAGE,
    *,
    client: str = "",
    helo: str = "",
    mail_from: str | None = "ada@contractor.example",
    rcpt_to: Iterable[str] = ("someone@army.ml",),
    now: datetime = NOW,
) -> Transaction:
    header, body = (None, None) if message is None else read(message)
    return Transaction(
        received_at=now,
        client=client,
        helo=helo,
        tls=True,
        reverse_path=None if mail_from is None else mailbox(mail_from),
        forward_paths=tuple(map(mailbox, rcpt_to)),
        header=header,
        body=body,
    )


def answer(question: Question, table: Table) -> LookupResult:
    found = table.get(f"{question.name} {question.rrtype}")
    if isinstance(found, LookupResult):
        return found
    if found is not None:
        return LookupResult(Status.FOUND, tuple(found))
    exists = any(key.split()[0] == question.name for key in table)
    return LookupResult(Status.NODATA if exists else Status.NXDOMAIN)


class Judged:
    """A fingerprint, and what was asked on the way to it."""

    def __init__(self, found: Fingerprint, asked: list[frozenset[Question]]) -> None:
        self.found = found
        self.asked = asked

    @property
    def names(self) -> set[str]:
        return {question.name for round_ in self.asked for question in round_}


def judge(of: Transaction, table: Table, in_context: Context | None = None) -> Judged:
    """Asks ``table`` round by round; fails when it takes more than MAX_ROUNDS, or the same question twice."""
    answers: dict[Question, LookupResult] = {}
    asked: list[frozenset[Question]] = []
    for _ in range(MAX_ROUNDS):
        found = fingerprint(of, answers, in_context or context())
        if isinstance(found, Fingerprint):
            return Judged(found, asked)
        assert found.questions, "Unanswered is never empty"
        assert not found.questions & answers.keys(), "nothing is asked twice"
        asked.append(found.questions)
        answers |= {question: answer(question, table) for question in found.questions}
    raise AssertionError("too many rounds")


def txt(*texts: str | bytes) -> tuple[bytes, ...]:
    return tuple(text.encode() if isinstance(text, str) else text for text in texts)
