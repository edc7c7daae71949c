"""Looks for the phrases of ``languages`` in a Subject.

A Subject's words are looked up two by two, so the number of phrases costs little. The work is linear in the Subject's
length: each word begins few phrases, and each phrase looks at a bounded number of words behind it.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache

from catcher.fingerprint.nature.languages import LANGUAGES
from catcher.model.value import value


class PhraseKind(StrEnum):
    """What a phrase says; the words are the columns of ``languages.LanguagePhrases``."""

    AWAY = "away"
    CONFIRMATION = "confirmation"
    ONE_TIME_CODE = "one_time_code"
    RECEIPT = "receipt"
    NOTICE = "notice"
    DELAY = "delay"
    FAILURE = "failure"
    SUCCESS = "success"


@value
class PhraseMatch:
    """A phrase in a Subject: places are offsets in characters from where the Subject's own words begin."""

    kind: PhraseKind
    start: int
    end: int


@value
class _Word:
    text: str
    any_ending: bool
    colon: bool
    after_gap: bool


@value
class _Phrase:
    kind: PhraseKind
    first: bool
    """Whether it stands at the beginning only."""
    words: tuple[_Word, ...]


@value
class _Beginning:
    """The phrases that begin with one word."""

    by_second: dict[str, list[_Phrase]]
    """Second word, where it is whole and follows at once → phrases."""
    others: list[_Phrase]


_GAP_WORDS, _GAP_CHARACTERS = 4, 12
_LETTERS = 3
"""Letters by which a first word with any ending is looked up."""
_IDEOGRAPHIC = frozenset({"ja", "zh", "ko"})
_WORD = re.compile(r"\w+")
_GAP = re.compile("(…+)")
_PREFIX = (
    r"re|fw|fwd|aw|wg|sv|vs|vb|vl|odp|pd|ynt|ilt|rv|tr|r|i|rif|antw|doorst|res|enc|ref|va|ha|отв|ответ|пер|від"
    r"|пересл|απ|σχετ|πρθ|השב|הועבר|رد|회신|답장|전달|回复|回覆|答复|答覆|转发|轉寄|返信|転送"
)
_LEAD = re.compile(rf"(?:\s|[*<>\-]|\[[^\[\]]{{0,60}}\]|(?:{_PREFIX})(?:\[\d{{1,3}}\]|\(\d{{1,3}}\))?\s?[:：])*")
"""Tags in brackets and prefixes of answers, before a Subject's own words."""
_ANSWER = re.compile(
    r"(?:\s|\[[^\[\]]{0,60}\])*(?:re|aw|sv|vs|odp|ynt|r|rif|antw|res|ref|va|отв|ответ|від|απ|השב|رد|회신|답장|回复|回覆"
    r"|答复|答覆|返信|accepted|declined|tentative(?:ly accepted)?|zugesagt|abgelehnt|mit vorbehalt|angenommen"
    r"|akzeptiert|accepte"
    r"|refuse"
    r"|provisoire|aceptad[oa]|rechazad[oa]|accettato|rifiutato|aceite|aceito|recusado|geaccepteerd|geweigerd"
    r"|zaakceptowano|odrzucono|принято|отклонено|прийнято|відхилено|prijato|odmitnuto|accepterat|tackat nej|accepteret"
    r"|afvist|hyvaksytty|hylatty|kabul edildi|reddedildi|التسجيل مقبول|مقبول|مرفوض|התקבל|נדחה|承諾|承諾済み|辞退|已接受"
    r"|已拒绝"
    r"|수락됨|거절됨)(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]"
)
"""The beginning of an answer's Subject, also of the answer to an invitation (RFC 5546 §3.2.3), folded."""
_FORWARD = re.compile(
    r"(?:\s|\[[^\[\]]{0,60}\])*(?:fw|fwd|wg|vb|vl|pd|ilt|rv|tr|i|doorst|enc|пер|пересл|πρθ|הועבר|전달"
    r"|转发|轉寄|転送)\s?[:：]"
)
_LETTERS_ALONE = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "·": " "})


def fold_case(text: str) -> str:
    """``text`` in lower case, without accents and invisible characters, in compatibility form (NFKD, then NFC)."""
    text = text.lower()
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS_ALONE))
    kept = "".join([c for c in apart if unicodedata.category(c) not in ("Mn", "Cf")])
    return unicodedata.normalize("NFC", kept)


def is_answer(folded: str) -> bool:
    """Whether a folded Subject begins as an answer's."""
    return _ANSWER.match(folded) is not None


def is_passed_on(folded: str) -> bool:
    """Whether a folded Subject begins as an answer's or a forwarded mail's."""
    return is_answer(folded) or _FORWARD.match(folded) is not None


