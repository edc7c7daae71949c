"""The file in the state folder that keeps serials over a restart: the base, the rows that changed, the journal.

It is replaced as a whole, never written in place: after a full disk or a power cut the old ledger or the new one is
there. A damaged ledger counts as none: then all names get a new serial, and the catalog zone goes out as a whole.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from catcher.catalogue.atomic import already_holds, replace_file
from catcher.dns.zones.catalogzone import CatalogDifference
from catcher.dns.zones.ledger import KeptCatalog, Ledger
from catcher.dns.zones.serials import GivenSerial, seconds
from catcher.model.errors import EnvironmentFailure
from catcher.regularfile import MOST_KEPT_OCTETS, read_regular

SERIAL_FILE = "dns-serial.json"
"""The file in the state folder."""

log = logging.getLogger(__name__)


def read(folder: Path) -> Ledger | None:
    """The ledger in ``folder``; None if there is none, or it can't be read."""
    try:
        return _from_json(json.loads(read_regular(folder / SERIAL_FILE, MOST_KEPT_OCTETS)))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        log.error("%s can't be used (%s): all catalogued names get a new serial", SERIAL_FILE, type(error).__name__)
        return None


def write(folder: Path, ledger: Ledger) -> None:
    """Keeps ``ledger`` in ``folder``, if it isn't there already. A folder that can't be written costs the serials of
    rows at the next restart alone: it is logged, and the next load tries again."""
    text = json.dumps(_to_json(ledger)).encode() + b"\n"
    if already_holds(folder / SERIAL_FILE, text):
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(folder / SERIAL_FILE, text, mode=0o600)
    except (EnvironmentFailure, OSError) as error:
        log.error("the serials can't be kept; after a restart all names get a new one: %s", error)


def _to_json(ledger: Ledger) -> dict[str, Any]:
    catalog = ledger.catalog
    return {
        "template": ledger.template,
        "catalogue": ledger.rows_digest,
        "clearing": ledger.clearing,
        "guard": ledger.guard,
        "refused": sorted(ledger.refused),
        "seen": ledger.seen,
        "highest": ledger.highest,
        "base": ledger.base,
        "rows": ledger.rows,
        "catalog": None
        if catalog is None
        else {"kind": catalog.kind, "serial": catalog.given, "journal": catalog.journal},
    }


def _from_json(kept: Any) -> Ledger:
    """Raises ValueError, TypeError or KeyError for anything that ``_to_json`` didn't write."""
    texts = [kept[key] for key in ("template", "catalogue", "clearing")]
    refused = kept["refused"]
    if not all(isinstance(text, str) for text in (*texts, *refused)):
        raise ValueError
    rows = {str(domain): _given(given) for domain, given in kept["rows"].items()}
    catalog = kept["catalog"]
    return Ledger(
        texts[0],
        texts[1],
        texts[2],
        frozenset(refused),
        seconds(kept["seen"]),
        _serial(kept["highest"]),
        _given(kept["base"]),
        rows,
        None if catalog is None else _catalog(catalog),
        str(kept.get("guard", "")),
    )


def _catalog(kept: Any) -> KeptCatalog:
    given = _given(kept["serial"])
    try:
        journal = tuple(_difference(step) for step in kept["journal"])
        # A step that doesn't begin where the one before ended would turn a copy into another zone.
        if [step.after for step in journal] != [*(step.before for step in journal[1:]), given.serial][: len(journal)]:
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError):
        log.error("the journal of the catalog zone is damaged: secondaries get the whole zone")
        journal = ()
    return KeptCatalog(str(kept["kind"]), given, journal)


def _difference(kept: Any) -> CatalogDifference:
    before, after, members = kept
    for domain, states in members.items():
        if not isinstance(domain, str) or len(states) != 2 or not all(s is None or isinstance(s, str) for s in states):
            raise ValueError
    return CatalogDifference(
        _serial(before), _serial(after), {name: (old, new) for name, (old, new) in members.items()}
    )


def _given(kept: Any) -> GivenSerial:
    serial, at = kept
    return GivenSerial(_serial(serial), seconds(at))


def _serial(kept: Any) -> int:
    if not isinstance(kept, int) or not 0 <= kept < 1 << 32:
        raise ValueError
    return kept
