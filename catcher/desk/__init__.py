"""What an operator can do, written once, for the command line and a later web page. Takes ports and values.

::

    observations: find, show, export ──┐
    incidents:    list, show, notice? ─┼─▶ Desk (store, folder, directory, operator, now)
    reports:      list, preview, build ┘       every look folds first what is committed
    upkeep:       fold, settle, purge
"""
