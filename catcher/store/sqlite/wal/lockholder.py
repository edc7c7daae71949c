"""Names the process that holds the database's write lock, for the text of an error.

SQLite's write lock is a lock of the system on octet 120 of the file ``-shm`` (its "WAL-index format"), and the kernel
lists the holders of all such locks in /proc/locks. That list is read, never the file: a process that closes any
descriptor of a file loses its own locks on it.
"""

from __future__ import annotations

from pathlib import Path

_WRITE_LOCK = 120
_MOST_CHARACTERS = 60


def lock_holder(path: Path, *, locks: Path = Path("/proc/locks"), processes: Path = Path("/proc")) -> str:
    """``process 4711 (catcher store purge)`` for the database at ``path``; '' when that isn't known."""
    try:
        inode = path.with_name(path.name + "-shm").stat().st_ino
        lines = locks.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        match line.split():
            case [_, "POSIX", "ADVISORY", "WRITE", pid, file, first, last] if (
                pid.isdecimal() and file.rpartition(":")[2] == str(inode) and _covers(first, last)
            ):
                return f"process {pid}{_shown(processes / pid / 'cmdline')}"
    return ""


def _covers(first: str, last: str) -> bool:
    return first.isdecimal() and int(first) <= _WRITE_LOCK and (last == "EOF" or int(last) >= _WRITE_LOCK)


def _shown(cmdline: Path) -> str:
    """The program's name, and the command's words if it is catcher; nothing else of an argument is shown."""
    try:
        words = cmdline.read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return ""
    names = [Path(word).name for word in words[:2] if word]
    own = next((place for place, name in enumerate(names) if name == "catcher"), None)
    if own is not None:
        plain = [word for word in words[own + 1 :] if word.isalpha()][:2]
        names = ["catcher", *plain]
    elif words[1:3] == ["-m", "catcher"]:
        names = ["catcher", *[word for word in words[3:] if word.isalpha()][:2]]
    else:
        names = names[:1]
    text = " ".join(names)[:_MOST_CHARACTERS]
    return f" ({text})" if text.isprintable() and text else ""
