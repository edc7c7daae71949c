"""Reads the gathered header section: fields by name, addresses, the decoded Subject, platforms, markings.

::

    header section ─▶ headerview (fieldnames, addresses, subjects) ─▶ facts, traits, hints of ``nature``
                   └─▶ platforms, markings
"""
