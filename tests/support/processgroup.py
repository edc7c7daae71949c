"""The processes of a process group, as Linux lists them."""

from __future__ import annotations

from pathlib import Path


def processes_of(group: int) -> dict[int, str]:
    """Process id → command line of each process that has not ended."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, _, its_group = (process / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has ended meanwhile
            continue
    return found
