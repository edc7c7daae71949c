"""``value``: the dataclass of everything that is made once for each mail. Frozen to the type checker, cheap to make.

A dataclass that is frozen at run time stores each of its fields by a call of ``object.__setattr__``: a mail leads to
some fifty values, and those calls were a tenth of all the time that it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform, overload

_T = TypeVar("_T")


@overload
def value(cls: type[_T], /) -> type[_T]: ...
@overload
def value(*, kw_only: bool) -> Callable[[type[_T]], type[_T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[_T] | None = None, /, *, kw_only: bool = False) -> type[_T] | Callable[[type[_T]], type[_T]]:
    """A dataclass with slots, equality and hash; to assign to a field is an error of types."""
    make = dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
    return make if cls is None else make(cls)
