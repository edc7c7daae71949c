"""Finds the marking in a Subject. Words of a sentence are none: a marking has one of these forms.

=============================  =====================================================================================
``[SEC=PROTECTED, ACCESS=…]``  Australia's Email Protective Marking Standard, anywhere in the Subject
``[OFFICIAL-SENSITIVE]``       a bracket at the start or end that holds names of levels and caveats alone: the UK's
                               ``[OFFICIAL-SENSITIVE: COMMERCIAL]``, ``(CUI)``, ``[NATO RESTRICTED]``
``SECRET//NOFORN plan``        the syntax of the United States' banner lines and portion marks (``(S//NF)``), at the
                               start or end
``VS-NfD: plan``               at the start or end, in capitals or divided by a colon or dash: a name that no everyday
                               text has (NATO's, the EU's, ``CUI``, ``OFFICIAL-SENSITIVE``, ``Diffusion restreinte``)
=============================  =====================================================================================

``Re:`` and ``[EXTERNAL]`` and their like before a marking don't count. ``[Internal]``, ``[Public]`` and their like are
tags of mailing lists.
"""

from __future__ import annotations

import re
from itertools import takewhile

from catcher.fingerprint.header.levelwords import (
    folded,
    gravest,
    has_level_word,
    is_negated,
    level_words,
    levels_among,
    name_at,
    word_set,
)
from catcher.model.mail.marking import Level

_MAX_TAGS = 5
"""Most brackets at the start that are read: gateways put ``[EXTERNAL]`` before a marking."""
_READ = 1_000
"""Most characters of a Subject that are read."""
_AUSTRALIAN = re.compile(r"\[(?=[^\]]{0,200}?\b(?:SEC|DLM)\s*=)([^\]]{0,400})", re.IGNORECASE)
_ANSWERS = re.compile(
    r"(?>(?:\s*(?:re|fwd?|aw|wg|tr|sv|vs|vl|vb|fs|antw|rv|enc|odp|pd|ynt|ilt|res|rif|r|i|doorst|отв|回复|答复|转发)"
    r"\s*(?:\[\d{1,3}\])?\s*[:\uff1a])*)\s*",
    re.IGNORECASE,
)
_FIRST_BRACKET = re.compile(r"[\[({]([^\[\](){}]{1,100})[\])}]")
_LAST_BRACKET = re.compile(r"[\[({]([^\[\](){}]{1,100})[\])}]\.?\Z")
_LAST_BANNER = re.compile(r"(?:\A|\s)((?:[A-Z]{1,20} )?[A-Z]{1,20}//\S{1,80})\Z")
_DIVIDED = re.compile(r"\s*:(?:\s+|\Z)|\s+(?:[-\u2013\u2014|]+|//)\s+")
_CAVEATS = word_set(
    "nato cosmic eu ue eua euratom lux oe stg dep v vs commercial locsen staff eyes only uk us usa aus can nz"
    " fvey rel to releasable noforn nf nofo orcon sp basic specified prvcy privacy prop propin proprietary ctrl"
    " cti exptr legal privilege legislative secrecy cabinet caveat hcs si tk and handling dissem fed fedcon dl"
    " nocon limited distribution mark marked classification classified les sar cnwdi sigma rd frd fgi imc"
    " eapc pfp special france"
)
"""Words that stand beside a level in a marking: alliances, countries, caveats, dissemination controls."""
_ALLIANCES = word_set("nato cosmic eu ue euratom vs stg eyes")
"""Caveats beside which a level is a marking, in capitals, also without a bracket."""
_COUNTRIES_FOLLOW = (["rel", "to"], ["releasable", "to"])
_PORTIONS = {
    "ts": Level.TOP_SECRET,
    "s": Level.SECRET,
    "ns": Level.SECRET,
    "c": Level.CONFIDENTIAL,
    "nc": Level.CONFIDENTIAL,
    "nr": Level.RESTRICTED,
    "dr": Level.RESTRICTED,
    "u": Level.UNCLASSIFIED,
    "nu": Level.UNCLASSIFIED,
}
"""Portion marks (32 CFR 2001.24; NATO C-M(2002)49; DR of France's IGI 1300). They count before ``//``, or as
the whole value of a field."""
_TAGS = frozenset({Level.PRIVATE, Level.PERSONAL, Level.INTERNAL, Level.PUBLIC, Level.HIGH, Level.LOW})
_SPECIAL = frozenset({Level.CUI, Level.OFFICIAL_SENSITIVE})
_BY_NAME = frozenset({Level.RESTRICTED, Level.OFFICIAL_SENSITIVE})
"""Levels whose names of several words are no everyday text."""


