"""The catalogue: the held domains with their intended domains and policies, and the guard over them.

::

    catalogue.csv ─▶ reading: strict, for commands ─▶ Table ──────────┐
                │     └─▶ ConfigurationError, every fault             ├─▶ Catalogue ─▶ find ─▶ Entry ─▶ policy_at(now)
                └──▶ loading: tolerant, for servers ─▶ LoadedCatalogue┘                                    ▲
                                                                      Guard: what was cleared, when ───────┘

    TLD zone ─▶ tldzone ─▶ against (catalogue × records) ─▶ refusals ─▶ guardrecord in the state folder

    catalogue add, remove, stop-mail ─▶ write ─▶ catalogue.csv, replaced atomically
    catalogue export ─▶ export: the delegations, for the operator of the TLD zone

A row may name a domain below another row's domain: both rows are valid, and the most specific row applies to a name.
"""

from __future__ import annotations

from catcher.catalogue.catalogue import Catalogue
from catcher.catalogue.entry import Entry
from catcher.catalogue.guard import Guard
from catcher.catalogue.reading import read_catalogue

__all__ = ["Catalogue", "Entry", "Guard", "read_catalogue"]
