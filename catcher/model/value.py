"""``value``: the dataclass for objects made once for each mail. The type checker treats it as frozen; it is cheap to
make.

A dataclass that is frozen at run time stores each field by a call of ``object.__setattr__``: a mail leads to some fifty
values, and these calls took a tenth of the time for one mail.
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
    """A dataclass with slots, equality and hash; the type checker reports an assignment to a field as an error."""
    make = dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
    return make if cls is None else make(cls)
