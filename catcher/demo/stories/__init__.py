"""The strands of the month, each a function from the script to its events.

::

    script (days, people, signing) ─┬─▶ work      people write to a wrong address: what the sink is for
                                    ├─▶ machines  newsletters, notices, bounces, automatic replies, a log-in
                                    └─▶ abuse     forgery, replay, sign-up forms: what must never lead to a notice
"""
