"""Whether a row that a worker sent is one that catcher could have written: a taken-over worker stores nothing that
later stops fold, purge or a report.

Each column has the type that its field has in the dictionary; a column with parts must decode, and its parts must have
their types, too. The checks are made from the annotations of ``Observation``: a new field needs no line here.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from math import isfinite
from operator import itemgetter
from typing import Any, Union, get_args, get_origin, get_type_hints

from catcher.model.clock import Clock
from catcher.model.mail.observation import Observation
from catcher.model.ports import ObservationRow
from catcher.store.codec import CODERS, Coder, moment_from_text, moment_to_text

MOST_TEXT = 256 * 1024
"""Most characters of one column: a thousand tokens of recipients have 19,000."""
OBSERVED_WITHIN = timedelta(days=2)
"""Longest time between a new row's moment and now. A transaction lasts for an hour at most; a store keeps tables for
each day, and a worker can't make it keep them for other days."""
_INTEGERS = range(-(2**63), 2**63)

_TEXTS = tuple[str, ...]
_OBSERVED_AT = tuple(CODERS).index("observed_at")

_Check = Callable[[Any], bool]


class RowCheck:
    """The check of new rows and of revisions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: set[tuple[str | None, ...]] = set()
        """The columns ``_REPEATED`` of rows that could be read."""

    def refusal(self, rows: Sequence[ObservationRow], *, revises: bool = False) -> str:
        """The reason for which ``rows`` of one commit can't be stored; '' when they can be. It holds nothing of the
        rows but the name of a column."""
        checks, others = _checks(), _checks_of_others()
        for row in rows:
            if not isinstance(row, (list, tuple)) or len(row) != len(checks):
                return "a worker sent a row with other columns"
            repeated = _repeated(row)
            for place, name, check in others if self._is_known(repeated) else checks:
                if not check(row[place]):
                    return f"a worker sent a row whose {name} can't be read"
            self._known.add(repeated)
            if not revises and not self._is_of_now(row[_OBSERVED_AT]):
                return "a worker sent a row of another day"
        return ""

    def _is_known(self, repeated: tuple[Any, ...]) -> bool:
        try:
            known = repeated in self._known
        except TypeError:  # no text in one of them
            return False
        if not known and len(self._known) >= MOST_KNOWN:
            self._known.clear()
        return known

    def _is_of_now(self, observed_at: str) -> bool:
        return abs(self._clock.now() - moment_from_text(observed_at)) <= OBSERVED_WITHIN


@cache
def _checks() -> tuple[tuple[int, str, _Check], ...]:
    """The columns in their order, each with its place and its check."""
    hints = _hints(Observation)
    return tuple((place, name, _check(name, hints[name])) for place, name in enumerate(CODERS))


@cache
def _checks_of_others() -> tuple[tuple[int, str, _Check], ...]:
    return tuple(each for each in _checks() if each[1] not in _REPEATED)


_REPEATED = (
    *("domain", "policy", "outcome", "size_class", "fresh_reason", "sender", "intended", "nature", "markings"),
    "authentication",
)
"""Columns that many mails have in common. Each is text or NULL: numbers of other types may be equal to a right one."""
_repeated = itemgetter(*map(tuple(CODERS).index, _REPEATED))
MOST_KNOWN = 2_048
"""Most of them; each is about a kilobyte."""


def _check(column: str, hint: Any) -> _Check:
    kinds = _members(hint)
    nullable = type(None) in kinds
    (kind,) = (each for each in kinds if each is not type(None))
    if kind is bool:
        return lambda held: type(held) is int and held in (0, 1)
    if kind is int:
        return lambda held: (held is None and nullable) or (type(held) is int and held in _INTEGERS)
    if kind is str:
        return _is_text_or_none if nullable else _is_text
    if kind is datetime:
        return lambda held: type(held) is str and _is_moment(held)
    if hint == _TEXTS:
        coder = CODERS[column]
        return lambda held: _is_text(held) and (_PLAIN_TEXTS(held) is not None or _is_as_written(coder, held))
    return lambda held: (held is None and nullable) or (_is_text(held) and _decodes(column, held))


def _is_text(held: object) -> bool:
    """Whether it is text that SQLite and every encoder take: no surrogates."""
    return type(held) is str and len(held) <= MOST_TEXT and (held.isascii() or _is_unicode(held))


def _is_text_or_none(held: object) -> bool:
    return held is None or _is_text(held)


_PLAIN_TEXTS = re.compile(r'\[(?:"[0-9A-Za-z_-]*"(?:,"[0-9A-Za-z_-]*")*)?\]').fullmatch
"""A list of texts with nothing to escape: tokens."""


def _is_as_written(coder: Coder, text: str) -> bool:
    """Whether ``coder`` writes what it reads: a decoder of a list of texts stops at the end of the list, and takes
    other values than texts."""
    try:
        return bool(coder.write(coder.read(text)) == text)
    except (ValueError, TypeError, RecursionError):
        return False


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=64)
def _is_moment(text: str) -> bool:
    try:
        moment = moment_from_text(text)
        return moment_to_text(moment) == text and moment.second == 0
    except ValueError:
        return False


@lru_cache(maxsize=2048)
def _decodes(column: str, text: str) -> bool:
    try:
        return conforms(CODERS[column].read(text), _hints(Observation)[column])
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        return False


def conforms(held: object, hint: Any) -> bool:
    """Whether a value has the type that ``hint`` names, down to its parts."""
    kinds = _members(hint)
    if len(kinds) > 1:
        return any(conforms(held, kind) for kind in kinds)
    if get_origin(hint) is tuple:
        (of, _) = get_args(hint)
        return isinstance(held, tuple) and all(conforms(each, of) for each in held)
    if hint is float:
        return type(held) in (int, float) and isfinite(held)  # type: ignore[arg-type]
    if hint is str:
        return _is_text(held)
    if isinstance(hint, type) and (issubclass(hint, StrEnum) or not is_dataclass(hint)):
        return type(held) is hint
    return type(held) is hint and all(conforms(getattr(held, name), of) for name, of in _hints(hint).items())  # type: ignore[arg-type]


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _members(hint: Any) -> tuple[Any, ...]:
    """The types that a union names; else the one type."""
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
