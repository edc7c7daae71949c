"""Configuration → the options of replies and the secondaries with their keys, or all faults."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from catcher.catalogue import Catalogue
from catcher.config import Config
from catcher.config.schema import SecondaryServer
from catcher.dns.answering.cookies import Cookies, Daily
from catcher.dns.answering.options import ReplySettings
from catcher.dns.answering.secondaries import Secondaries, Secondary
from catcher.dns.answering.tsig import Key
from catcher.dns.loading import keyfile
from catcher.model.errors import Fault

_KEYS = "keys"
"""The name of the folder of keys in the state folder."""


def settings(config: Config, *, keep: bool) -> tuple[ReplySettings, list[Fault]]:
    """The options of replies. ``keep`` False: nothing is written, and cookies of our own key hold for this load
    alone."""
    faults: list[Fault] = []
    if config.dns.cookie_secrets is not None:
        source, faults = keyfile.cookie_secrets(config.dns.cookie_secrets)
    elif keep:
        source = keyfile.own_cookie_secrets(config.node.state / _KEYS)
    else:
        source = Daily(secrets.token_bytes(32))
    nsid = config.dns.nsid.encode("utf-8")
    return ReplySettings(nsid, Cookies(source), config.dns.require_cookies, config.dns.packet_cache), faults


def secondaries(config: Config) -> tuple[Secondaries, list[Fault]]:
    """The servers that may copy our zones, with their keys."""
    keys, faults = keyfile.tsig_keys(config.dns.keys) if config.dns.keys is not None else ({}, [])
    whole = {zone.name for zone in config.dns.zone}
    wrong, found = [], []
    for number, section in enumerate(config.dns.secondary):
        where = f"{config.path.name}: dns.secondary[{number}]"
        if section.key is not None and section.key not in keys and not faults:
            place = "dns.keys is not set" if config.dns.keys is None else f"there is none in {config.dns.keys.name}"
            remedy = "make the key with tsig-keygen, and name its file in dns.keys"
            wrong.append(Fault(f"{where}.key", f'no key "{section.key}": {place}', remedy))
        for name in section.zones:
            if name not in whole:
                remedy = "name a [[dns.zone]]; the catalogue's names are copied where catalogue is true"
                wrong.append(Fault(f"{where}.zones", f"{name} is no [[dns.zone]]", remedy))
        if section.key is None or section.key in keys:
            found.append(_secondary(section, None if section.key is None else keys[section.key]))
    return Secondaries(found, whole), faults + wrong


def _secondary(section: SecondaryServer, key: Key | None) -> Secondary:
    return Secondary(
        section.address.host,
        section.address.port,
        key,
        section.transfer_from,
        None if section.notify is None else tuple((target.host, target.port) for target in section.notify),
        frozenset(section.zones),
        section.catalogue,
    )


def misplaced_catalog(config: Config, catalogue: Catalogue) -> Iterator[Fault]:
    """Faults of the catalog zone's name: it must not be a catalogued name or a whole zone."""
    name = config.dns.catalog_zone
    if name is None:
        return
    where = f"{config.path.name}: dns.catalog_zone"
    entry = catalogue.find(name)
    if entry is not None:
        what = f"{name} is at or below the catalogued name {entry.domain} ({entry.where})"
        yield Fault(where, what, 'choose a name of your own, like "catalog.sink.example"')
    if any(zone.name == name for zone in config.dns.zone):
        yield Fault(where, f"{name} is a [[dns.zone]], too", "give the catalog zone a name of its own")
    if not config.dns.secondary:
        yield Fault(where, "nobody could fetch it: there is no [[dns.secondary]]", "add one, or take this out")
