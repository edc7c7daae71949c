"""Switches from root to an ordinary account after the sockets are bound and before any network data is read."""

from __future__ import annotations

import logging
import os
import pwd
from pathlib import Path

from catcher.model.errors import ConfigurationError, EnvironmentFailure, Fault

log = logging.getLogger("catcher.supervise")


def become(user: str, *, state: Path, where: str) -> None:
    """Switches this process to ``user`` and its groups for good. Does nothing without a name or if not run as root.

    ``state``: the folder that the account must be able to write; a missing one is made. ``where`` names the key of the
    configuration. Raises ConfigurationError, or EnvironmentFailure when the switch fails.
    """
    if not user or os.geteuid() != 0:
        return
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        fault = Fault(where, f'there is no account "{user}"', "make one with adduser --system --group")
        raise ConfigurationError([fault]) from None
    try:
        if not state.exists():
            state.mkdir(mode=0o700, parents=True)
            os.chown(state, account.pw_uid, account.pw_gid)
    except OSError as error:  # a disk that is full or read-only: DNS answers without it
        log.error("%s: it can't be made: %s", state, error.strerror)
    try:
        os.initgroups(user, account.pw_gid)
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    except OSError as error:
        raise EnvironmentFailure(f"{where}: can't go on as {user}: {error.strerror}") from error


def check_writable(state: Path) -> None:
    """Raises EnvironmentFailure when this account can't use the folder ``state``."""
    if state.exists() and not os.access(state, os.R_OK | os.W_OK | os.X_OK):
        account = pwd.getpwuid(os.geteuid()).pw_name
        raise EnvironmentFailure(f"{state}: {account} can't write here; chown -R {account} it")
