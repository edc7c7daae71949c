"""Finds the traits of a header section in the fields that the author's program wrote.

Fields of receivers and list servers (Received, Sender, List-*, Precedence, X-Spam-*, Delivered-To …) are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from catcher.fingerprint.header import fieldnames, subjects
from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.nature.trait import Trait

_CACHED_DAYS = 1_024
"""Most dates whose fault is cached."""


def traits(view: HeaderView) -> set[Trait]:
    """All traits of a header section."""
    found: set[Trait] = set()
    for find in _FINDERS:
        find(view, found)
    return found


_ANSWER = re.compile(r"(?:\[[^\]]{0,40}\] ?)?(?:re|aw|sv|vs|odp|ynt|rv|fw|fwd|wg|tr|r|antw|res)(?:\[\d+\])?:", re.I)


def _thread(view: HeaderView, found: set[Trait]) -> None:
    answers = not fieldnames.ANSWERING.isdisjoint(view.names)
    if answers:
        found.add(Trait.REPLY)
    if view.subject and _ANSWER.match(view.subject):
        found.add(Trait.RE if answers else Trait.RE_ALONE)
    if not fieldnames.OWN.isdisjoint(view.names):
        found.add(Trait.OWN_FIELDS)


def _people(view: HeaderView, found: set[Trait]) -> None:
    name, authors = _display_name(view.value(b"from")), view.authors
    if name:
        found.add(Trait.FROM_NAME)
    if not authors:
        found.add(Trait.FROM_UNREAD)
    else:
        author = authors[0]
        if len(authors) > 1:
            found.add(Trait.FROM_SEVERAL)
        if "@" in name and author.domain in name.lower():
            found.add(Trait.FROM_NAME_IS_ADDRESS)
        if _THREE_DIGITS.match(author.local_part):
            found.add(Trait.FROM_DIGITS)
        if _DIGIT.search(author.domain):
            found.add(Trait.FROM_DOMAIN_DIGITS)
        if author in view.recipients:
            found.add(Trait.TO_IS_FROM)
    answers_to = view.answers_to
    # A list server's Reply-To names the list, and To or Cc also name it.
    if answers_to and answers_to[0] not in view.recipients:
        elsewhere = not authors or not _related(answers_to[0].domain, authors[0].domain)
        found.add(Trait.REPLY_TO_ELSEWHERE if elsewhere else Trait.REPLY_TO)
    _recipients(view, found)


_DIGIT = re.compile(r"\d")
_THREE_DIGITS = re.compile(r"(?:\D*+\d){3}")


def _recipients(view: HeaderView, found: set[Trait]) -> None:
    named = view.recipients
    if not named:
        found.add(Trait.TO_NONE)
    else:
        name = _display_name(view.value(b"to")).strip("\"'").lower()
        if name:
            found.add(
                Trait.TO_NAME_IS_LOCAL
                if name in (named[0].local_part.lower(), named[0].address.lower())
                else Trait.TO_NAME
            )
        if len(named) > 1:
            found.add(Trait.TO_MANY if len(named) > 6 else Trait.TO_SEVERAL)


def _display_name(value: bytes) -> str:
    """The display name: the text before the first ``<``, or in a trailing comment."""
    before, bracket, _ = value[:300].partition(b"<")
    text = before.decode("utf-8", "replace")
    if bracket:
        return text.strip().strip('"').strip()
    _, parenthesis, comment = text.partition("(")
    return comment.rstrip(") \t") if parenthesis else ""


_ID = re.compile(r"<([^\s<>@]+)@([^\s<>@]+)>\Z")


def _identifier(view: HeaderView, found: set[Trait]) -> None:
    value = view.value(b"message-id").decode("ascii", "replace")
    if not value:
        found.add(Trait.ID_NONE)
        return
    match = _ID.match(value)
    if match is None:
        found.add(Trait.ID_MALFORMED)
        return
    left, host = match[1], match[2].lower()
    if "." in host and not (view.authors and _related(host, view.authors[0].domain)):
        found.add(Trait.ID_OTHER_DOMAIN)
    if "$" in left:
        found.add(Trait.ID_DOLLAR)


def _related(one: str, other: str) -> bool:
    """Whether two names share their last two labels, or three when the last two are short: probably one owner."""
    labels = one.split(".")[-3:]
    kept = 3 if len(labels) == 3 and len(labels[1]) <= 3 and len(labels[2]) == 2 else 2
    return labels[-kept:] == other.split(".")[-kept:]


_DATE = re.compile(
    r"(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s*)?(\d{1,2})\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+"
    r"(\d{4})\s+\d{1,2}:\d\d(?::\d\d)?\s*([+-]\d{4}|[a-z]{1,5})?(?:\s|\Z)"
)
_DAYS, _MONTHS = "montuewedthufrisatsun", "janfebmaraprmayjunjulaugsepoctnovdec"


def _date(view: HeaderView, found: set[Trait]) -> None:
    value = view.value(b"date").decode("ascii", "replace").lower()
    if not value:
        found.add(Trait.DATE_NONE)
        return
    match = _DATE.match(value)
    if match is None or match[5] is None:
        found.add(Trait.DATE_MALFORMED)
        return
    if match[1] is not None:
        fault = _fault_of_day(*match.group(1, 2, 3, 4))
        if fault:
            found.add(fault)


@lru_cache(_CACHED_DAYS)
def _fault_of_day(weekday: str, day: str, month: str, year: str) -> Trait | None:
    """The fault of a date; None for a correct date. Cached, since most mails were written in the last few days."""
    try:
        written = date(int(year), _MONTHS.index(month) // 3 + 1, int(day))
    except ValueError:
        return Trait.DATE_MALFORMED
    return None if written.weekday() == _DAYS.index(weekday) // 3 else Trait.DATE_WRONG_WEEKDAY


_MONEY = r"[$€£¥]|\d ?%|\b(?:usd|eur|us\$)\b"
_OFFER = (
    r"\b(?:free|sav(?:e|ings?)|offers?|cash|money|income|earn|profits?|invest\w*|loans?|mortgages?|credit|debts?|rates?"
    r"|guarante\w+|win(?:ner|ning)?|won|prizes?|lottery|bonus|cheap\w*|discount\w*|deals?|sale|lowest|price[sd]?|buy"
    r"|order|act now|viagra|pills?|meds|pharmacy|weight|diet|health|insurance|casino|adult|sex\w*|hot|teens?|girls?"
    r"|xxx|porn|horny|urgent|confidential|assistance|business|opportunit\w+|proposal|partnership|million|transfer|click|limited"
    r"|don'?t miss|special|amazing|unlimited|instant\w*|secrets?|cell ?phone|inkjet|printers?|toner|software|dvd|copy"
    r"|your (?:account|mailbox|password)|verify|suspended|winner|gift|approved|membership|traffic|e-?mail(?:s|ing)?)\b"
)
_RANDOM = re.compile(r"[#\[(]?\d{4,}[\])]?\Z|[a-z]*\d+[a-z]+\d*[a-z]*\Z")
_YOU = r"\b(?:you|your|yours|u)\b"
_signs = subjects.finder({Trait.SUBJECT_MONEY: _MONEY, Trait.SUBJECT_OFFER: _OFFER, Trait.SUBJECT_YOU: _YOU})


def _subject(view: HeaderView, found: set[Trait]) -> None:
    text = view.subject.strip()
    if not text:
        found.add(Trait.SUBJECT_NONE)
        return
    if text.isupper() and subjects.letters(text) > 5:
        found.add(Trait.SUBJECT_LOUD)
    found.update(_signs(text))
    before, *last = text.rsplit(None, 1)
    if last and (_RANDOM.match(last[0]) or (2 <= len(last[0]) <= 20 and len(text) - len(before) - len(last[0]) >= 4)):
        found.add(Trait.SUBJECT_TAIL)
    if "!" in text:
        found.add(Trait.SUBJECT_CRY)
    if "?" in text:
        found.add(Trait.SUBJECT_QUESTION)
    if "�" in text:
        found.add(Trait.SUBJECT_RAW)
    words = text.split()
    if len(words) > 3 and len([word for word in words if word[0].isupper()]) > 0.75 * len(words):
        found.add(Trait.SUBJECT_TITLE)


_TYPES = {
    "text/plain": Trait.PLAIN,
    "text/html": Trait.HTML,
    "multipart/alternative": Trait.ALTERNATIVE,
    "multipart/related": Trait.ALTERNATIVE,
    "multipart/mixed": Trait.MIXED,
    "multipart/signed": Trait.SIGNED,
    "multipart/encrypted": Trait.SIGNED,
}


def _content(view: HeaderView, found: set[Trait]) -> None:
    value = view.value(b"content-type")
    if not value:
        return
    kind = value.partition(b";")[0].strip().lower().decode("ascii", "replace")
    if kind in _TYPES:
        found.add(_TYPES[kind])
    if kind.startswith("text/") and view.value(b"content-transfer-encoding").lower() == b"base64":
        found.add(Trait.BASE64_TEXT)


_PEOPLES = re.compile(
    rb"outlook|thunderbird|apple mail|iphone mail|ipad mail|mutt|evolution|kmail|gnus|mozilla|eudora|lotus notes"
    rb"|roundcube|horde|squirrelmail|zimbra|the bat!|pine|mew |sylpheed|claws|exmh|vm |internet mail service|imp/"
)
_HIGH = re.compile(rb"\s*(?:1|2|high|urgent|highest)\b", re.I)


def _program(view: HeaderView, found: set[Trait]) -> None:
    program = view.value(b"user-agent") + view.value(b"x-mailer")
    mimeole = b"x-mimeole" in view.names
    if program:
        found.add(Trait.PROGRAM if _PEOPLES.search(program.lower()) else Trait.PROGRAM_OTHER)
        if b"Outlook" in program and not mimeole and (b"Express" in program or b"Build" in program):
            found.add(Trait.PROGRAM_FORGED)
    elif mimeole or b"x-msmail-priority" in view.names:
        found.add(Trait.MIMEOLE_ALONE)
    priorities = fieldnames.PRIORITIES & view.names
    if priorities:
        high = any(_HIGH.match(view.fields[name]) for name in priorities)
        found.add(Trait.PRIORITY if high else Trait.PRIORITY_NORMAL)
    if view.damaged:
        found.add(Trait.DAMAGED)
    if view.repeated:
        found.add(Trait.REPEATED)


_FINDERS: tuple[Callable[[HeaderView, set[Trait]], None], ...] = (
    _thread,
    _people,
    _identifier,
    _date,
    _subject,
    _content,
    _program,
)
