"""The SMTP sink: takes mail for catalogued domains, streams it past its consumers, and forgets it.

::

    packets ─▶ front ─▶ session (a connection) ─┬─ commands ─▶ dialogue ─▶ order, policy, envelope ─▶ results
       one buffer, PROXY, TLS                   │                  │
                                                └─ data: dots (DATA) or a number of octets (BDAT)
                                                           └▶ stream: header facts, counts, digests
                                                                  │
                                    intake.take ◀─ Ended ◀────────┘     the reply is written when it returned

``server`` accepts connections and drains them, ``gate`` admits them. Only ``front``, ``connection``, ``session``,
``recorder`` and ``server`` do network I/O or wait for it; ``certificate`` and ``explanation`` read files.
"""

from catcher.smtp.admission.gate import EVICTED_STILL_OPEN, Gate
from catcher.smtp.counters import Counters
from catcher.smtp.dialogue.pool import EnvelopePool
from catcher.smtp.explaining.explanation import Explanations, load_explanations
from catcher.smtp.message.stream import MessageStream
from catcher.smtp.operatormail import OperatorMail, operator_mail_lines
from catcher.smtp.serving.certificate import Certificates, self_signed
from catcher.smtp.serving.front import ReadBuffer
from catcher.smtp.serving.server import SmtpServer
from catcher.smtp.settings import SmtpLimits, SmtpSettings

__all__ = [
    "EVICTED_STILL_OPEN",
    "Certificates",
    "Counters",
    "EnvelopePool",
    "Explanations",
    "Gate",
    "MessageStream",
    "OperatorMail",
    "ReadBuffer",
    "SmtpLimits",
    "SmtpServer",
    "SmtpSettings",
    "load_explanations",
    "operator_mail_lines",
    "self_signed",
]
