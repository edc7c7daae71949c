"""Names of languages, tags like ``fr`` and ``pt-br`` (RFC 5646 §2.1) in lower case; the languages that catcher brings.

Such a language is a member of ``Language`` with its English name, and has ``report/words.py`` and
``report/templates/TAG`` for reports, ``smtp/explanations/TAG.txt`` for senders.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import assert_never

LANGUAGE = r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?"
"""A pattern: a language, and a region or script where it matters."""

_WHOLE = re.compile(LANGUAGE)


class Language(StrEnum):
    """Languages in which catcher brings reports and explanations."""

    ENGLISH = "en"
    FRENCH = "fr"

    @property
    def english_name(self) -> str:
        """As sentences to the operator name it."""
        match self:
            case Language.ENGLISH:
                return "English"
            case Language.FRENCH:
                return "French"
            case _:
                assert_never(self)


def named_languages() -> str:
    """The languages that catcher brings, as a sentence names them: ``English and French``."""
    *others, last = (language.english_name for language in Language)
    return f"{', '.join(others)} and {last}"


def is_language(text: str) -> bool:
    """Whether ``text`` has the form of such a tag."""
    return _WHOLE.fullmatch(text) is not None
