"""The port to the store: all parts of its contract together."""

from __future__ import annotations

from typing import Protocol

from catcher.model.ports.alerts import AlertStore
from catcher.model.ports.contacts import ContactStore
from catcher.model.ports.demand import DemandStore, PolicyStore
from catcher.model.ports.forgetting import ForgettingStore
from catcher.model.ports.incidents import IncidentStore
from catcher.model.ports.notices import NoticeStore
from catcher.model.ports.observations import ObservationStore
from catcher.model.ports.sight import SightStore
from catcher.model.ports.unstored import UnstoredStore
from catcher.model.ports.upkeep import UpkeepStore


class Store(
    ObservationStore,
    IncidentStore,
    DemandStore,
    PolicyStore,
    ContactStore,
    NoticeStore,
    AlertStore,
    ForgettingStore,
    SightStore,
    UnstoredStore,
    UpkeepStore,
    Protocol,
):
    """The store's contract. Every method is synchronous, and all calls come from one thread.

    Every method raises StoreUnavailable when the medium fails. Tests compare other stores with the memory store:
    tests/unit/store runs the same contract, part by part, over every implementation.
    """

    def close(self) -> None: ...
