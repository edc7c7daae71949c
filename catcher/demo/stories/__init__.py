"""The stories of the month, each a function from the script to its events.

::

    script (days, people, signing) ─┬─▶ work      people write to a wrong address: the sink's purpose
                                    ├─▶ rules     a platform, a forward, answers, DMARC reports: a rule for each
                                    ├─▶ machines  newsletters, notices, bounces, automatic replies, a log-in
                                    └─▶ abuse     forgery, replay, sign-up forms: they must never lead to a notice
"""
