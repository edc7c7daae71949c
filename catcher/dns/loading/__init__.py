"""Configuration, zone files and catalogue become an Authority, or a list of every fault.

::

    template.zone ─▶ masterfile ─▶ template ─▶ publication: one zone for each way of mail
    NAME.zone ─────▶ masterfile ─▶ wholezone
    keys, options ─▶ keyfile, keys_and_options
                          └──────────▶ load ─▶ Authority
"""
