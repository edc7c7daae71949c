"""Names of languages: tags like ``fr`` and ``pt-br`` (RFC 5646 §2.1), in lower case."""

from __future__ import annotations

import re

LANGUAGE = r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?"
"""A pattern: a language, and a region or script where it matters."""

_WHOLE = re.compile(LANGUAGE)


def is_language(text: str) -> bool:
    """Whether ``text`` has the form of such a tag."""
    return _WHOLE.fullmatch(text) is not None
