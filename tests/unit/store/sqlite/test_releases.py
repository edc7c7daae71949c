"""Each release's database, filled by its demo, is opened by this version: nothing of it is lost.

::

    tests/releases/0.N/catcher.db.xz ─▶ a copy ─▶ migrate ─▶ the same observations, incidents, notices
                       contents.json, incidents.jsonl: what that release's own commands said of it
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catcher.incident import judge_notice, latest_period, measure_incident
from catcher.model.leak.incident import MARKED, Counted
from catcher.model.mail.fingerprint import MailKind
from catcher.store.sqlite import SqliteStore, migrate_file, verify_file
from tests.support.releases import unpacked
from tests.support.tree import ROOT

RELEASES = sorted((ROOT / "tests" / "releases").iterdir())


def contents(release: Path) -> dict[str, Any]:
    return json.loads((release / "contents.json").read_text())  # type: ignore[no-any-return]


@pytest.fixture(params=RELEASES, ids=lambda release: release.name)
def release(request: pytest.FixtureRequest) -> Path:
    return request.param  # type: ignore[no-any-return]


def test_the_first_release_is_among_them() -> None:
    assert "0.1" in [release.name for release in RELEASES]


def test_what_was_stored_is_there(release: Path, tmp_path: Path) -> None:
    path = unpacked(release, tmp_path)
    migrate_file(path)
    assert verify_file(path) == ()
    was = contents(release)
    store = SqliteStore(path)
    try:
        assert len(list(store.observations())) == was["observations"]
        assert len(list(store.notices())) == was["notices"]
        assert all(store.notice_text(notice.id) for notice in store.notices())
        assert len(list(store.suppressions())) == was["suppressions"]
        assert len(list(store.incidents())) == was["incidents"]
        for line in (release / "incidents.jsonl").read_text().splitlines():
            said = json.loads(line)
            incident = store.incident(said["id"])
            assert incident is not None, said
            assert (incident.key.party, incident.key.role, incident.key.domain) == (
                said["party"],
                said["role"],
                said["domain"],
            )
            assert (incident.mails, incident.counted) == (said["mails"], said["counted"])
            assert (incident.first_day.isoformat(), incident.last_day.isoformat()) == (
                said["first_day"],
                said["last_day"],
            )
    finally:
        store.close()


def test_a_second_migration_finds_nothing_to_do(release: Path, tmp_path: Path) -> None:
    path = unpacked(release, tmp_path)
    migrate_file(path)
    assert migrate_file(path) == []


def test_what_lay_in_the_old_tables_is_gone_with_the_first_purge(release: Path, tmp_path: Path) -> None:
    path = unpacked(release, tmp_path)
    before = path.read_bytes()
    store = SqliteStore(path)
    mails = list(store.observations())
    seen = {o.client for o in mails} | {token for o in mails for token in (*o.recipients, *o.signatures)}
    assert seen and all(text.encode() in before for text in seen)
    newest = max(o.observed_at for o in mails)
    list(store.forget(newest + timedelta(days=100), keep_days=300))
    assert [o.id for o in store.observations()] == [o.id for o in mails]
    sums = {m.token for i in store.incidents() for m in i.mailboxes}
    octets = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not [text for text in seen - sums if text.encode() in octets and "/" not in text]
    assert store._db.table_names() == [name for name in store._db.table_names() if not name.endswith("_0")]
    store.close()
    assert verify_file(path) == ()


def test_a_retry_of_what_was_stored_is_known(release: Path, tmp_path: Path) -> None:
    store = SqliteStore(unpacked(release, tmp_path))
    try:
        earlier = next(o for o in store.observations() if o.retry_tag is not None and o.retry_of is None)
        ((again,),) = store.add([[replace(earlier, transaction="again", signatures=())]])
        assert again.retry_of == earlier.id
    finally:
        store.close()


@pytest.mark.parametrize(
    "release", [each for each in RELEASES if each.name in ("0.1", "0.2")], ids=lambda each: each.name
)
def test_what_earlier_releases_did_not_keep_is_not_made_up(release: Path, tmp_path: Path) -> None:
    """No reason, no kind, no level that may be named; a notice due by their mail alone needs a second approver."""
    path = unpacked(release, tmp_path)
    migrate_file(path)
    store = SqliteStore(path)
    try:
        assert {o.author_token for o in store.observations()} == {None}
        incidents = list(store.incidents())
        cells = {cell for incident in incidents for cell in incident.cells}
        assert {(cell.reason, cell.kind, cell.level or MARKED) for cell in cells} == {(None, MailKind.ORDINARY, MARKED)}
        ways = {m.counted for incident in incidents for m in incident.mailboxes}
        ways |= {t.counted for incident in incidents for t in incident.settled}
        assert ways <= {Counted.NO, Counted.RESIDUAL}
        decisions = [judge_notice(measure_incident(i, period)) for i in incidents if (period := latest_period(i))]
        assert all(decision.second_approver for decision in decisions if decision.due)
        assert any(incident.counted for incident in incidents)
    finally:
        store.close()