def phrases_in(folded: str) -> list[PhraseMatch]:
    """The phrases in a folded Subject: for each kind the first one, and the longest of those at its place; in the order
    of their places, the longer first."""
    lead = _LEAD.match(folded)
    begin = lead.end() if lead else 0
    spans = [match.span() for match in _WORD.finditer(folded, begin)]
    words = [folded[start:end] for start, end in spans]
    found: dict[PhraseKind, PhraseMatch] = {}
    table, anywhere = _table()
    for at, word in enumerate(words):
        beginnings = [table.get(word), table.get(word[:_LETTERS] + "*")]
        if word.isdigit() and 4 <= len(word) <= 8:
            beginnings.append(table.get("#"))
        for beginning in beginnings:
            if beginning is None:
                continue
            possible = beginning.others
            if at + 1 < len(words) and words[at + 1] in beginning.by_second:
                possible = possible + beginning.by_second[words[at + 1]]
            for phrase in possible:
                if phrase.first and at:
                    continue
                end = _end(phrase.words, words, spans, folded, at)
                if end is not None:
                    _note(found, PhraseMatch(phrase.kind, spans[at][0] - begin, spans[end][1] - begin))
    if not folded.isascii() and any(c >= "\u2e80" for c in folded):
        for kind, pattern in anywhere.items():
            match = pattern.search(folded, begin)
            if match:
                _note(found, PhraseMatch(kind, match.start() - begin, match.end() - begin))
    return sorted(found.values(), key=lambda each: (each.start, -each.end))


def _note(found: dict[PhraseKind, PhraseMatch], new: PhraseMatch) -> None:
    old = found.get(new.kind)
    if old is None or (new.start, -new.end) < (old.start, -old.end):
        found[new.kind] = new


def _end(phrase: tuple[_Word, ...], words: list[str], spans: list[tuple[int, int]], text: str, at: int) -> int | None:
    """The index of the last word of ``phrase`` where it stands at word ``at``; None where it doesn't. A gap takes the
    nearest word that fits."""
    place = at - 1
    for wanted in phrase:
        nearest = place + 1
        last = min(nearest + _GAP_WORDS, len(words) - 1) if wanted.after_gap else min(nearest, len(words) - 1)
        for place in range(nearest, last + 1):
            if _fits(wanted, words[place]) and (not wanted.colon or _colon_follows(text, spans[place][1])):
                break
        else:
            return None
    return place


def _fits(wanted: _Word, word: str) -> bool:
    if wanted.text == "#":
        return word.isdigit() and 4 <= len(word) <= 8
    return word.startswith(wanted.text) if wanted.any_ending else word == wanted.text


def _colon_follows(text: str, place: int) -> bool:
    return text[place : place + 2].lstrip().startswith((":", "："))


@cache
def _table() -> tuple[dict[str, _Beginning], dict[PhraseKind, re.Pattern[str]]]:
    """(first word → its phrases, kind → pattern for languages without blanks between words), made once when needed."""
    table: dict[str, _Beginning] = {}
    anywhere: dict[PhraseKind, list[str]] = {kind: [] for kind in PhraseKind}
    for language in LANGUAGES:
        for kind in PhraseKind:
            for text in filter(None, getattr(language, kind).split("|")):
                if language.code in _IDEOGRAPHIC:
                    anywhere[kind].append("".join(map(_piece, _GAP.split(text))))
                else:
                    phrase = _phrase(kind, fold_case(text))
                    first = phrase.words[0]
                    key = first.text[:_LETTERS] + "*" if first.any_ending else first.text
                    _file(table.setdefault(key, _Beginning({}, [])), phrase)
    return table, {kind: re.compile("|".join(texts)) for kind, texts in anywhere.items()}


def _piece(text: str) -> str:
    """A pattern for a piece of a phrase: a gap, or words."""
    return f".{{0,{_GAP_CHARACTERS * len(text)}}}" if text.startswith("…") else re.escape(fold_case(text))


def _file(beginning: _Beginning, phrase: _Phrase) -> None:
    second = phrase.words[1] if len(phrase.words) > 1 else None
    if second is None or second.after_gap or second.any_ending or second.text == "#":
        beginning.others.append(phrase)
    else:
        beginning.by_second.setdefault(second.text, []).append(phrase)


def _phrase(kind: PhraseKind, text: str) -> _Phrase:
    words: list[_Word] = []
    gap = False
    for word in text.removeprefix("^").split():
        if word in ("…", "..."):
            gap = True
            continue
        plain = word.rstrip(":*")
        words.append(_Word(plain, any_ending="*" in word, colon=word.endswith(":"), after_gap=gap))
        gap = False
    return _Phrase(kind, text.startswith("^"), tuple(words))
