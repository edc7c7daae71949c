"""The mail systems of the world, open ones; ``sealed_systems`` has every third (number divisible by three).

::

    microsoft, google, gateways, own, hosted, freemail ─▶ OPEN: systems of people
    senders ─▶ services that only programs send by
"""

from tests.persons.system import System
from tests.persons.systems import freemail, gateways, google, hosted, microsoft, own

OPEN: tuple[System, ...] = (
    *microsoft.SYSTEMS,
    *google.SYSTEMS,
    *gateways.SYSTEMS,
    *own.SYSTEMS,
    *hosted.SYSTEMS,
    *freemail.SYSTEMS,
)

__all__ = ["OPEN"]
