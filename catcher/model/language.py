"""Language tags like ``fr`` and ``pt-br`` (RFC 5646 §2.1) in lower case, and the languages whose texts catcher has.

Each of these languages is a member of ``Language`` with its English name. Its words are in ``report/words.py``, its
reports in ``report/templates/TAG``, its explanation for senders in ``smtp/explanations/TAG.txt``.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import assert_never

LANGUAGE = r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?"
"""Pattern of a tag: a language, and a region or script if it matters."""

_WHOLE = re.compile(LANGUAGE)


class Language(StrEnum):
    """Languages in which catcher has its own reports and explanations."""

    ENGLISH = "en"
    FRENCH = "fr"

    @property
    def english_name(self) -> str:
        """The language's name in sentences to the operator."""
        match self:
            case Language.ENGLISH:
                return "English"
            case Language.FRENCH:
                return "French"
            case _:
                assert_never(self)


def named_languages() -> str:
    """The languages of catcher's own texts, in the form of a sentence: ``English and French``."""
    *others, last = (language.english_name for language in Language)
    return f"{', '.join(others)} and {last}"


def is_language(text: str) -> bool:
    """Whether ``text`` has the form of a language tag."""
    return _WHOLE.fullmatch(text) is not None
