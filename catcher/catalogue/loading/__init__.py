"""Loads the catalogue for a server: what is wrong takes only itself down, and a reload costs what changed.

::

    file ─▶ source ─▶ stretches: what changed ─▶ lines ─┐
              │           └─ too much: every line       ├─▶ building ─▶ Revision of a Base ─▶ tolerant: LoadedCatalogue
              └─▶ fault of the file: as before ─────────┘                  ▲                          │
                                                            after a restart └── copies, state/kept ◀───┘

Commands read strictly, with ``source`` and ``lines`` only (``catalogue.reading``).
"""
