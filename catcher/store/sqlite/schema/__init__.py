"""The schema: the tables of the present, the steps that lead to it, and the check of a file against it.

::

    tables: the present schema ─▶ migrations: a new file, or the steps from a release on
                 └─▶ structure: the tables of a file, compared ─▶ verify: the faults of a file
"""
