"""The message: its octets pass once and are dropped; facts of the header, counts and digests remain.

::

    data (DATA or BDAT) ─▶ stream ─▶ header: fields in bounded memory
                              └────▶ line ends, byte count, DKIM body digests
"""
