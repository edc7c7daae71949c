"""Mails that name an author who didn't write here: forwards, copies, replays, forgeries.

::

    a letter to somebody else ─▶ Decoy: what is done with it ─▶ Sent, and what is right: never, a forward, a residual
"""

from tests.persons.decoys.decoy import Decoy, Expected, cases
from tests.persons.decoys.forgeries import DECOYS as _FORGERIES
from tests.persons.decoys.forwards import DECOYS as _FORWARDS

OPEN: tuple[Decoy, ...] = (*_FORWARDS, *_FORGERIES)

__all__ = ["OPEN", "Decoy", "Expected", "cases"]
