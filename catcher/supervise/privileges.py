"""From root to an ordinary account, once the sockets are bound and before anything from the network is read."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from catcher.model.errors import ConfigurationError, EnvironmentFailure, Fault


def become(user: str, *, state: Path, where: str) -> None:
    """Goes on as ``user`` for good, with its groups alone. Without a name, or when not started as root, nothing.

    ``state``: the folder that has to be the account's own; it is made when absent. ``where`` names the key of the
    configuration. Raises ConfigurationError, or EnvironmentFailure when root can't be left.
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
        os.initgroups(user, account.pw_gid)
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    except OSError as error:
        raise EnvironmentFailure(f"{where}: can't go on as {user}: {error.strerror}") from error
    if not os.access(state, os.R_OK | os.W_OK | os.X_OK):
        raise EnvironmentFailure(f"{state}: {user} can't write here; chown -R {user} it")
