"""Weights of the model behind ``genuine``: log-odds by trait. Written by ``python -m tests.training.genuine --write``.

Learnt from 3047 mails of 2002 (SpamAssassin's public corpus, ham and spam) and 600 letters of
today's shapes made by tests/persons; what receivers and list servers had added was taken away first.
"""

from __future__ import annotations

BIAS = 1.31
"""Log-odds of a mail without any trait; about as many genuine mails as not are presumed."""

TRAIT_WEIGHTS = {
    "alternative": -0.3,
    "base64-text": -0.1,
    "damaged": -0.74,
    "from-digits": -0.65,
    "from-domain-digits": -0.27,
    "from-name": 1.18,
    "from-name-is-address": -0.12,
    "from-several": -0.38,
    "from-unread": -0.04,
    "html": -1.96,
    "message-id-dollar": -1.21,
    "message-id-malformed": -1.41,
    "message-id-none": -0.2,
    "message-id-other-domain": -1.37,
    "mimeole-alone": -0.54,
    "mixed": -0.88,
    "own-fields": 1.5,
    "plain": -0.22,
    "priority": -1.13,
    "priority-normal": -0.33,
    "program": 0.69,
    "program-forged": -1.23,
    "program-other": 0.12,
    "re": 1.15,
    "re-alone": 0.44,
    "repeated": -0.17,
    "reply": 1.98,
    "reply-to": -0.75,
    "reply-to-elsewhere": -0.97,
    "signed": 0.06,
    "subject-cry": -0.93,
    "subject-loud": -1.14,
    "subject-money": -0.66,
    "subject-none": -0.7,
    "subject-offer": -1.61,
    "subject-question": 0.32,
    "subject-raw": -0.35,
    "subject-tail": -0.49,
    "subject-title": -0.21,
    "subject-you": -1.29,
    "to-is-from": -0.66,
    "to-many": -0.93,
    "to-name": 0.56,
    "to-name-is-local-part": 0.29,
    "to-none": -0.13,
    "to-several": 0.91,
}
