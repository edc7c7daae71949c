"""The guard as it is served, kept for the first load after a restart: it tells which names the record of then concerns.

::

    state/kept/served-guard.json      settings, runs and vouches
    state/kept/served-guard/NAMES     their files of names: links to those of the record, or copies
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from catcher.catalogue.atomic import already_holds, replace_file
from catcher.catalogue.guard import Guard
from catcher.catalogue.guardrecord import KEPT_FOLDER
from catcher.catalogue.guardrows import run_from_row, run_to_row, vouches_from_row, vouches_to_row
from catcher.catalogue.names import SortedNames
from catcher.regularfile import MOST_KEPT_OCTETS, read_regular

log = logging.getLogger(__name__)

_SERVED = "served-guard"


def keep_served(state: Path, guard: Guard | None) -> None:
    """Keeps ``guard`` in the state folder, if it decides about more than the names that it refused.

    Raises EnvironmentFailure and OSError.
    """
    folder = state / KEPT_FOLDER / _SERVED
    file = folder.with_suffix(".json")
    if guard is None or not (guard.required or guard.lost):
        file.unlink(missing_ok=True)
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    used = set()

    def write(name: str, names: SortedNames) -> None:
        used.add(name)
        with suppress(OSError):  # no such file, or no such link: it is written
            os.link(state / name, folder / name)
        if not (folder / name).exists():
            replace_file(folder / name, names.block[1:], mode=0o600)

    runs = []
    for run in guard.runs.values():
        runs.append(run_to_row(run))
        write(runs[-1]["names"], run.cleared)
    vouches = [vouches_to_row(one, write) for one in guard.vouches.values()]
    told = {"required": guard.required, "hours": guard.hours, "lost": guard.lost, "runs": runs, "vouches": vouches}
    text = json.dumps(told, indent=1).encode() + b"\n"
    if not already_holds(file, text):
        replace_file(file, text, mode=0o600)
    for path in folder.iterdir():
        if path.name not in used:
            path.unlink(missing_ok=True)


def read_served(state: Path) -> Guard | None:
    """The guard that was kept; None if there is none, or it is damaged."""
    folder = state / KEPT_FOLDER / _SERVED
    try:
        told: Any = json.loads(read_regular(folder.with_suffix(".json"), MOST_KEPT_OCTETS))
        return Guard(
            required=told["required"] is True,
            hours=int(told["hours"]),
            lost=told["lost"] is True,
            runs=[run_from_row(row, folder, required=True) for row in told["runs"]],
            vouches=[vouches_from_row(row, folder, required=True) for row in told["vouches"]],
        )
    except FileNotFoundError:
        return None
    except Exception as error:  # damage of any shape costs the comparison alone
        log.error("%s: it can't be used: %s", folder, type(error).__name__)
        return None
