"""One load from catcher.toml to the mail side: what is told to the parent, in which order."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from catcher.config import Config
from catcher.model.errors import CatcherError, ConfigurationError, EnvironmentFailure
from catcher.model.serving import ServedPart
from catcher.serve.loadedstate import KeptSince, dated, note_since, since_of
from catcher.serve.loading.configpart import read_config_part
from catcher.serve.loading.dnspart import copy_dns_part, load_dns_part
from catcher.serve.loading.loaded import Before, LoadedDns, LoadedMail, Refused
from catcher.serve.loading.mailpart import load_mail_part

log = logging.getLogger("catcher.serve")

_ZONES_A_PIECE = 50
"""Zones that the parent takes in one turn of its loop: some milliseconds."""


def load(
    config: Config, before: Before, roles: Collection[str], now: datetime, tell: Callable[[Any], None]
) -> Callable[[], None] | None:
    """Loads everything and tells it. ``config``: the running configuration; its file is read anew, unless this is the
    first load.

    Returns what is to be done when nobody waits any more: the copies for the time after a restart.
    """
    try:
        read = read_config_part(config, before.dns, now)
        loaded = load_dns_part(read.config, read.restart_needed, before, roles, now)
    except CatcherError as error:
        tell(Refused(error.faults if isinstance(error, ConfigurationError) else (), str(error)))
        return None
    since = before.since(config.node.state, roles)
    kept = dated((*read.kept, *loaded.kept), since)
    loaded = replace(loaded, kept=kept, config_at=read.read_at, config_identity=read.identity)
    known = set(map(id, before.references()))
    zones = () if loaded.authority is None else loaded.authority.files.zones.values()
    for objects in (loaded.config.dns.zone, zones):
        new = [value for value in objects if id(value) not in known]
        for first in range(0, len(new), _ZONES_A_PIECE):
            tell(new[first : first + _ZONES_A_PIECE])
    tell(loaded)
    noting = load_mail(replace(before, dns=loaded), roles, now, tell, since) if "smtp" in roles else None
    return functools.partial(_copy, loaded, noting or functools.partial(_note, loaded, roles, since_of(loaded.kept)))


def load_mail(
    before: Before, roles: Collection[str], now: datetime, tell: Callable[[Any], None], since: KeptSince | None = None
) -> Callable[[], None]:
    """Loads the mail part alone, for the DNS part of ``before``, and tells it. ``since``: as ``Before.since`` gives it.

    Returns what is to be done when nobody waits any more.
    """
    assert before.dns is not None
    if since is None:
        since = before.since(before.dns.config.node.state, roles)
    mail = load_mail_part(before.dns, before.mail, now)
    known = since_of(before.dns.kept)
    if isinstance(mail, LoadedMail):
        mail = replace(mail, kept=dated(mail.kept, since))
        known = {**known, **since_of(mail.kept)}
    else:  # nothing is known of its files
        known = {**{key: moment for key, moment in since.items() if key[0] is ServedPart.MAIL}, **known}
    tell(mail)
    return functools.partial(_note, before.dns, roles, known)


def _copy(loaded: LoadedDns, noting: Callable[[], None]) -> None:
    copy_dns_part(loaded)
    noting()


def _note(loaded: LoadedDns, roles: Collection[str], known: KeptSince) -> None:
    try:
        note_since(loaded.config.node.state, roles, known)
    except EnvironmentFailure as error:
        log.error("since when parts are kept isn't noted: %s", error)
