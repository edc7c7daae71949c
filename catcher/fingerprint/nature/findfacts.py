"""Finds the facts of a header section: first those of field names, then of values, of addresses, of the Subject.

Texts (Subject, addresses) are read in memory; only words of ``facts.Fact`` are kept. Authentication-Results and spam
marks of receivers are not read: anyone can write them. Received is read for one thing, a doubt.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import assert_never

from catcher.fingerprint.header import fieldnames, subjects
from catcher.fingerprint.header.addresses import read_address_list
from catcher.fingerprint.header.fieldtext import field_text
from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.header.rewritten import is_rewritten
from catcher.fingerprint.nature import programs
from catcher.fingerprint.nature.authreports import find_reports
from catcher.fingerprint.nature.facts import Fact
from catcher.fingerprint.nature.mailprograms import SignsBy, mail_program
from catcher.fingerprint.nature.phrases import PhraseKind, PhraseMatch, fold_case, is_answer, is_passed_on, phrases_in
from catcher.model.mail.transaction import HeaderField

_CACHED_NAME_SETS = 1_024

_DAEMONS = frozenset({"mailerdaemon", "maildaemon", "maildeliverysystem", "maildeliverysubsystem"})
"""Local-parts of mail systems, without their delimiters."""
_UNDELIMITED = str.maketrans("", "", "-._ ")
_TEST_ADDRESS = re.compile(r"(?:spam|relay|smtp|mail|open)?[-_.]?(?:test(?:er|ing)?|probe)[-_.]?\d*\Z")


def header_facts(view: HeaderView, trace: Sequence[HeaderField] = ()) -> set[Fact]:
    """All facts of the header section. ``trace``: its Received fields."""
    by_name, to_read = _by_name(view.names)
    found = set(by_name)
    for name in to_read:
        _BY_VALUE[name](view.fields[name], found)
    program = mail_program(view.names, view.fields)
    if program is not None:
        _written(program.signs_by, found)
    _senders(view, found, by_client=program is not None and program.signs_by is SignsBy.CLIENT)
    folded = fold_case(view.subject) if view.subject else ""
    if folded:
        _subject(view.subject, folded, found)
    if Fact.INVITATION in found and found.isdisjoint(_CALENDAR_ANSWER):
        # Google Calendar marks a person's invitations as auto-generated, too, but not all of them. Its answers to
        # somebody's invitation stay automatic.
        found.discard(Fact.AUTO_SUBMITTED)
    find_reports(view, folded, found)
    if any(_INTERFACE.search(each.value) for each in trace):
        found.add(Fact.INTERFACE)
    if view.damaged:
        found.add(Fact.DAMAGED)
    return found


def _written(signs_by: SignsBy, found: set[Fact]) -> None:
    found.add(Fact.MAIL_PROGRAM)
    match signs_by:
        case SignsBy.CLIENT | SignsBy.SERVER:
            pass
        case SignsBy.CALENDAR:
            found.add(Fact.INVITATION)
        case _:
            assert_never(signs_by)


_CALENDAR_ANSWER = frozenset({Fact.ANSWER_SUBJECT, Fact.REPLY})

_ABSENT = {b"from": Fact.NO_FROM, b"date": Fact.NO_DATE, b"message-id": Fact.NO_MESSAGE_ID}
_PRESENT = (
    (fieldnames.FAILED_RECIPIENTS, Fact.FAILED_RECIPIENTS),
    (fieldnames.UNSUBSCRIBE, Fact.UNSUBSCRIBE),
    (fieldnames.LIST, Fact.LIST),
    (fieldnames.SERVICE, Fact.SERVICE),
    (fieldnames.PROGRAM, Fact.PROGRAM),
    (fieldnames.AUTO_REPLY_FIELDS, Fact.AUTO_REPLY),
    (fieldnames.JOURNAL, Fact.JOURNAL_REPORT),
    (fieldnames.TLS_REPORT, Fact.TLS_REPORT),
    (fieldnames.ANSWERING, Fact.REPLY),
)
_INTERFACE = re.compile(rb"\bby gmailapi\.google\.com\s+with\s+HTTPREST\b")
"""The trace of Gmail's programming interface, as public archives show it."""


