"""The readings of a typed name: where its host labels end, and where its suffix begins."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from catcher.lookalike.name import ReadName
from catcher.model.value import value

_DEEPEST = 4
"""Most labels left of the suffix that are compared: no name worth watching has more."""
_HOSTS = (
    ("www", ("www",)),
    (
        "dot.host",
        ("mail", "webmail", "email", "smtp", "imap", "pop3", "mx", "mx1", "mx2", "owa", "autodiscover", "ftp"),
    ),
    ("dot.word", ("us", "hq", "exchange", "outlook")),
)
"""Assumption → labels of hosts that take or show mail (RFC 6186; Exchange's usual names) or that the registry's log
shows glued to names (ftp), and of a part of an organisation. A word of the last row often begins a name of its own
(usbank, outlookindia)."""
_ANY_HOST = tuple(host for _, hosts in _HOSTS for host in hosts)
_SHORTEST = 2
"""Least letters of a name that is left when a host's label or a suffix is taken away."""
_ROOM = 6
"""Least letters of such a rest in which a slip is searched, too; a shorter rest must be the intended name itself."""
GLUED = frozenset({"www", "dot.host", "dot.word", "dot.suffix"})
"""The assumptions of a reading that takes a part away whose dot was left out."""
FARTHEST = 3
"""Most single edits between the intended name and the typed name."""


@value
class View:
    """One reading of the typed name."""

    text: str
    suffix: str | None
    """None: ``text`` is the whole name, and slips may change its dots like its letters."""
    kinds: tuple[str, ...] = ()
    """The assumptions of this reading: names of features."""
    reach: int = FARTHEST
    """Most single edits by which an intended name may differ from ``text``."""
    known: bool = False
    """Whether the label left of the typed suffix is a popular one."""
    lives: bool | None = None
    """Whether the typed top-level domain exists; None when that isn't known."""


def views(
    name: ReadName,
    suffixes: Mapping[str, tuple[str, ...]],
    *,
    known: Container[str] = (),
    lives: bool | None = None,
) -> Iterator[View]:
    """The readings of ``name``, the plainest first.

    ``suffixes``: the suffixes of the protected names, each under its letters without the dots. ``known``: popular
    labels. ``lives``: whether the name's top-level domain exists.
    """
    popular = name.left.rpartition(".")[2] in known
    for text, suffix, kinds, glued in _cut(name, suffixes):
        for rest, host in _without_host(text, suffix):
            reach = FARTHEST if not (glued or host) else 1 if len(rest) >= _ROOM else 0
            assumed = ("spelt.out",) if name.spelt else ("look.foreign",) if name.foreign else ()
            yield View(rest, suffix, (*assumed, *kinds, *host), reach, popular, lives)


def _cut(
    name: ReadName, suffixes: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str | None, tuple[str, ...], bool]]:
    """(text, suffix, assumptions, whether a glued part was taken away)."""
    labels = name.left.split(".")
    country = name.suffix.rpartition(".")[2]
    for dropped in range(max(0, len(labels) - _DEEPEST), len(labels)):
        left = ".".join(labels[dropped:])
        kinds = ("subdomain",) if dropped else ()
        yield left, name.suffix, kinds, False
        if len(country) == 2 and left.endswith(country) and len(left) > 4:
            yield left.removesuffix(country).removesuffix("-"), name.suffix, (*kinds, "country"), False
        if dropped + 1 < len(labels) and name.suffix:
            yield ".".join(labels[dropped:-1]), labels[-1], (*kinds, "suffix.added"), False
            yield ".".join(labels[dropped:-1]), f"{labels[-1]}.{name.suffix}", kinds, False
        for length in range(2, len(labels[-1]) - _SHORTEST + 1):
            for suffix in suffixes.get(left[-length:], ()):
                rest = left[:-length].removesuffix("-")
                if len(rest) >= _SHORTEST and rest[-1] != ".":
                    yield rest, suffix, (*kinds, "dot.suffix"), True
    yield name.read, None, (), False


def _without_host(text: str, suffix: str | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(``text`` itself or without a host's label, the assumption)."""
    yield text, ()
    if not text.startswith(_ANY_HOST):
        return
    first = text.partition(".")[0]
    for kind, hosts in _HOSTS:
        for host in hosts:
            if first.startswith(host):
                rest = text[len(host) :].removeprefix("-")
                if len(rest) >= _SHORTEST and rest[0] != ".":
                    yield rest, (kind,)
