"""Forgetting is killed at each step, and at each statement: the next run forgets the rest, and no file has an octet.

::

    a database with a canary in each table that forgets ─▶ forget, killed ─▶ read ─▶ forget ─▶ raw search
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from catcher.model.leak.demand import DemandKey
from catcher.model.telling.contact import Source
from catcher.store.sqlite import SqliteStore, verify_file
from tests.support.contacts import contact, outcome
from tests.support.folding import folder
from tests.support.notices import MORNING, notice
from tests.support.observations import NOON, observation, sender

DAY = timedelta(days=1)
KEEP_DAYS = 60
LATER = NOON + 61 * DAY
"""When all but the youngest mail is due."""

TOKENS = ("aaaaCANARYpath00", "aaaaCANARYrcpt00", "aaaaCANARYauth00")
RECENT = ("aaaaCANARYtag000", "aaaaCANARYsign00")
TRACES = ("203.0.113.199", "T12:41")
MAILS = ("T-CANARY", "REF-CANARY", "canary-path.example")
OTHERS = ("198.51.100.0/24", "canary-contact@", "canary-seen.example", "CANARY-TEXT")
ALL = (*TOKENS, *RECENT, *TRACES, *MAILS, *OTHERS)


def found(path: Path, *texts: str) -> list[str]:
    """Those of ``texts`` that are in the database, its log or its index."""
    content = b"\0".join(file.read_bytes() for file in sorted(path.parent.iterdir()))
    return [text for text in texts if text.encode() in content]


def fill(store: SqliteStore) -> None:
    """A mail with all canaries beside others, and one that stays; all folded."""
    canary = observation(
        transaction=MAILS[0],
        ref=MAILS[1],
        client=TRACES[0],
        observed_at=NOON + timedelta(minutes=41),
        reverse_path_token=TOKENS[0],
        recipients=(TOKENS[1],),
        author_token=TOKENS[2],
        retry_tag=RECENT[0],
        signatures=(RECENT[1],),
        reverse_path_domain=MAILS[2],
        sender=sender("canary-host.example"),
        fresh_reason="spf",
        domain="navy.ml",
        intended=(),
    )
    others = [observation(transaction=f"t{n}", ref=f"REF{n:05}", retry_tag=f"{n:06}") for n in range(20)]
    young = observation(transaction="t-young", ref="REFYOUNG", observed_at=LATER, retry_tag="young")
    store.add([[canary], *([o] for o in others)])
    store.add([[young]])  # a new part: the other one is indexed
    store.add_demand({DemandKey("army.ml", "MX", "NOERROR", NOON, OTHERS[0]): 3})
    found_one = contact(party="canary.example", address=f"{OTHERS[1]}canary.example", source=Source.SOA)
    came = outcome(party="canary.example", host=OTHERS[2])
    store.change_contacts("canary.example", lambda _: [found_one], outcomes=[came])
    store.add_notice(notice(), OTHERS[3].encode())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database to be copied; nothing of it is in a log."""
    path = tmp_path_factory.mktemp("filled") / "catcher.db"
    store = SqliteStore(path)
    fill(store)
    assert found(path, *ALL) == list(ALL), "the search itself works"
    store.close()
    return path.parent


@pytest.fixture
def copied(filled: Path, tmp_path: Path) -> Callable[[], Path]:
    def copy() -> Path:
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        shutil.copytree(filled, tmp_path / "copy")
        return tmp_path / "copy" / "catcher.db"

    return copy


@contextmanager
def opened(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    try:
        yield store
    finally:
        store.close()


def survives(work: Callable[[], None]) -> bool:
    """Whether a process of its own lived to the end of ``work``."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, "it was killed, or it did its work"
    return status == 0


def settled_and_forgotten(path: Path, steps: int | None) -> None:
    """Fold, settle, and some steps of forget, or all; the process is killed without closing anything."""
    store = SqliteStore(path)
    store.fold(folder)
    store.settle("2026-11")
    store.note_period("2026-11", settled_at=LATER)
    taken = sum(1 for _ in islice(store.forget(LATER, keep_days=KEEP_DAYS), steps))
    if taken == steps:
        os.kill(os.getpid(), signal.SIGKILL)


def is_forgotten(path: Path) -> None:
    """The next process reads what is left, and forgets the rest."""
    with opened(path) as store:
        assert [o.transaction for o in store.observations()][-1] == "t-young"
        for _ in store.forget(LATER, keep_days=KEEP_DAYS):
            store.add([[]])
        assert [o.transaction for o in store.observations()] == ["t-young"]
        assert list(store.contacts()) == [] and store.demand() == {} and store.notice_text(notice().id) is None
        assert list(store.forget(LATER, keep_days=KEEP_DAYS)) == []
        assert found(path, *ALL) == []
        assert sum(i.mails for i in store.incidents() if i.key.party in ("army.mil", "contractor.example")) >= 40
    assert verify_file(path) == ()
    assert found(path, *ALL) == []


def test_killed_after_any_step_the_next_run_forgets_the_rest(copied: Callable[[], Path]) -> None:
    steps, survived = 0, False
    while not survived:
        steps += 1
        path = copied()
        survived = survives(lambda: settled_and_forgotten(path, steps))  # noqa: B023
        is_forgotten(path)
    assert steps > 20, "there were steps to be killed at"


@pytest.mark.parametrize("first", range(7))
def test_killed_at_any_statement_the_next_run_forgets_the_rest(copied: Callable[[], Path], first: int) -> None:
    """All seven together: every third statement that isn't a query."""

    def work() -> None:
        store = SqliteStore(path)
        store.fold(folder)
        store.settle("2026-11")
        store.note_period("2026-11", settled_at=LATER)
        left = at

        def count(statement: str) -> None:
            nonlocal left
            if not statement.lstrip().lower().startswith("select"):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        store._db.conn.set_trace_callback(count)
        for _ in store.forget(LATER, keep_days=KEEP_DAYS):
            pass

    at, survived = 3 * first, False
    while not survived:
        path = copied()
        survived = survives(work)
        is_forgotten(path)
        at += 21
    assert at > 100, "there were statements to be killed at"


@pytest.mark.parametrize(
    ("days", "gone", "left"),
    [
        (4, (), (*TOKENS, *RECENT, *TRACES, *MAILS)),
        (5, RECENT, (*TOKENS, *TRACES, *MAILS)),
        (29, RECENT, (*TRACES, *MAILS, OTHERS[0], OTHERS[1])),
        (30, (*TOKENS, *RECENT, *TRACES), (*MAILS, OTHERS[0], OTHERS[1])),
        (60, (*TOKENS, *RECENT, *TRACES, *MAILS, *OTHERS[:3]), ()),
    ],
)
def test_each_class_goes_in_its_time(
    copied: Callable[[], Path], days: int, gone: tuple[str, ...], left: tuple[str, ...]
) -> None:
    """The month is settled on the 28th day; the organisation at an address goes with the address."""
    path = copied()
    with opened(path) as store:
        store.purge(NOON + days * DAY + timedelta(seconds=1), keep_days=KEEP_DAYS, folder=folder)
        assert found(path, *gone) == []
        assert found(path, *left) == list(left)


def test_an_old_text_of_a_notice_is_gone(copied: Callable[[], Path]) -> None:
    path = copied()
    with opened(path) as store:
        for _ in store.forget(MORNING + 8 * DAY, keep_days=3_000):
            pass
        assert found(path, "CANARY-TEXT") == []
        assert found(path, *MAILS) == list(MAILS)
