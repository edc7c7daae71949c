"""What is purged is gone from every file, byte by byte."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catcher.model.errors import StoreUnavailable
from catcher.model.leak.demand import DemandKey
from catcher.model.mail.observation import Observation
from catcher.model.ports import Folded, Folder
from catcher.store import SqliteStore
from catcher.store.sqlite.sums import mailboxes
from tests.support.folding import folder
from tests.support.observations import NOON, observation, sender

DAY = timedelta(days=1)


def octets(path: Path) -> bytes:
    """All that is in the database, its log and its index."""
    return b"\0".join(file.read_bytes() for file in sorted(path.parent.glob(path.name + "*")))


def found(path: Path, *texts: str) -> list[str]:
    content = octets(path)
    return [text for text in texts if text.encode() in content]


def test_a_purged_row_leaves_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    secrets = ("T-CANARY", "REF-CANARY", "203.0.113.199", "fedcba9876543210", "0123456789fedcba", "canary.example")
    transaction, ref, client, token, signature, domain = secrets
    canary = observation(
        transaction=transaction,
        ref=ref,
        client=client,
        reverse_path_token=token,
        signatures=(signature,),
        reverse_path_domain=domain,
    )
    store.add([[canary], [observation(observed_at=NOON + 90 * DAY)]])
    assert found(path, *secrets) == list(secrets), "the search itself works"
    store.purge(NOON + 91 * DAY, keep_days=90, folder=folder)
    assert found(path, *secrets) == []
    assert len(list(store.observations())) == 1
    store.close()
    assert found(path, *secrets) == []


def test_after_thirty_days_the_address_is_gone_and_the_row_is_not(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    at = NOON + timedelta(minutes=41)
    store.add([[observation(client="203.0.113.199", observed_at=at, retry_tag="fade01")]])
    assert found(path, "203.0.113.199", "2026-11-03T12:41", "fade01")
    store.purge(at + 31 * DAY, keep_days=90, folder=folder)
    assert found(path, "203.0.113.199", "2026-11-03T12:41", "fade01") == []
    assert found(path, "203.0.113.0/24", "2026-11-03T12:00") == ["203.0.113.0/24", "2026-11-03T12:00"]
    store.close()


def test_settled_mailboxes_are_gone_with_the_next_purge(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    store.add([[observation(reverse_path_token="fedcba9876543210")]])
    now = NOON + 40 * DAY
    store.purge(now, keep_days=30, folder=folder)
    assert found(path, "fedcba9876543210") == []
    assert {total.mailboxes for incident in store.incidents() for total in incident.settled} == {1}
    store.close()


def test_old_demand_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    store.add_demand({DemandKey("army.ml", "MX", "NOERROR", NOON, "203.0.113.0/24"): 3})
    store.purge(NOON + 40 * DAY, keep_days=30, folder=folder)
    assert found(path, "203.0.113.0/24") == []
    store.close()


@pytest.mark.parametrize("seed", range(3))
def test_of_thousands_of_rows_in_any_order_none_leaves_a_trace(tmp_path: Path, seed: int) -> None:
    """Pages that SQLite splits and merges keep copies of the rows they move: secure_delete alone fails here."""
    path = tmp_path / "catcher.db"
    rng = random.Random(seed)
    store = SqliteStore(path)

    def token(kind: str) -> str:
        return f"{kind}{rng.getrandbits(64):016x}"

    def sample() -> Observation:
        return observation(
            transaction=token("T"),
            ref=token("F"),
            observed_at=NOON + timedelta(minutes=rng.randrange(60 * 24 * 45)),
            reverse_path_token=token("S"),
            recipients=tuple(token("R") for _ in range(rng.choice((1, 1, 3, 8)))),
            signatures=tuple(token("G") for _ in range(rng.randrange(3))),
            sender=sender(organisation="x" * rng.randrange(300)),
        )

    for _ in range(60):
        store.add([[sample()] for _ in range(50)])

    def texts() -> set[str]:
        rows = {t for o in store.observations() for t in (o.transaction, o.ref, *o.recipients, *o.signatures)}
        return rows | {m.token for i in store.incidents() for m in i.mailboxes}

    before = texts()
    store.purge(NOON + 50 * DAY, keep_days=20, folder=folder)
    gone = before - texts()
    assert len(gone) > 3_000
    left = {text.decode() for text in re.findall(rb"[TFSRG][0-9a-f]{16}", octets(path))}
    assert gone & left == set()
    store.close()


def test_a_purge_that_was_cut_off_is_made_good_by_the_next(tmp_path: Path) -> None:
    """Another process that reads an old state keeps the log: the purge says so, and the next one finishes it."""
    path = tmp_path / "catcher.db"
    store = SqliteStore(path, busy_seconds=0.0)
    store.add([[observation(ref="REF-CANARY")]])
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM mail_1").fetchone()
    now = NOON + 91 * DAY
    with pytest.raises(StoreUnavailable, match="another process"):
        store.purge(now, keep_days=90, folder=folder)
    assert found(path, "REF-CANARY")
    reader.close()
    assert store.purge(now, keep_days=90, folder=folder).deleted == 0
    assert found(path, "REF-CANARY") == []
    store.close()


def test_what_arrives_while_a_purge_runs_is_folded_before_it_goes(tmp_path: Path) -> None:
    """An old observation, committed by another process after the purge has folded, keeps its row until the next."""
    path = tmp_path / "catcher.db"
    other = SqliteStore(path)

    class Interrupted(SqliteStore):
        def fold(self, folder: Folder, *, now: datetime | None = None) -> Folded:
            folded = super().fold(folder, now=now)
            other.add([[observation(transaction="t-late")]])
            return folded

    store = Interrupted(path)
    assert store.purge(NOON + 91 * DAY, keep_days=90, folder=folder).deleted == 0
    assert [o.transaction for o in other.observations()] == ["t-late"]
    assert other.purge(NOON + 91 * DAY, keep_days=90, folder=folder).deleted == 1
    assert {incident.mails for incident in other.incidents()} == {1}
    store.close()
    other.close()


def test_a_dry_run_rewrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    store.add([[observation(ref="REF-CANARY")]])
    store.purge(NOON + 91 * DAY, keep_days=90, folder=folder, dry_run=True)
    assert found(path, "REF-CANARY") == ["REF-CANARY"]
    store.close()


def test_sums_are_kept_by_observation_only_as_long_as_it_may_change(tmp_path: Path) -> None:
    """A mail that counts by its client's address may stop counting until the address is forgotten."""
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    store.add([[observation(transaction=f"t{n}", retry_tag=None, fresh_reason="spf")] for n in range(3)])
    store.fold(folder)
    cells = "SELECT count(*), sum(mails) FROM incident_cell WHERE observation"
    with closing(sqlite3.connect(path)) as other:
        assert other.execute(f"{cells} > 0").fetchone() == (6, 6)
        store.purge(NOON + 31 * DAY, keep_days=90, folder=folder)
        assert other.execute(f"{cells} > 0").fetchone() == (0, None)
        assert other.execute(f"{cells} = 0").fetchone() == (2, 6)
    store.close()


