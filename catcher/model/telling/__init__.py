"""Values of telling: reports, contacts, notices and their life, answers, alerts.

::

    Incident ─▶ Report ─▶ Notice ─▶ PartyAnswer
                  Contact ┘
"""