@lru_cache(_CACHED_NAME_SETS)
def _by_name(names: frozenset[bytes]) -> tuple[frozenset[Fact], tuple[bytes, ...]]:
    """(facts that follow from the names of present fields, names of the fields whose value must be read).

    Cached, since a program writes the same fields into all its mails. The key has only names of a closed list.
    """
    absent = [fact for name, fact in _ABSENT.items() if name not in names]
    present = [fact for fields, fact in _PRESENT if not fields.isdisjoint(names)]
    return frozenset(absent + present), tuple(_BY_VALUE.keys() & names)


_REPORT_TYPE = re.compile(rb";\s*report-type\s*=\s*\"?\s*([a-z-]+)")
_QUOTED = re.compile(rb"\"[^\"]*\"")
_REPORT_FACTS = {
    b"delivery-status": Fact.DELIVERY_REPORT,
    b"global-delivery-status": Fact.DELIVERY_REPORT,
    b"disposition-notification": Fact.DISPOSITION,
    b"global-disposition-notification": Fact.DISPOSITION,
    b"feedback-report": Fact.ABUSE_REPORT,
    b"tlsrpt": Fact.TLS_REPORT,
}
"""report-type (RFC 6522 §3) → its fact. Another type, or none, says nothing."""


_TO_ORGANISER = re.compile(rb";\s*method\s*=\s*\"?(?:reply|counter|refresh)\b")
"""Methods by which a guest answers an invitation (RFC 5546 §3.2): anybody may have sent it."""


def _content(value: bytes, found: set[Fact]) -> None:
    content_type = value.lower()
    if programs.PROGRAM_BOUNDARIES.match(value):
        found.add(Fact.PROGRAM)
    if content_type.startswith(b"text/html"):
        found.add(Fact.HTML_ONLY)
    elif content_type.startswith(b"multipart/report"):
        kind = _REPORT_TYPE.search(_QUOTED.sub(_without_semicolons, content_type))
        if kind and kind[1] in _REPORT_FACTS:
            found.add(_REPORT_FACTS[kind[1]])
    elif content_type.startswith(b"text/calendar"):
        if _TO_ORGANISER.search(content_type):
            found.add(Fact.ANSWER_SUBJECT)
    elif content_type.startswith(b"application/tlsrpt"):
        found.add(Fact.TLS_REPORT)


def _without_semicolons(quoted: re.Match[bytes]) -> bytes:
    """A quoted string without the characters by which it would look like another parameter."""
    return quoted[0].replace(b";", b"").replace(b"=", b"")


def _identifier(value: bytes, found: set[Fact]) -> None:
    if programs.PROGRAM_IDS.match(value):
        found.add(Fact.PROGRAM)


def _submitted(value: bytes, found: set[Fact]) -> None:
    if value[:4].lower() == b"auto":
        found.add(Fact.AUTO_SUBMITTED)


def _precedence(value: bytes, found: set[Fact]) -> None:
    precedence = value.lower()
    if precedence in (b"bulk", b"list", b"junk"):
        found.add(Fact.PRECEDENCE)
    elif precedence in (b"auto_reply", b"auto-reply"):
        found.add(Fact.AUTO_REPLY)


_PROVIDERS_FEEDBACK = re.compile(rb":(?:fastmail|user:proton|zohomail|amazonses)\s*\Z", re.IGNORECASE)
"""How the Feedback-ID of mailbox providers ends; SES's stands on people's mail through Amazon WorkMail."""


def _feedback(value: bytes, found: set[Fact]) -> None:
    if not _PROVIDERS_FEEDBACK.search(value):
        found.add(Fact.SERVICE)


def _program(value: bytes, found: set[Fact]) -> None:
    if programs.DEVICE_MAILERS.match(value):
        found.add(Fact.SCAN)
    elif programs.PROGRAM_MAILERS.match(value):
        found.add(Fact.PROGRAM)


_WEBMAIL_SCRIPT = re.compile(
    rb"(?:\d{1,10}:)?[\w./-]{0,200}?(?:rcube|roundcube|compose|squirrel|rainloop|snappymail)", re.I
)


def _script(value: bytes, found: set[Fact]) -> None:
    """A PHP script that sent the mail (php.ini ``mail.add_x_header``); webmails in PHP are people's."""
    if not _WEBMAIL_SCRIPT.match(value):
        found.add(Fact.PROGRAM)


def _message_class(value: bytes, found: set[Fact]) -> None:
    if b"autoresponder" in value.lower():
        found.add(Fact.AUTO_REPLY)