def test_the_organisations_at_an_address_are_gone_after_thirty_days(tmp_path: Path) -> None:
    path = tmp_path / "catcher.db"
    store = SqliteStore(path)
    store.add([[observation(client="203.0.113.199", sender=sender("canary.example"))]])
    lines = "SELECT client, organisation FROM organisation_2"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute(lines).fetchall() == [("203.0.113.199", "canary.example")]
        store.purge(NOON + 29 * DAY, keep_days=90, folder=folder)
        assert db.execute(lines).fetchall() == [("203.0.113.199", "canary.example")]
    store.purge(NOON + 31 * DAY, keep_days=90, folder=folder)
    assert found(path, "203.0.113.199") == []
    store.close()


class Killed(Exception):
    """The process ends here."""


def test_settling_in_steps_loses_nothing_when_it_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each incident's lines and totals change together: it has either its mailboxes or their numbers."""
    store, whole = SqliteStore(tmp_path / "steps.db"), SqliteStore(tmp_path / "whole.db")
    for each in (store, whole):
        senders = [sender(f"o{n}.example") for n in range(5)]
        each.add([[observation(transaction=s.domain, retry_tag=None, sender=s)] for s in senders])
        each.fold(folder)
    lines = whole.settle("2026-11")
    insert = mailboxes.insert
    calls = iter(range(3 + 5 * 3 + 3 + 1))

    def interrupted(*args: object) -> None:
        """A sender's incident has three totals, that of the intended party three for each: the fourth one is cut."""
        if next(calls, None) is None:
            raise Killed
        insert(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(mailboxes, "LINES_AT_ONCE", 1)
        patched.setattr(mailboxes, "insert", interrupted)
        with pytest.raises(Killed):
            store.settle("2026-11")
    assert [bool(i.mailboxes) for i in store.incidents()].count(False) == 3
    assert all(bool(i.mailboxes) is not bool(i.settled) for i in store.incidents())
    assert 0 < store.settle("2026-11") < lines
    assert list(store.incidents()) == list(whole.incidents())
    store.close()
    whole.close()
