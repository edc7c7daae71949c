"""The database's log (WAL) and its locks.

::

    checkpointer.py   a thread copies the log into the database, so that no commit waits for it
    lockholder.py     the kernel's list of locks ─▶ the process that holds the write lock, for the text of an error
"""
