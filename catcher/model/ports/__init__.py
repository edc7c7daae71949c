"""The ports: Protocols of what rooms need of the outside. Adapters fill them, and the wiring picks the adapters.

::

    fingerprint ─▶ Resolver          resolver.py
    intake ─▶ ObservationSink        observations.py
    desk, cli, notices ─▶ Store      store.py: observations, incidents, demand, contacts, notices, alerts, forgetting
"""

from catcher.model.ports.alerts import AlertStore
from catcher.model.ports.contacts import ContactChange, ContactStore
from catcher.model.ports.demand import DemandStore, PolicyStore
from catcher.model.ports.forgetting import ForgettingStore, PeriodRecord, Purged
from catcher.model.ports.incidents import Folded, Folder, FoldState, IncidentStore
from catcher.model.ports.notices import NoteAnswers, NoticeStore
from catcher.model.ports.observations import ColumnValue, ObservationRow, ObservationSink, ObservationStore
from catcher.model.ports.resolver import Resolver
from catcher.model.ports.sight import SightStore
from catcher.model.ports.store import Store
from catcher.model.ports.unstored import StoredShare, UnstoredStore
from catcher.model.ports.upkeep import UpkeepState, UpkeepStore

__all__ = [
    "AlertStore",
    "ColumnValue",
    "ContactChange",
    "ContactStore",
    "DemandStore",
    "FoldState",
    "Folded",
    "Folder",
    "ForgettingStore",
    "IncidentStore",
    "NoteAnswers",
    "NoticeStore",
    "ObservationRow",
    "ObservationSink",
    "ObservationStore",
    "PeriodRecord",
    "PolicyStore",
    "Purged",
    "Resolver",
    "SightStore",
    "Store",
    "StoredShare",
    "UnstoredStore",
    "UpkeepState",
    "UpkeepStore",
]
