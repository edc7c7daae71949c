"""Finds header facts: signs of the class of a mail, as words of a closed list.

Texts (Subject, addresses) are read in memory; only these words are kept. Fields that a receiver adds (Received,
Authentication-Results, spam marks) are not read: anyone can write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from catcher.fingerprint.header import fieldnames, subjects
from catcher.fingerprint.header.headerview import HeaderView


class Fact(StrEnum):
    """A fact about one message; ``Nature.reasons`` lists the facts found."""

    NO_MESSAGE = "no-message"
    """The recipient was refused at RCPT: there is only an envelope."""
    NULL_SENDER = "null-sender"
    """The null reverse-path, or ``From: <>``: a notice, or a sender that wants no answer. It alone makes no bounce."""
    DELIVERY_REPORT = "delivery-report"
    """multipart/report with a delivery-status (RFC 3464)."""
    FAILED_RECIPIENTS = "failed-recipients"
    """Exim's X-Failed-Recipients."""
    DAEMON = "mailer-daemon"
    """From names MAILER-DAEMON."""
    POSTMASTER = "postmaster"
    DELIVERY_SUBJECT = "delivery-subject"
    """The Subject is a delivery notice's, in the words of mail systems."""
    DISPOSITION = "disposition-notification"
    """A read receipt (RFC 8098)."""
    ABUSE_REPORT = "abuse-report"
    """A feedback report (RFC 5965)."""
    AUTO_SUBMITTED = "auto-submitted"
    """RFC 3834 §5: ``auto-generated`` or ``auto-replied``."""
    AUTO_REPLY = "auto-reply"
    """An out-of-office answer, by its header or its Subject."""
    NO_REPLY = "no-reply"
    """The sender's mailbox takes no answers, according to its name."""
    ACCOUNT = "account-mail"
    """A Subject that asks to confirm an address, an account or a subscription."""
    SERVICE = "sending-service"
    """A field that bulk and transactional sending services set (Feedback-ID and its like)."""
    LIST = "mailing-list"
    """A field of a mailing list (RFC 2369, RFC 2919)."""
    UNSUBSCRIBE = "list-unsubscribe"
    PRECEDENCE = "precedence-bulk"
    """``Precedence: bulk``, ``list`` or ``junk``."""
    REPLY = "in-reply-to"
    """The message answers another one."""
    NO_FROM = "no-from"
    NO_DATE = "no-date"
    NO_MESSAGE_ID = "no-message-id"
    DAMAGED = "damaged-header"
    """The header has octets or lines that RFC 5322 doesn't allow."""
    HTML_ONLY = "html-only"
    LOUD = "loud-subject"
    """The Subject is all capitals or has several exclamation marks."""
    MAIL_PROGRAM = "mail-program"
    """The message was written with a program that people use."""
    TEST_SUBJECT = "test-subject"
    """The Subject states only that this is a test."""
    TEST_ADDRESS = "test-address"
    """The mailbox in From or in the reverse-path is for tests, according to its name."""
    RELAY_TEST = "relay-test"
    """The Subject is that of a program that searches for open relays: an address and port, or the word relay."""
    SCANNER = "scanner"
    """The client belongs to a service that scans the whole Internet, according to its host name."""
    CO_RECIPIENT = "co-recipient"
    """To or Cc also name somebody at the intended domain: a hint about the intended recipient."""
    THREAD = "thread"
    """It answers a message whose identifier was made at the intended domain: a hint about the intended recipient."""
    UNLIKELY = "unlikely-genuine"
    """By the model, the probability that an honest sender wrote the mail is below 0.1."""


_CACHED_NAME_SETS = 1_024

_DAEMONS = frozenset({"mailer-daemon", "mail-daemon", "maildaemon", "mailerdaemon"})
_NO_REPLY = re.compile(r"(no|do[-_.]?not|not)[-_.]?reply|\bnotifications?\b|\bbounces?\b|\balerts?\b|\bautomat\w+")
_TEST_ADDRESS = re.compile(r"(?:spam|relay|smtp|mail|open)?[-_.]?(?:test(?:er|ing)?|probe|scan(?:ner)?)[-_.]?\d*\Z")
_PROGRAMS = re.compile(
    rb"outlook|thunderbird|apple mail|iphone mail|ipad mail|mutt|evolution|kmail|gnus|mozilla|eudora|lotus notes"
    rb"|roundcube|horde|squirrelmail|zimbra|the bat!|pine|mew |sylpheed|claws"
)
_REPORT_TYPE = re.compile(rb"report-type\s*=\s*\"?\s*([a-z-]+)")


