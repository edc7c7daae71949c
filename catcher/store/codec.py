"""Observation ↔ row: a column for each field of the dictionary; a field with parts is JSON as in the outer surface."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar

from catcher.model.mail.fingerprint import (
    ArcResult,
    Authentication,
    AuthResult,
    Basis,
    DkimResult,
    DmarcResult,
    Evidence,
    EvidenceKind,
    Intended,
    IntendedCandidate,
    MailClass,
    Nature,
    Sender,
    SpfResult,
    Tier,
    TypoKind,
)
from catcher.model.mail.marking import Marking, Scheme
from catcher.model.mail.observation import Observation, SizeClass
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.ports import ColumnValue

_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode
_loads = json.JSONDecoder().decode
_loads_first = json.JSONDecoder().raw_decode
E = TypeVar("E", bound=StrEnum)


@lru_cache(maxsize=64)
def moment_to_text(moment: datetime) -> str:
    """A moment as ``2026-11-03T12:00:00Z``: the order of these texts is the order of the moments. ``moment`` is aware
    and a whole second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def bound_to_text(moment: datetime) -> str:
    """The first whole second at or after ``moment``, as text. Stored moments are whole seconds, so the bound selects
    the same rows as ``moment``."""
    return moment_to_text(moment + timedelta(microseconds=-moment.microsecond % 1_000_000))


