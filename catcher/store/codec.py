"""Observation ↔ row: a column for each field of the dictionary; what has parts is JSON in the outer surface's shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Any, Protocol, TypeVar

from catcher.model.fingerprint import (
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
    Marking,
    Nature,
    Sender,
    SpfResult,
    Tier,
    TypoKind,
)
from catcher.model.observation import Observation, SizeClass, field_dictionary
from catcher.model.policy import Outcome, Policy

Value = str | int | float | bytes | None
"""What a column holds."""
Row = Sequence[Value]
"""An observation's values in the order of ``COLUMNS``."""
Json = Any

COLUMNS: tuple[str, ...] = tuple(field_dictionary())
"""The columns of the table ``observation``, in the order of the field dictionary."""

_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode
_loads = json.JSONDecoder().decode
_loads_first = json.JSONDecoder().raw_decode
E = TypeVar("E", bound=StrEnum)


@lru_cache(maxsize=64)
def moment_to_text(moment: datetime) -> str:
    """``2026-11-03T12:00:00Z``: moments in UTC sort as their texts do. ``moment`` is aware, of whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def bound_to_text(moment: datetime) -> str:
    """The first whole second that is not before ``moment``: as a bound of stored moments it means the same."""
    return moment_to_text(moment + timedelta(microseconds=-moment.microsecond % 1_000_000))


def moment_from_text(text: str) -> datetime:
    return datetime.fromisoformat(text)


def encode(observation: Observation) -> tuple[Value, ...]:
    """The row of ``observation``: its values in the order of ``COLUMNS``."""
    o = observation
    return (
        o.id,
        o.transaction,
        moment_to_text(o.observed_at),
        o.ref,
        o.domain,
        o.policy._value_,
        o.outcome._value_,
        o.client,
        int(o.tls),
        None if o.size_class is None else o.size_class._value_,
        o.reverse_path_token,
        o.reverse_path_domain,
        _texts(o.recipients),
        o.retry_tag,
        o.retry_of,
        _texts(o.signatures),
        int(o.replayed),
        int(o.fresh),
        o.fresh_reason,
        _json(o.sender),
        _json_list(o.intended),
        _json(o.nature),
        _json_list(o.markings),
        _json(o.authentication),
        o.revision,
    )


def _texts(texts: tuple[str, ...]) -> str:
    return f"[{','.join(map(encode_basestring_ascii, texts))}]"


class _Jsonable(Protocol):
    def to_json(self) -> dict[str, Any]: ...

    def __hash__(self) -> int: ...


@lru_cache(maxsize=1024)
def _json(value: _Jsonable) -> str:
    """Remembered, as the same senders come again; equal values have equal texts, or texts that read as equal values."""
    return _dumps(value.to_json())


@lru_cache(maxsize=1024)
def _json_list(values: tuple[_Jsonable, ...]) -> str:
    return _dumps([value.to_json() for value in values])


def decode(row: Sequence[Any]) -> Observation:
    """The observation of a row in the order of ``COLUMNS``; ``decode(encode(o)) == o``.

    Raises ValueError, KeyError or TypeError for a row that no version of catcher wrote.
    """
    values = dict(zip(COLUMNS, row, strict=True))
    for name, read in _READ.items():
        values[name] = read(values[name])
    return Observation(**values)


def texts(column: str) -> tuple[str, ...]:
    """The texts in a column that holds a list of them."""
    found, _ = _loads_first(column)
    return tuple(found)


def _optional(enum: type[E]) -> Callable[[str | None], E | None]:
    return lambda text: None if text is None else enum(text)


def _evidence(items: list[Json]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(Tier(e["tier"]), EvidenceKind(e["kind"]), e["domain"], AuthResult(e["result"])) for e in items
    )


@lru_cache(maxsize=1024)
def _sender(text: str) -> Sender:
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
def _nature(text: str) -> Nature:
    j = _loads(text)
    return Nature(MailClass(j["class"]), j["genuine"], _optional(TypoKind)(j["typo"]), tuple(j["reasons"]))


@lru_cache(maxsize=1024)
def _markings(text: str) -> tuple[Marking, ...]:
    return tuple(Marking(j["scheme"], j["level"]) for j in _loads(text))


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


_READ: dict[str, Callable[[Any], object]] = {
    "observed_at": moment_from_text,
    "policy": Policy,
    "outcome": Outcome,
    "tls": bool,
    "size_class": _optional(SizeClass),
    "recipients": texts,
    "signatures": texts,
    "replayed": bool,
    "fresh": bool,
    "sender": _sender,
    "intended": _intended,
    "nature": _nature,
    "markings": _markings,
    "authentication": _authentication,
}
"""How a column's value becomes its field's; columns that aren't here hold the field's value itself."""
