"""Genuine mail from person to person as it travels today, made here because none is public; labelled by construction.

::

    directories ─▶ world: organisations, providers, keys, DNS ─┐
                   people: names, subjects ────────────────────┼─▶ letters ─▶ Letter(octets, envelope, truth)
                   shapes: header fields by mail program ──────┘

    clients ─▶ systems ─▶ honest: letters ─┐
    programs: catalogue of their mails ────┼─▶ verdict ─▶ measure: what counts, by kind
    decoys: forwards, copies, forgeries ───┘

``letters`` are what the weights of tests.training learn from. ``honest``, ``programs`` and ``decoys`` are what the
judgement is measured with: they share no shape, Subject or domain with the others, and each names its public source.
A third of each, those with a number divisible by three, is sealed: written without sight of the rules, in files
``sealed_*``, and looked at once, at the end (``python -m tests.persons.measure --sealed``).

Header shapes follow what the programs and providers are known to write; every name and text is invented. The same seed
gives the same letters. Organisations of ``world`` come from ../shared/data/directories, else a few invented ones.
"""

from tests.persons.letters import Letter, letters
from tests.persons.world import World

__all__ = ["Letter", "World", "letters"]