def moment_from_text(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _texts(texts: tuple[str, ...]) -> str:
    return f"[{','.join(map(encode_basestring_ascii, texts))}]"


class _Jsonable(Protocol):
    def to_json(self) -> dict[str, Any]: ...

    def __hash__(self) -> int: ...


@lru_cache(maxsize=1024)
def _json(value: _Jsonable) -> str:
    """The JSON text of ``value``, cached because senders repeat. Equal values get texts that decode to equal values."""
    return _dumps(value.to_json())


@lru_cache(maxsize=1024)
def _json_list(values: tuple[_Jsonable, ...]) -> str:
    return _dumps([value.to_json() for value in values])


def texts(column: str) -> tuple[str, ...]:
    """The texts in a column that holds a list of texts."""
    found, _ = _loads_first(column)
    return tuple(found)


def _optional(enum: type[E]) -> Callable[[str | None], E | None]:
    return lambda text: None if text is None else enum(text)


def _evidence(items: list[Any]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(Tier(e["tier"]), EvidenceKind(e["kind"]), e["domain"], AuthResult(e["result"])) for e in items
    )


@lru_cache(maxsize=1024)
def sender_from(text: str) -> Sender:
    """The value of the column ``sender``."""
    j = _loads(text)
    return Sender(j["domain"], j["organisation"], Tier(j["tier"]), _evidence(j["evidence"]), _evidence(j["conflicts"]))


@lru_cache(maxsize=1024)
def _intended(text: str) -> tuple[Intended, ...]:
    return tuple(
        Intended(
            j["typed"],
            j["domain"],
            j["organisation"],
            Basis(j["basis"]),
            tuple(IntendedCandidate(c["domain"], c["score"], c["edit"]) for c in j["candidates"]),
            j["abstained"],
        )
        for j in _loads(text)
    )


@lru_cache(maxsize=1024)
def nature_from(text: str) -> Nature:
    j = _loads(text)
    return Nature(MailClass(j["class"]), j["genuine"], _optional(TypoKind)(j["typo"]), tuple(j["reasons"]))


@lru_cache(maxsize=1024)
def _markings(text: str) -> tuple[Marking, ...]:
    return tuple(Marking(Scheme(j["scheme"]), j["level"], j.get("signed", False)) for j in _loads(text))


@lru_cache(maxsize=1024)
def _from_markings(markings: tuple[Marking, ...]) -> str:
    """As ``_json_list``, and whether the field was signed, which the outer surface leaves out."""
    return _dumps([{**marking.to_json(), "signed": marking.signed} for marking in markings])


@lru_cache(maxsize=1024)
def _authentication(text: str) -> Authentication:
    j = _loads(text)
    spf, dmarc = j["spf"], j["dmarc"]
    return Authentication(
        SpfResult(AuthResult(spf["result"]), spf["domain"], spf["scope"]),
        tuple(
            DkimResult(AuthResult(d["result"]), d["domain"], d["selector"], d["algorithm"], d["aligned"])
            for d in j["dkim"]
        ),
        DmarcResult(AuthResult(dmarc["result"]), dmarc["domain"], dmarc["policy"]),
        ArcResult(AuthResult(j["arc"]["result"])),
    )


class Coder(NamedTuple):
    """The two conversions between a field's value and its column's value."""

    write: Callable[[Any], ColumnValue]
    read: Callable[[Any], object]


def _word(enum: type[StrEnum]) -> Coder:
    """The coder of an enum: it writes a member's value; the attribute ``_value_`` is quicker than ``value``."""
    return Coder(attrgetter("_value_"), enum)


def _same(value: Any) -> Any:
    return value


_PLAIN = Coder(_same, _same)
_FLAG = Coder(int, bool)
_TEXTS = Coder(_texts, texts)

CODERS: dict[str, Coder] = {
    "id": _PLAIN,
    "transaction": _PLAIN,
    "observed_at": Coder(moment_to_text, moment_from_text),
    "ref": _PLAIN,
    "domain": _PLAIN,
    "policy": _word(Policy),
    "outcome": _word(Outcome),
    "client": _PLAIN,
    "tls": _FLAG,
    "size_class": Coder(lambda size: None if size is None else size._value_, _optional(SizeClass)),
    "reverse_path_token": _PLAIN,
    "reverse_path_domain": _PLAIN,
    "recipients": _TEXTS,
    "retry_tag": _PLAIN,
    "retry_of": _PLAIN,
    "signatures": _TEXTS,
    "replayed": _FLAG,
    "fresh": _FLAG,
    "fresh_reason": _PLAIN,
    "sender": Coder(_json, sender_from),
    "intended": Coder(_json_list, _intended),
    "nature": Coder(_json, nature_from),
    "markings": Coder(_from_markings, _markings),
    "authentication": Coder(_json, _authentication),
    "revision": _PLAIN,
    "author_token": _PLAIN,
    "retry_tag_before": _PLAIN,
    "signatures_before": _TEXTS,
    "recipient_count": _PLAIN,
    "key_id": _PLAIN,
}
"""Column name → coder: one line for each field of the dictionary, in the dictionary's order."""

OBSERVATION_COLUMNS: tuple[str, ...] = tuple(CODERS)
"""The values of a row, in order. A store keeps them in several tables; those with ``Retention.NEVER`` it doesn't keep."""
_values_of = attrgetter(*OBSERVATION_COLUMNS)
_WRITES = tuple((place, coder.write) for place, coder in enumerate(CODERS.values()) if coder is not _PLAIN)
_READS = tuple((place, coder.read) for place, coder in enumerate(CODERS.values()) if coder is not _PLAIN)


def to_row(observation: Observation) -> tuple[ColumnValue, ...]:
    """The row of ``observation``: its values in the order of ``OBSERVATION_COLUMNS``."""
    values = list(_values_of(observation))
    for place, write in _WRITES:
        values[place] = write(values[place])
    return tuple(values)


class Undecodable(ValueError):
    """A row that no version of catcher wrote. Its text names the column, never a value."""


def from_row(row: Sequence[Any]) -> Observation:
    """The observation of a row in the order of ``OBSERVATION_COLUMNS``; ``from_row(to_row(o)) == o``.

    Raises Undecodable for a row that no version of catcher wrote.
    """
    values = list(row)
    place = 0
    try:
        for place, read in _READS:
            values[place] = read(values[place])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Undecodable(f"column {OBSERVATION_COLUMNS[place]}") from None
    return Observation(**dict(zip(OBSERVATION_COLUMNS, values, strict=True)))