def australian_marking(subject: str) -> str | None:
    """The text between the brackets of ``[SEC=…]`` in ``subject``, a decoded Subject; None without one."""
    found = _AUSTRALIAN.search(subject[:_READ])
    return found[1] if found else None


def subject_level(subject: str) -> Level | None:
    """The level of a marking in ``subject`` that has one of the other forms; None without one."""
    text = " ".join(subject[:_READ].split())
    if "//" not in text and not has_level_word(text):
        return None
    text = text[_end_of_answers(text, 0) :]
    found = [_bracket_level(match[1]) for match in (_LAST_BRACKET.search(text),) if match]
    for _ in range(_MAX_TAGS):
        tag = _FIRST_BRACKET.match(text)
        if tag is None or "//" in tag[1]:
            break
        found.append(_bracket_level(tag[1]))
        text = text[_end_of_answers(text, tag.end()) :]
    if "//" in text:
        found.append(banner_level(text))
        found += [banner_level(match[1]) for match in (_LAST_BANNER.search(text),) if match]
    parts = _DIVIDED.split(text, maxsplit=50)
    # A level may hold the divider itself: OFFICIAL: Sensitive, VS - NUR FÜR DEN DIENSTGEBRAUCH.
    candidates = {" ".join(parts[:count]) for count in (1, 2)} | {" ".join(parts[-count:]) for count in (1, 2)}
    found += [_special_level(part) for part in candidates]
    words = text.split()
    found.append(_run_level([*takewhile(_is_capital, words)]))
    last = [*takewhile(_is_capital, reversed(words))][::-1]
    before = level_words(" ".join(words[: len(words) - len(last)]))
    if not is_negated(before, len(before)):
        found.append(_run_level(last))
    return gravest([level for level in found if level is not None])


def _end_of_answers(text: str, start: int) -> int:
    """The offset behind ``Re:`` and its like from ``start`` on."""
    answers = _ANSWERS.match(text, start)
    return start if answers is None else answers.end()


def banner_level(text: str) -> Level | None:
    """The level of ``text`` that begins with a banner line (``SECRET//NOFORN``, ``(U//FOUO)``); None for others."""
    head, slashes, rest = text.lstrip("([{ ").partition("//")
    portion = _PORTIONS.get(folded(head).strip())
    level = portion if portion is not None else _level_alone(head)
    if not slashes or level is None:
        return None
    behind = _leading(level_words(" ".join(takewhile(_is_capital, rest[:200].split()))))
    if portion is not None and rest.strip() and not behind:
        return None  # "S//W update", "C//C++"
    return gravest([level, *levels_among(behind)]) if not rest or not rest[0].islower() else None


def portion_level(text: str) -> Level | None:
    """The level of ``text`` that is a portion mark alone (``S``, ``NR``) or begins with a banner line."""
    return _PORTIONS.get(folded(text).strip(" ()")) or banner_level(text)


def _bracket_level(text: str) -> Level | None:
    if "//" in text:
        return banner_level(text)
    level = _level_alone(text)
    if level in _TAGS or (level is Level.OFFICIAL and not text.isupper()):
        return None
    return None if text.islower() and len(text.split()) == 1 and level not in _SPECIAL else level


def _level_alone(text: str) -> Level | None:
    """The level in ``text`` if all its words are names of levels or caveats."""
    words = [word for word in level_words(text[:200]) if word.isalpha()]
    return gravest(levels_among(words)) if len(_leading(words)) == len(words) else None


def _special_level(text: str) -> Level | None:
    """The level of a part of a Subject that is a marking alone, by a name that everyday texts don't have."""
    level = _level_alone(text)
    if level is None:
        return None
    words = level_words(text)
    several = any(name_at(words, place)[0] > 1 for place in range(len(words)))
    if several and (level in _BY_NAME or words[0] == "vs"):
        return level
    by_name = level in _SPECIAL or not _ALLIANCES.isdisjoint(words)
    return level if by_name and all(map(_is_capital, text.split())) else None


def _run_level(words: list[str]) -> Level | None:
    """The level of ``words``, capitals beside other words of a Subject. One word is no marking (``CUI training``)."""
    return None if len(words) == 1 and words[0].isalnum() else _special_level(" ".join(words))


def _leading(words: list[str]) -> list[str]:
    """The names of levels and the caveats at the start of ``words``; all, where countries follow."""
    place = 0
    while place < len(words):
        if place and words[place : place + 2] in _COUNTRIES_FOLLOW:
            return words
        length, level = name_at(words, place)
        if level is None and words[place] not in _CAVEATS and words[place] != "/":
            break
        place += length
    return words[:place]


def _is_capital(word: str) -> bool:
    return word.isupper() or word in ("Stg.", "Dep.", "VS-NfD")
