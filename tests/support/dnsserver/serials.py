"""Loads of one state folder, one after the other, and the serials that they give."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from catcher import catalogue
from catcher.catalogue import Guard
from catcher.catalogue.guard import Run
from catcher.catalogue.names import SortedNames
from catcher.config.schema import SecondaryServer
from catcher.dns import Authority, load_authority
from catcher.dns.zones.serials import is_newer
from tests.support.dnsserver.serving import NOW, ask, settings

ROWS = ("army.ml,army.mil,accept", "navy.ml,navy.mil,accept", "fleet.ml,,accept,2026-11-05,null")
LATER = NOW + timedelta(minutes=1)
SECONDARY = SecondaryServer.model_validate({"address": "192.0.2.53:53"})


class State:
    """A state folder with its configuration; ``load`` is a start or, with ``before``, a reload."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(
        self,
        now: datetime,
        rows: tuple[str, ...] = ROWS,
        *,
        before: Authority | None = None,
        guard: Guard | None = None,
        template: str = "",
        group: str = "none",
        seen: float = 0.0,
    ) -> Authority:
        made = settings(self.folder, rows, template=template)
        dns = made.dns.model_copy(
            update={"catalog_zone": "catalog.example", "catalog_group": group, "secondary": [SECONDARY]}
        )
        config = made.model_copy(update={"dns": dns})
        read = catalogue.read_catalogue(made.catalogue.files, guard=guard)
        authority = load_authority(config, read, now=now, before=before, seen=seen)
        return authority


def serials(authority: Authority, now: datetime) -> dict[str, int]:
    return {
        domain: ask(authority, domain, "SOA", now=now).answer[0][0].serial  # type: ignore[attr-defined]
        for domain in authority.catalogue.domains()
    }


def risen(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """Names whose serial changed; each has to be newer (RFC 1982)."""
    changed = {name for name, serial in after.items() if name in before and before[name] != serial}
    assert all(is_newer(after[name], before[name]) for name in changed), (before, after)
    return changed


def guard(refused: set[str] = frozenset(), *, required: bool = False, ran_at: datetime = NOW) -> Guard:  # type: ignore[assignment]
    names = [b"army.ml", b"fleet.ml", b"navy.ml"]
    cleared = SortedNames.of([name for name in names if name.decode() not in refused])
    return Guard(required=required, runs=[Run("ml", ran_at, "ml.zone", 1, frozenset(refused), cleared)])
