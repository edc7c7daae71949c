"""The actions of an operator, for the command line and a later web page. The room takes ports and values.

::

    observations: find, show, export ──┐
    incidents:    list, show, notice? ─┼─▶ Desk (store, folder, directory, operator, now)
    reports:      list, preview, build ┘       each action folds first what is committed
    standing:     where incidents stand and what notices did, from the ledgers of notices and policies
    upkeep:       fold, settle, purge
    watch:        every few minutes: fold, policies (note which are in force), delegation (is it still ours?),
                  alerts (each raised once, then tried until a receiver takes it or the time is over)
"""
