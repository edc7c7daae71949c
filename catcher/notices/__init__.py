"""Notices: sends each approved report once to one contact, even if a process crashes.

::

    incidents ─▶ due (pure) ─▶ drafting ─▶ Store: a draft with its text      (the mail without Date and signature)
    find ─▶ contacts ─┘                       │
    ledger, suppressions                      ▼
                     approval: a person reads it and approves, or suppresses
                                              │
                                              ▼
    outgoing: text (encrypted to the contact's OpenPGP key, where it has one) + Date + DKIM
              └─▶ sending ⇄ smarthost                                        (STARTTLS, AUTH; smtplib, bounded)
                                       └──▶ Store: sending │ sent, deferred, failed     (a step each, durable)
    no answer, or it came back: due ─▶ next step: another contact, a letter, the CSIRT (again a draft)
    alerts to the operator: alertmail (smarthost), webhook (signed JSON over HTTPS)

**Crashes.** The step ``sending`` is durable before the first octet of the dialogue. A notice that is in this state
after a crash is sent again. The stored text, the time of the first attempt and the key determine its octets, so a
second copy is the same mail with the same Message-ID. A second copy goes out only if the smarthost replied 250 and our
next step wasn't stored. The stored text is the report, with evidence that is at most 30 days old. The transaction that
stores ``sent`` deletes this text; otherwise it is deleted after a week.
"""
