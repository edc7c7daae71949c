"""Header facts: what a header section says about the kind of mail, as words of a closed list.

Texts (Subject, addresses) are looked at in memory and leave as one of these words or not at all. Nothing that a
receiver adds (Received, Authentication-Results, spam marks) is looked at: anyone can write it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from catcher.fingerprint import fieldnames, subjects
from catcher.fingerprint.glance import HeaderView


class Fact(StrEnum):
    """A fact about one message; ``Nature.reasons`` are the facts that were found."""

    NO_MESSAGE = "no-message"
    """Refused at RCPT: there is only an envelope."""
    NULL_SENDER = "null-sender"
    """The null reverse-path, or ``From: <>``: a notice, or a sender who wants no answer. Alone, no bounce."""
    DELIVERY_REPORT = "delivery-report"
    """multipart/report with a delivery-status (RFC 3464)."""
    FAILED_RECIPIENTS = "failed-recipients"
    """Exim's X-Failed-Recipients."""
    DAEMON = "mailer-daemon"
    """From MAILER-DAEMON."""
    POSTMASTER = "postmaster"
    DELIVERY_SUBJECT = "delivery-subject"
    """A Subject as mail systems write it on a delivery notice."""
    DISPOSITION = "disposition-notification"
    """A read receipt (RFC 8098)."""
    ABUSE_REPORT = "abuse-report"
    """A feedback report (RFC 5965)."""
    AUTO_SUBMITTED = "auto-submitted"
    """RFC 3834 §5: ``auto-generated`` or ``auto-replied``."""
    AUTO_REPLY = "auto-reply"
    """An out-of-office answer, by its header or its Subject."""
    NO_REPLY = "no-reply"
    """The sender's mailbox takes no answers."""
    ACCOUNT = "account-mail"
    """A Subject that asks to confirm an address, an account or a subscription."""
    SERVICE = "sending-service"
    """A field that bulk and transactional sending services set (Feedback-ID and its like)."""
    LIST = "mailing-list"
    """RFC 2369, RFC 2919."""
    UNSUBSCRIBE = "list-unsubscribe"
    PRECEDENCE = "precedence-bulk"
    """``Precedence: bulk``, ``list`` or ``junk``."""
    REPLY = "in-reply-to"
    """It answers another message."""
    NO_FROM = "no-from"
    NO_DATE = "no-date"
    NO_MESSAGE_ID = "no-message-id"
    DAMAGED = "damaged-header"
    """Octets or lines that RFC 5322 doesn't allow."""
    HTML_ONLY = "html-only"
    LOUD = "loud-subject"
    """All capitals, or several exclamation marks."""
    MAIL_PROGRAM = "mail-program"
    """Written with a program that people use."""
    TEST_SUBJECT = "test-subject"
    """A Subject that says no more than that this is a test."""
    TEST_ADDRESS = "test-address"
    """From or the reverse-path is a mailbox for tests, or of those that look for open relays."""
    RELAY_TEST = "relay-test"
    """A Subject as programs write it that look for open relays: an address and port, or in so many words."""
    SCANNER = "scanner"
    """A host of those who map the Internet, by its own name."""
    CO_RECIPIENT = "co-recipient"
    """To or Cc name somebody at the intended domain, too: a hint for whom it was meant."""
    THREAD = "thread"
    """It answers a message whose identifier was made at the intended domain: a hint for whom it was meant."""
    UNLIKELY = "unlikely-genuine"
    """The model finds it more likely than 9 in 10 that no honest sender wrote this."""


_REMEMBERED = 1_024

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
    by_name, telling = _by_name(view.names)
    found = set(by_name)
    for name in telling:
        _TELLING[name](view.fields[name].lower(), found)
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


@lru_cache(_REMEMBERED)
def _by_name(names: frozenset[bytes]) -> tuple[frozenset[Fact], tuple[bytes, ...]]:
    """What is told by the fields that are there, and those whose value tells more.

    Remembered, boundedly, since each program writes the same fields into all its mails: names of a closed list alone.
    """
    absent = [fact for name, fact in _ABSENT.items() if name not in names]
    present = [fact for telling, fact in _PRESENT if not telling.isdisjoint(names)]
    return frozenset(absent + present), tuple(_TELLING.keys() & names)


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
    """Microsoft's field asks others not to answer: programs set it, and so do sign-up and alert systems."""
    if value not in (b"", b"none"):
        found.add(Fact.AUTO_SUBMITTED)


def _program(value: bytes, found: set[Fact]) -> None:
    if _PROGRAMS.search(value + b" "):
        found.add(Fact.MAIL_PROGRAM)


_TELLING: dict[bytes, Callable[[bytes, set[Fact]], None]] = {
    b"content-type": _content,
    b"auto-submitted": _submitted,
    b"precedence": _precedence,
    b"x-auto-response-suppress": _suppressed,
    b"user-agent": _program,
    b"x-mailer": _program,
}
"""Fields whose value, in lower case, tells something."""


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
    """Whether a mailbox is one for tests, by its local-part in lower case."""
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
