"""Other people's software as senders: each delivers a letter to the sink in its own way, and says what it can do.

::

    letter ─▶ commands: one program run, one delivery    ─┐
             ▶ runtimes: a small program on a library     ├─▶ sink
             ▶ queues: an MTA that takes it, and delivers ─┘
"""

from tests.support.senders.letter import Feature, Letter, Sender
from tests.support.senders.registry import SENDERS, table

__all__ = ["SENDERS", "Feature", "Letter", "Sender", "table"]
