"""The files in the state folder that hold what the operator imported: directories, and a list of mailbox providers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from catcher.directory.imports import directory_files
from catcher.directory.providers import MAILBOXES_FILE

DIRECTORY_FOLDER = "directory"
"""The folder of imported directories, in the state folder."""


@dataclass(frozen=True, slots=True)
class ImportedLists:
    """The paths of the files; a server has copies of them where a file has a fault."""

    mailboxes: Path | None = None
    """None: there is no list."""
    directories: tuple[Path, ...] = ()

    @classmethod
    def of(cls, state: Path) -> ImportedLists:
        """The files themselves. Raises ConfigurationError if the folder of directories can't be read."""
        return cls(cls.mailboxes_in(state), tuple(directory_files(state / DIRECTORY_FOLDER)))

    @staticmethod
    def mailboxes_in(state: Path) -> Path | None:
        """The list of mailbox providers, if there is one."""
        file = state / MAILBOXES_FILE
        return file if os.path.lexists(file) else None
