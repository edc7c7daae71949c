"""The dialogue: verbs as on the wire, each returns its reply. No I/O.

::

    command ─▶ verbs ─▶ dialogue ─▶ policy: what does this recipient get? ─▶ reply
                            └─────▶ envelope ─▶ Ended, for intake
"""
