"""The SMTP sink: takes mail for catalogued domains, streams it past its consumers, and forgets it.

::

    packets ─▶ session (an aiosmtpd SMTP) ─┬─ commands ─▶ dialogue ─▶ path, policy, envelope ─▶ replies
               the only I/O besides server │                 │
                                           └─ data ─▶ dots ─▶ stream: header facts, counts, digests
                                                             │
                               intake.take ◀─ Ended ◀────────┘       the reply is written when it returned

``server`` accepts connections and drains them. Everything but ``session`` and ``server`` is free of I/O.
"""

from catcher.smtp.counters import Counters
from catcher.smtp.server import SmtpServer
from catcher.smtp.settings import Limits, Settings
from catcher.smtp.stream import MessageStream

__all__ = ["Counters", "Limits", "MessageStream", "Settings", "SmtpServer"]
