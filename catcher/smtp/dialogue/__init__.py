"""The dialogue: verbs as on the wire, each returns its result. No I/O.

::

    command ─▶ verbs ─▶ dialogue ─▶ grammar: octets → arguments
                            └─────▶ transactions ─┬─ order: may this verb come now?
                                        │         ├─ budgets: may it come so often?
                                        │         └─ policy: what does this recipient get?
                                        └▶ envelope ─▶ ended, for intake ─▶ results, for the session
"""