def header_facts(view: HeaderView) -> set[Fact]:
    """All facts of the header section."""
    by_name, to_read = _by_name(view.names)
    found = set(by_name)
    for name in to_read:
        _BY_VALUE[name](view.fields[name].lower(), found)
    _senders(view.senders, found)
    if view.subject:
        _subject(view.subject, found)
    if view.damaged:
        found.add(Fact.DAMAGED)
    return found


_ABSENT = {b"from": Fact.NO_FROM, b"date": Fact.NO_DATE, b"message-id": Fact.NO_MESSAGE_ID}
_PRESENT = (
    (fieldnames.FAILED_RECIPIENTS, Fact.FAILED_RECIPIENTS),
    (fieldnames.UNSUBSCRIBE, Fact.UNSUBSCRIBE),
    (fieldnames.LIST, Fact.LIST),
    (fieldnames.SERVICE, Fact.SERVICE),
    (fieldnames.AUTO_REPLY_FIELDS, Fact.AUTO_REPLY),
    (fieldnames.ANSWERING, Fact.REPLY),
)


@lru_cache(_CACHED_NAME_SETS)
def _by_name(names: frozenset[bytes]) -> tuple[frozenset[Fact], tuple[bytes, ...]]:
    """(facts that follow from the names of present fields, names of the fields whose value must be read).

    Cached, since a program writes the same fields into all its mails. The key has only names of a closed list.
    """
    absent = [fact for name, fact in _ABSENT.items() if name not in names]
    present = [fact for fields, fact in _PRESENT if not fields.isdisjoint(names)]
    return frozenset(absent + present), tuple(_BY_VALUE.keys() & names)


def _content(content_type: bytes, found: set[Fact]) -> None:
    if content_type.startswith(b"text/html"):
        found.add(Fact.HTML_ONLY)
    elif content_type.startswith(b"multipart/report"):
        kind = _REPORT_TYPE.search(content_type)
        found.add(_REPORTS.get(kind[1] if kind else b"", Fact.DELIVERY_REPORT))


_REPORTS = {b"feedback-report": Fact.ABUSE_REPORT, b"disposition-notification": Fact.DISPOSITION}


def _submitted(value: bytes, found: set[Fact]) -> None:
    if value.startswith(b"auto"):
        found.add(Fact.AUTO_SUBMITTED)


def _precedence(value: bytes, found: set[Fact]) -> None:
    if value in (b"bulk", b"list", b"junk"):
        found.add(Fact.PRECEDENCE)
    elif value == b"auto_reply":
        found.add(Fact.AUTO_REPLY)


def _suppressed(value: bytes, found: set[Fact]) -> None:
    """The fact of Microsoft's field that asks for no automatic answers; programs, sign-up and alert systems set it."""
    if value not in (b"", b"none"):
        found.add(Fact.AUTO_SUBMITTED)


def _program(value: bytes, found: set[Fact]) -> None:
    if _PROGRAMS.search(value + b" "):
        found.add(Fact.MAIL_PROGRAM)


_BY_VALUE: dict[bytes, Callable[[bytes, set[Fact]], None]] = {
    b"content-type": _content,
    b"auto-submitted": _submitted,
    b"precedence": _precedence,
    b"x-auto-response-suppress": _suppressed,
    b"user-agent": _program,
    b"x-mailer": _program,
}
"""Field → the function that finds facts in its value in lower case."""


def _senders(names: tuple[str, ...], found: set[Fact]) -> None:
    if names[:1] == ("",):
        found.add(Fact.NULL_SENDER)
    for name in names:
        if name in _DAEMONS:
            found.add(Fact.DAEMON)
        elif name == "postmaster":
            found.add(Fact.POSTMASTER)
        if _NO_REPLY.search(name):
            found.add(Fact.NO_REPLY)
        if is_for_tests(name):
            found.add(Fact.TEST_ADDRESS)


def is_for_tests(local_part: str) -> bool:
    """Whether a mailbox with this local-part, in lower case, is for tests."""
    return _TEST_ADDRESS.match(local_part) is not None


def _subject(subject: str, found: set[Fact]) -> None:
    found.update(_subjects(subject))
    if subjects.loud(subject):
        found.add(Fact.LOUD)


_subjects = subjects.finder(
    {
        Fact.DELIVERY_SUBJECT: subjects.DELIVERY,
        Fact.AUTO_REPLY: subjects.AUTO_REPLY,
        Fact.ACCOUNT: subjects.ACCOUNT,
        Fact.ABUSE_REPORT: subjects.COMPLAINT,
        Fact.TEST_SUBJECT: subjects.TEST,
        Fact.RELAY_TEST: subjects.RELAY_TEST,
    }
)
