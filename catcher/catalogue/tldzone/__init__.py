"""Reads a TLD's zone for the guard: from a file of any packing, from a pipe, or record by record from a transfer.

::

    file, pipe ─▶ packing (gzip, xz, zstd, bzip2, tar) ─▶ masterfile ─┬─▶ plain lines: one expression ─┬─▶ ZoneRecord
                                                                      ├─▶ entries: any other entry  ───┤
                                                                      └─▶ dump: words of dig, kdig     │
    transfer (``resolve``)  ───────────────────────────────────────────────────────────────────────────┘

Memory is constant: nothing of a zone is kept but its SOA. A zone that can't be read to the letter is a fault.
"""

from catcher.catalogue.tldzone.entries import ZoneRecord
from catcher.catalogue.tldzone.masterfile import TldZoneFile
from catcher.catalogue.tldzone.source import Apex, ZoneSource

__all__ = ["Apex", "TldZoneFile", "ZoneRecord", "ZoneSource"]
