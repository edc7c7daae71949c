"""The public suffix list, wrapped: name → organizational domain, with the tenants of shared platforms told apart."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from publicsuffixlist import PSLFILE, PublicSuffixList

from catcher.model.domain import to_alabel

_TENANTS_AT = ("onmicrosoft.com", "gappssmtp.com")
"""Platforms whose customers sign with a name below theirs, which the public suffix list gives to the platform."""

_REMEMBERED = 65_536


@cache
def _installed_list() -> PublicSuffixList:
    """Read once a process, which takes 30 ms and 1.4 MB; nothing changes it."""
    return PublicSuffixList()


class Suffixes:
    """The list as installed. Answers are remembered, boundedly. Thread-safe after construction."""

    def __init__(self) -> None:
        # Rules of the list's private section count, too: hosts of one provider are different organisations (RFC 9989
        # asks the tree walk, RFC 7489 the whole list).
        self._list = _installed_list()
        self.organizational_domain = lru_cache(_REMEMBERED)(self._organizational_domain)
        """A-label name → its organizational domain; a public suffix is its own."""

    def registrable(self, name: str) -> str | None:
        """The public suffix and one label more; None when ``name`` is a public suffix or no name.

        Tenants play no part here: this is the list as it is published.
        """
        return self._list.privatesuffix(name.lower()) if name and not name.startswith(".") else None

    def is_public(self, name: str) -> bool:
        """Whether ``name`` (A-labels) is a public suffix: names below it belong to many."""
        return self._list.is_public(name)

    def _organizational_domain(self, name: str) -> str:
        registrable = self.registrable(name) or name
        return _tenant(name, registrable) if registrable in _TENANTS_AT else registrable


def listed() -> tuple[set[str], set[str]]:
    """(the names that the list as installed writes out, those of them below which it takes in every name); A-labels.

    Of many names only these, and those one label below the second, need to be asked ``is_public``.
    """
    named, whole = set(), set()
    for line in Path(PSLFILE).read_text(encoding="utf-8").splitlines():
        rule = line.partition(" ")[0]
        if rule and not rule.startswith("//"):
            name = to_alabel(rule.removeprefix("!").removeprefix("*."))
            named.add(name)
            if rule.startswith("*."):
                whole.add(name)
    return named, whole


def _tenant(name: str, platform: str) -> str:
    """``x.mail.tenant.onmicrosoft.com`` → ``tenant.onmicrosoft.com``.

    Microsoft: the label below the platform, but for hybrid names ``tenant.mail.onmicrosoft.com``. Google: the customer
    stands left of the key's date, ``example-com.20230601.gappssmtp.com``.
    """
    below = name.removesuffix(platform).rstrip(".").split(".") if name != platform else []
    if not below:
        return platform
    if platform == "onmicrosoft.com":
        if below[-1] == "mail" and len(below) > 1:
            below.pop()
        return f"{below[-1]}.{platform}"
    kept = 2 if below[-1].isdigit() else 1
    return ".".join([*below[-kept:], platform])
