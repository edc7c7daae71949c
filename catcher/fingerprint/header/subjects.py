"""Looks for patterns in a decoded Subject.

A Subject is read in memory; at most words of ``facts.Fact`` are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

_Key = TypeVar("_Key")


def finder(patterns: Mapping[_Key, str]) -> Callable[[str], list[_Key]]:
    """The function from a text to the keys of all ``patterns`` found in it, in upper or lower case.

    The patterns are in lower case. Most texts are ASCII, and a search in lower-case ASCII is several times as fast.
    """
    for_lower_case = [(key, re.compile(pattern).search) for key, pattern in patterns.items()]
    for_any_case = [(key, re.compile(pattern, re.IGNORECASE).search) for key, pattern in patterns.items()]

    def found(text: str) -> list[_Key]:
        if text.isascii():
            lower = text.lower()
            return [key for key, search in for_lower_case if search(lower)]
        return [key for key, search in for_any_case if search(text)]

    return found


COMPLAINT = r"^(?:complaint about message from |abuse report\b|fw: abuse report\b|\[?arf\]?[: ])"
"""Subjects of abuse reports in a form older than RFC 5965."""

TEST = (
    r"\A(?:(?:this is )?(?:a |just a )?(?:smtp |mail |e-?mail |relay )?(?:test(?:ing)?|tests?mail|probe|essai|prueba)"
    r"(?: ?(?:e-?mail|mail|message|nachricht|relay|\d{1,4}))?|ping|asdf+|hello world)[\s.!\d]*\Z"
)
"""Whole Subjects of test messages."""

RELAY_TEST = (
    r"\A\s*(?:open[- ]?relay|relay (?:test|check|probe)|smtp (?:relay|probe|scan|check))"
    r"|\A[^\w]*(?:\d{1,3}\.){3}\d{1,3}(?:[:;|, ]\s*\d{1,5})?[^\w]*\Z"
)
"""Subjects of programs that look for open relays: the server's address, or the word relay."""


def loud(subject: str) -> bool:
    """Whether ``subject`` is all capitals or has several exclamation marks."""
    return (subject.isupper() and letters(subject) > 9) or subject.count("!") > 1


def letters(text: str) -> int:
    """The number of letters in ``text``."""
    return sum(map(str.isalpha, text))
