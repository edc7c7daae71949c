"""Notices: a report goes to one contact, after a person approved it, once, whatever crashes.

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

**Crashes.** The step ``SENDING`` is durable before the first octet of the dialogue. A notice that is found in it later
is sent again. Its octets follow from the stored text, the time of the first attempt and the key; so a second copy,
which is made only if the smarthost's 250 came and our next step wasn't stored, is the same mail with the same
Message-ID. The stored text is the report, with evidence of at most 30 days. It is deleted in the transaction that
stores the step ``SENT``, and after a week in any case.
"""
