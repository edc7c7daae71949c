"""Tables by day: what has to be forgotten early lies in tables that are dropped whole.

::

    mail ─▶ registry: the part of its day ─▶ layout: the tables of a part
        ├─▶ clients: the organisations at a client's address, a table a day
        │       └─▶ stopping: mails stop counting by an address of two organisations, some at once
        └─▶ unstored: the mails that were only counted, and whose rows a day has
    retention ─▶ dropping: a table is marked, emptied in short steps, dropped; a small one is written anew
             └─▶ scrubbing: the log is emptied, so that no file holds what was dropped

secure_delete overwrites each page that a table gives back. Where SQLite moves rows between pages of one table, copies
stay in unused places of these pages: so a row that must be gone needs its whole table to be dropped or written anew.
"""
