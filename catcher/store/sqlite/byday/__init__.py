"""Tables by day: what has to be forgotten early lies in tables that are dropped whole.

::

    registry.py   the parts (mails of one day) and the other tables of a day, as the database names them
    layout.py     the tables of a part: their columns, and the SQL that writes and reads them
    clients.py    the organisations whose mail came from a client's address, a table a day
    unstored.py   the mails that were only counted, and whose rows a day has
    dropping.py   a table is marked, emptied in short steps, dropped; a small table is written anew
    scrubbing.py  the log is emptied, so that no file holds what was dropped

secure_delete overwrites each page that a table gives back. Where SQLite moves rows between pages of one table, copies
stay in unused places of these pages: so a row that must be gone needs its whole table to be dropped or written anew.
"""
