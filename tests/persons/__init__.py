"""Genuine mail from person to person as it travels today, made here because none is public; labelled by construction.

::

    directories ─▶ world: organisations, providers, keys, DNS ─┐
                   people: names, subjects ────────────────────┼─▶ letters ─▶ Letter(octets, envelope, truth)
                   shapes: header fields by mail program ──────┘

Header shapes follow what the programs and providers are known to write; every name and text is invented. The same seed
gives the same letters. Organisations come from ../shared/data/directories, else a few invented ones stand for them.
"""

from tests.persons.letters import Letter, letters
from tests.persons.world import World

__all__ = ["Letter", "World", "letters"]