_FIRST_INDEX_OCTETS = 22
"""Octets of a first message's Thread-Index; each answer adds 5 (MS-OXOMSG §2.2.1.3)."""


def _thread_index(value: bytes, found: set[Fact]) -> None:
    text = field_text(value) if b"=?" in value else value.decode("ascii", "replace")
    try:
        octets = base64.b64decode("".join(text.split()))
    except (binascii.Error, ValueError):
        return
    if len(octets) > _FIRST_INDEX_OCTETS:
        found.add(Fact.ANSWER_SUBJECT)


_BY_VALUE: dict[bytes, Callable[[bytes, set[Fact]], None]] = {
    b"content-type": _content,
    b"message-id": _identifier,
    b"auto-submitted": _submitted,
    b"precedence": _precedence,
    b"feedback-id": _feedback,
    b"user-agent": _program,
    b"x-mailer": _program,
    b"x-php-originating-script": _script,
    b"x-php-script": _script,
    b"x-post-messageclass": _message_class,
    b"delivered-to": _message_class,
    b"thread-index": _thread_index,
}
"""Field → the function that finds facts in its value."""


def _senders(view: HeaderView, found: set[Fact], *, by_client: bool) -> None:
    """``by_client``: the mail has signs that only a client with which people write makes."""
    names = view.senders
    if names[:1] == ("",):
        found.add(Fact.NULL_SENDER)
    for name in names:
        if name.translate(_UNDELIMITED) in _DAEMONS:
            found.add(Fact.DAEMON)
        elif name == "postmaster":
            found.add(Fact.POSTMASTER)
        if is_for_tests(name):
            found.add(Fact.TEST_ADDRESS)
    # The mailbox in Sender is that of a calendar or a delegate; it says nothing of who wrote.
    if is_rewritten(view):
        found.add(Fact.REWRITTEN)
    authors = read_address_list(view.value(b"from")).local_parts if b"sender" in view.names else names
    for name in authors:
        use = programs.use_of(name)
        if use is not None and not (by_client and use is programs.MailboxUse.OFFICE):
            found.add(_USE_FACTS[use])


_USE_FACTS = {
    programs.MailboxUse.PROGRAM: Fact.NO_REPLY,
    programs.MailboxUse.DEVICE: Fact.SCAN,
    programs.MailboxUse.SHARED: Fact.SHARED,
    programs.MailboxUse.OFFICE: Fact.SHARED,
}


def is_for_tests(local_part: str) -> bool:
    """Whether a mailbox with this local-part, in lower case, is for tests."""
    return _TEST_ADDRESS.match(local_part) is not None


_PHRASE_FACTS = {
    PhraseKind.AWAY: Fact.AUTO_REPLY,
    PhraseKind.CONFIRMATION: Fact.ACCOUNT,
    PhraseKind.ONE_TIME_CODE: Fact.ONE_TIME_CODE,
    PhraseKind.RECEIPT: Fact.RECEIPT,
    PhraseKind.NOTICE: Fact.NOTICE,
}
_NEAR_BEGINNING = 24
"""Characters: a delivery notice's own words begin a Subject; further on they may be those of the mail that failed."""


def _subject(subject: str, folded: str, found: set[Fact]) -> None:
    found.update(_subjects(subject))
    if subjects.loud(subject):
        found.add(Fact.LOUD)
    if is_answer(folded):
        found.add(Fact.ANSWER_SUBJECT)
    if programs.DEVICE_SUBJECTS.match(folded):
        found.add(Fact.SCAN)
    passed_on = Fact.MAIL_PROGRAM in found and is_passed_on(folded)
    for phrase in phrases_in(folded):
        fact = _fact_of(phrase)
        # A person who answers or forwards a receipt keeps its Subject. An out-of-office answer may have such a prefix.
        if fact is not None and not (passed_on and fact is not Fact.AUTO_REPLY):
            found.add(fact)


def _fact_of(phrase: PhraseMatch) -> Fact | None:
    if phrase.kind in _PHRASE_FACTS:
        return _PHRASE_FACTS[phrase.kind]
    return Fact.DELIVERY_SUBJECT if phrase.start <= _NEAR_BEGINNING else None


_subjects = subjects.finder(
    {Fact.ABUSE_REPORT: subjects.COMPLAINT, Fact.TEST_SUBJECT: subjects.TEST, Fact.RELAY_TEST: subjects.RELAY_TEST}
)
