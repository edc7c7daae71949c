"""Finds the holder of a network in the operator's database of autonomous systems, which has MaxMind's format (MMDB).

The only module that uses ``maxminddb``, which is optional (``pip install catcher[mmdb]``). It knows the fields of
GeoLite2-ASN (``autonomous_system_number``) and of IPinfo Lite (``asn``, ``as_domain``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import ConfigurationError, Fault

_NUMBER = re.compile(r"(?:AS)?([0-9]{1,10})\Z", re.IGNORECASE)


def owners(path: Path) -> Callable[[str], str | None]:
    """Client address → the holder's domain, or ``as`` and its number; None for an unknown holder, or for a text that is
    no address.

    The whole file is read once; look-ups don't read it again. Raises ConfigurationError.
    """
    try:
        import maxminddb
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            [Fault("fingerprint.networks", "the package maxminddb is missing", "pip install 'catcher[mmdb]'")]
        ) from error
    try:
        reader = maxminddb.open_database(path, maxminddb.MODE_MEMORY)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        fault = Fault("fingerprint.networks", f"{path.name} is no MMDB file", "a database of autonomous systems")
        raise ConfigurationError([fault]) from error

    def owner(client: str) -> str | None:
        try:
            return owner_in(reader.get(client))
        except (ValueError, maxminddb.InvalidDatabaseError):
            # No address, an IPv6 address in a database of IPv4, or a damaged record.
            return None

    return owner


def owner_in(record: object) -> str | None:
    """The holder that ``record`` names."""
    if not isinstance(record, dict):
        return None
    try:
        domain = to_alabel(str(record.get("as_domain") or ""))
        if "." in domain:
            return domain
    except DomainError:
        pass
    number = _NUMBER.match(str(record.get("asn") or record.get("autonomous_system_number") or ""))
    return f"as{number[1]}" if number else None
