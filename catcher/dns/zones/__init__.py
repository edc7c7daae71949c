"""Zones: from master files and the catalogue to data made ready for answering.

::

    master file ─▶ masterfile, generate ─▶ template | wholezone ─▶ zone: nodes, cuts, wildcards, glue
    template, policy ─▶ publication: the zone that a catalogued name publishes
    catalogue ───────▶ catalogzone: the list of catalogued names, for secondaries (RFC 9432)
"""
