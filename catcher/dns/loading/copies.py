"""Copies of the last good zones and template in the state folder: after a restart they are served where a file has a
fault, and taken as they are where the file didn't change.

::

    kept/zones/APEX-CONTENT.zone     APEX and CONTENT: digests of the apex and of the header
    kept/template
        magic │ BLAKE2b of the rest │ header: one line of JSON │ records (dns.zones.packed)

A copy holds octets alone, no code; one that is cut, or whose digest is wrong, is told and ignored.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import catcher
from catcher.catalogue.atomic import sync_names
from catcher.dns.wire import name_to_wire
from catcher.dns.zones.loaded import FileStamp, LoadedFiles, LoadedTemplate, LoadedZone
from catcher.dns.zones.masterfiles.octets import read_stamped
from catcher.dns.zones.packed import pack, unpack
from catcher.dns.zones.zone import Zone
from catcher.model.errors import Fault
from catcher.regularfile import MOST_KEPT_OCTETS, FileIdentity

log = logging.getLogger(__name__)

_MAGIC = b"catcher copy 1\n"
_DIGEST = 16
"""Octets of a digest."""
_ENDING = ".zone"
_MOST_SINGLY = 64
"""Copies that are brought to the disk one by one; for more of them one sync of all file systems takes less time."""


class Copies:
    """The copies in ``folder``, read one by one when they are asked for."""

    def __init__(self, folder: Path | None) -> None:
        """``folder`` None, or one that can't be read: there are no copies."""
        self._folder = folder
        self._names: dict[str, list[str]] = {}
        for name in _names(None if folder is None else folder / "zones"):
            self._names.setdefault(name.partition("-")[0], []).append(name)

    def zone(self, apex: str) -> tuple[LoadedZone, bool] | None:
        """The newest good copy of a zone, and whether this version of catcher made it."""
        if self._folder is None:
            return None
        found: list[tuple[LoadedZone, bool]] = []
        for name in self._names.get(_of_apex(apex), ()):
            read = _read(self._folder / "zones" / name)
            try:
                if read is not None and read[0]["apex"] == apex:
                    found.append(_zone(*read))
            except Exception as error:  # a copy never keeps the server from its start, whatever it holds
                _damaged(self._folder / "zones" / name, type(error).__name__)
        return max(found, key=lambda copy: copy[0].loaded, default=None)

    def template(self) -> LoadedTemplate | None:
        """The copy of the completed zone template."""
        if self._folder is None:
            return None
        path = self._folder / "template"
        read = _read(path)
        try:
            return None if read is None else LoadedTemplate(unpack(read[1]), _time(read[0]["loaded"]))
        except Exception as error:  # as above
            _damaged(path, type(error).__name__)
            return None


def write_copies(folder: Path, files: LoadedFiles) -> None:
    """Brings the copies in ``folder`` to the state of ``files``: writes what is new, removes what isn't served any
    more.

    Copies of zones that stay are not touched. An error of the disk is logged once, and the older copies remain.
    """
    zones = folder / "zones"
    written: list[tuple[Path, Path]] = []
    try:
        zones.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = set(_names(zones))
        wanted = {_name(apex, loaded): (apex, loaded) for apex, loaded in files.zones.items()}
        for name in wanted.keys() - there:
            apex, loaded = wanted[name]
            written.append(_beside(zones / name, _header(apex, loaded), pack(loaded.zone)))
        template = files.template
        if template is not None:
            header = _line({"loaded": int(template.loaded.timestamp())})
            records = pack((owner, rrset) for owner, types in template.rrsets.items() for rrset in types.values())
            if _read(folder / "template") != (json.loads(header), records):
                written.append(_beside(folder / "template", header, records))
        _sync([new for new, _ in written])
        for new, path in written:
            new.replace(path)
        if written:  # before the older copies go
            sync_names(zones)
            sync_names(folder)
        for name in there - wanted.keys():
            (zones / name).unlink(missing_ok=True)
    except OSError as error:
        log.error("%s: the copies of the zones can't be written: %s; the older ones stay", folder, error.strerror)
    finally:
        with suppress(OSError):
            for new in (*zones.glob(".*.new"), *folder.glob(".template.new")):
                new.unlink(missing_ok=True)


def _name(apex: str, loaded: LoadedZone) -> str:
    """The name of a copy; another one if the files or their content differ, or another version of catcher read them."""
    stamps = [[stamp.path, *stamp.identity, stamp.digest.hex()] for stamp in loaded.files]
    of = _digest(_line([catcher.__version__, str(loaded.unseen), stamps]))
    return f"{_of_apex(apex)}-{of[:8].hex()}{_ENDING}"


def _header(apex: str, loaded: LoadedZone) -> bytes:
    unseen = loaded.unseen
    return _line(
        {
            "apex": apex,
            "version": catcher.__version__,
            "loaded": int(loaded.loaded.timestamp()),
            "unseen": None if unseen is None else [unseen.where, unseen.what, unseen.remedy],
            "files": [[stamp.path, *stamp.identity, stamp.read, stamp.digest.hex()] for stamp in loaded.files],
        }
    )


def _zone(header: Mapping[str, Any], records: bytes) -> tuple[LoadedZone, bool]:
    unseen = header["unseen"]
    stamps = [_stamp(*fields) for fields in header["files"]]
    zone = Zone(unpack(records), name_to_wire(header["apex"]))
    loaded = LoadedZone(
        zone, tuple(stamps), _time(header["loaded"]), None if unseen is None else Fault(*map(str, unseen))
    )
    return loaded, header["version"] == catcher.__version__


def _stamp(path: str, *fields: Any) -> FileStamp:
    modified, changed, octets, inode, device, read = map(int, fields[:-1])
    return FileStamp(str(path), FileIdentity(modified, changed, octets, inode, device), read, bytes.fromhex(fields[-1]))


def _line(header: object) -> bytes:
    return json.dumps(header).encode("ascii") + b"\n"


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _beside(path: Path, header: bytes, records: bytes) -> tuple[Path, Path]:
    """Writes a copy to a new file beside ``path``; returns both. A copy is then whole or absent."""
    body = header + records
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_MAGIC + _digest(body) + body)
    return new, path


def _sync(paths: list[Path]) -> None:
    if len(paths) > _MOST_SINGLY:
        os.sync()
        return
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read(path: Path) -> tuple[Mapping[str, Any], bytes] | None:
    """Header and records of a copy; None if it is absent or damaged."""
    try:
        octets = read_stamped(str(path), most=MOST_KEPT_OCTETS)[0]
    except FileNotFoundError:
        return None
    except OSError as error:
        return _damaged(path, error.strerror or "it can't be read")
    at = len(_MAGIC) + _DIGEST
    if not octets.startswith(_MAGIC) or octets[len(_MAGIC) : at] != _digest(octets[at:]):
        return _damaged(path, "its digest is wrong")
    line, _, records = octets[at:].partition(b"\n")
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    return (header, records) if isinstance(header, dict) else _damaged(path, "its header is wrong")


def _damaged(path: Path, what: str) -> tuple[Mapping[str, Any], bytes] | None:
    """Tells of a damaged copy; None stands for it."""
    log.error("%s: this copy of the last good state is damaged and is ignored: %s", path, what)
    return None


def _names(folder: Path | None) -> list[str]:
    try:
        return [] if folder is None else [path.name for path in folder.iterdir() if path.name.endswith(_ENDING)]
    except OSError:
        return []


def _of_apex(apex: str) -> str:
    return _digest(apex.encode("utf-8")).hex()


def _digest(octets: bytes) -> bytes:
    return blake2b(octets, digest_size=_DIGEST).digest()
