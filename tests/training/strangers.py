"""Names that stand for themselves: what the channel learns from them is when a name that is near isn't meant.

- Every mailbox provider of catcher/directory, typed while the others are protected: outlook.fr beside outlook.com.
- Every name of the .mil directory, typed while .gov's are protected, and the reverse (a part of .gov's): dla.mil.
- Popular labels that begin with a host's label or end with a suffix, typed under com while the rest is protected:
  mailchimp.com beside chimp.com, telecom.com beside tele.com.
- Labels of popular.txt (Tranco's ten thousand) under com, typed while .mil's, .gov's and the providers are protected:
  army.com, state.com. That list holds the label without its suffix; that each label is somebody's own under com is
  presumed. A fifth of the labels is for training, the rest for the figure that shows what was learned.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from catcher.directory import Popularity, Suffixes
from catcher.directory.providers import FREEMAIL
from tests.support.shared import Amount

PART = 5
"""One popular label in five is trained with; one name of .gov in five is typed."""


@dataclass(frozen=True)
class Strangers:
    """Names that are typed as they are meant, and the protected names beside them (which may hold the same names)."""

    typed: tuple[str, ...]
    protected: tuple[str, ...]


def strangers(amount: Amount = Amount.WHOLE) -> Iterator[Strangers]:
    """The strangers that the weights are trained with."""
    mil, gov = directory("dotmil-domains.csv", amount), directory("dotgov-current-full.csv", amount)
    yield Strangers(tuple(sorted(FREEMAIL)), tuple(sorted(FREEMAIL)))
    yield Strangers(mil, gov)
    yield Strangers(tuple(name for name in gov if _part(name) == 0), mil)
    yield from _glued()
    yield Strangers(tuple(popular_names(trained=True)), (*mil, *gov, *sorted(FREEMAIL)))


def _glued() -> Iterator[Strangers]:
    """Popular names from which something could be taken away, as if a dot were left out; all rests are protected."""
    hosts = ("mail", "webmail", "email", "smtp", "mx", "us", "hq", "exchange", "outlook")
    suffixes = ("com", "net", "org")
    rests = {
        name: [f"{label[len(host) :]}.com" for host in hosts if label.startswith(host)]
        + [f"{label.removesuffix(suffix)}.{suffix}" for suffix in suffixes if label.endswith(suffix)]
        for name in popular_names(trained=True)
        if (label := name.partition(".")[0])
    }
    glued = {name: [rest for rest in found if rest.find(".") > 2] for name, found in rests.items()}
    typed = tuple(name for name, found in glued.items() if found)
    yield Strangers(typed, tuple(sorted({rest for found in glued.values() for rest in found})))


def directory(file: str, amount: Amount) -> tuple[str, ...]:
    """The registrable names of a directory."""
    registrable = Suffixes().registrable
    with amount.of(f"directories/{file}").open(newline="", encoding="utf-8") as rows:
        names = {next(iter(row.values())).strip().lower() for row in csv.DictReader(rows)}
    return tuple(sorted(name for name in names if name.isascii() and registrable(name) == name))


def popular_names(*, trained: bool) -> Iterable[str]:
    """The popular labels under com: the fifth that is trained with, or the others."""
    labels = Popularity(Suffixes().registrable).labels
    return (f"{label}.com" for label in labels if (_part(label) == 0) == trained and f"{label}.com" not in FREEMAIL)


def _part(name: str) -> int:
    return zlib.crc32(name.encode()) % PART
