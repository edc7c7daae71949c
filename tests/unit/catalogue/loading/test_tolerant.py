"""A tolerant load: which row stands, what is told of the others, and what is known to have changed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catcher.catalogue.loading.loaded import LoadedCatalogue
from catcher.catalogue.loading.tolerant import load_tolerant
from catcher.model.serving import ServedPart
from tests.support.catalogues import HEADER, LONG_AGO, CatalogueServer


@pytest.fixture
def server(tmp_path: Path) -> CatalogueServer:
    return CatalogueServer(tmp_path)


def policies(loaded: LoadedCatalogue) -> dict[str, str]:
    return {entry.domain: entry.policy.value for entry in loaded.catalogue}


def told(loaded: LoadedCatalogue) -> list[tuple[str, str]]:
    return [(part.name, part.fault.where) for part in loaded.kept]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_faulty_row_is_served_as_it_was_and_the_others_as_they_are(server: CatalogueServer, restarted: bool) -> None:
    server.load("army.ml,,null\nnavy.ml\n")
    if restarted:
        server.restart()
    loaded = server.load("new.ml\narmy.ml,,nul\nnavy.ml,,null\n")
    assert policies(loaded) == {"new.ml": "accept", "army.ml": "null", "navy.ml": "null"}
    assert told(loaded) == [("army.ml", "catalogue.csv:3")]
    assert loaded.changed == frozenset({"new.ml", "navy.ml"})
    (entry,) = [entry for entry in loaded.catalogue if entry.domain == "army.ml"]
    assert entry.where == "catalogue.csv:3"


@pytest.mark.parametrize(
    "row", ['"army.ml,army.mil', "army.ml,,,,,,,,x", "army.ml;army.mil", "army.ml\tarmy.mil", "army.ml\0", '"army.ml"x']
)
def test_the_domain_of_a_row_that_can_not_be_read_is_taken_from_its_beginning(
    server: CatalogueServer, row: str
) -> None:
    server.load("army.ml,,null\n")
    loaded = server.load(f"{row}\n")
    assert policies(loaded) == {"army.ml": "null"}
    assert told(loaded) == [("army.ml", "catalogue.csv:2")]


def test_a_faulty_row_without_a_good_one_before_serves_nothing(server: CatalogueServer) -> None:
    loaded = server.load("army.ml,,nul\nnavy.ml\n")
    assert policies(loaded) == {"navy.ml": "accept"}
    (part,) = loaded.kept
    assert (part.part, part.name, part.since, part.serves) == (ServedPart.ROW, "army.ml", server.now, None)


def test_a_right_row_stands_before_a_faulty_one_and_the_last_good_one(server: CatalogueServer) -> None:
    server.load("army.ml,,null\n")
    assert policies(server.load("army.ml,,nul\narmy.ml,,explain\n")) == {"army.ml": "explain"}
    assert policies(server.load("army.ml,,nul\n")) == {"army.ml": "explain"}


def test_a_row_taken_away_is_gone_even_if_it_was_faulty(server: CatalogueServer) -> None:
    server.load("army.ml\nnavy.ml\n")
    server.load("army.ml,,nul\nnavy.ml\n")
    loaded = server.load("navy.ml\n")
    assert (policies(loaded), loaded.kept) == ({"navy.ml": "accept"}, ())
    assert loaded.changed == frozenset({"army.ml"})


def test_of_two_rows_the_first_stands_and_the_second_is_told(server: CatalogueServer) -> None:
    loaded = server.load("army.ml,,null\nnavy.ml\narmy.ml,,explain\n")
    assert policies(loaded) == {"army.ml": "null", "navy.ml": "accept"}
    (part,) = loaded.kept
    assert str(part.fault) == ("catalogue.csv:4: army.ml stands in catalogue.csv:2 already; keep one row of the two")
    loaded = server.load("navy.ml\narmy.ml,,explain\n")
    assert (policies(loaded), loaded.kept) == ({"navy.ml": "accept", "army.ml": "explain"}, ())


def test_a_row_added_above_stands_before_the_one_below(server: CatalogueServer) -> None:
    server.load("navy.ml\narmy.ml,,null\n")
    loaded = server.load("army.ml,,explain\nnavy.ml\narmy.ml,,null\n")
    assert policies(loaded) == {"army.ml": "explain", "navy.ml": "accept"}
    assert told(loaded) == [("army.ml", "catalogue.csv:4")]
    assert loaded.changed == frozenset({"army.ml"})


CUT = ["army.ml,,null\nnavy.ml,,nu", "army.ml,,null\nna", "army.ml,,nu"]
WRONG = {
    "absent": None,
    "empty": b"",
    "cut in the header": b"domain,inten",
    "UTF-16": f"{HEADER}\narmy.ml\n".encode("utf-16"),
    "semicolons": b"domain;intended\narmy.ml;\n",
    "zeros": b"\0" * 100,
    "zeros at the end": f"{HEADER}\narmy.ml,,null\n".encode() + b"\0" * 100,
    "cut after the header": HEADER.encode(),
} | {f"cut: {text!r}": f"{HEADER}\n{text}".encode() for text in CUT}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("restarted", [False, True])
def test_a_file_that_is_wrong_as_a_whole_is_served_as_it_was(
    server: CatalogueServer, kind: str, restarted: bool
) -> None:
    server.load("army.ml,,null\nnavy.ml\nmarine.ml\n")
    good_at = server.now
    if restarted:
        server.restart()
    loaded = server.load(WRONG[kind])
    assert policies(loaded) == {"army.ml": "null", "navy.ml": "accept", "marine.ml": "accept"}
    (part,) = loaded.kept
    assert (part.part, part.name, part.serves) == (ServedPart.CATALOGUE, "catalogue.csv", good_at)
    assert loaded.changed == frozenset()
    loaded = server.load("army.ml\n")
    assert (policies(loaded), loaded.kept) == ({"army.ml": "accept"}, ())


def test_rows_taken_from_the_end_are_gone(server: CatalogueServer) -> None:
    """A file that ends at the end of a line is whole, and so is one that never ended with LF."""
    server.load("army.ml\nnavy.ml\nmarine.ml\n")
    assert [*policies(server.load("army.ml\nnavy.ml\n"))] == ["army.ml", "navy.ml"]
    server.load("army.ml\nnavy.ml\nmarine.ml")
    assert [*policies(server.load("army.ml\nnavy.ml"))] == ["army.ml", "navy.ml"]
    assert [*policies(server.load("army.ml\nna"))] == ["army.ml"], "as many lines as before: only the row is faulty"
    assert policies(server.load("")) == {}


def test_a_file_that_was_never_good_leaves_the_others_be(tmp_path: Path) -> None:
    server = CatalogueServer(tmp_path, "one.csv", "two.csv")
    loaded = server.load(b"junk\n", "army.ml\n")
    assert policies(loaded) == {"army.ml": "accept"}
    assert [(part.name, part.serves) for part in loaded.kept] == [("one.csv", None)]
    loaded = server.load("navy.ml\n", "army.ml\n")
    assert (policies(loaded), loaded.kept) == ({"navy.ml": "accept", "army.ml": "accept"}, ())


def test_the_time_since_a_fault_lasts_over_reloads_and_restarts(server: CatalogueServer) -> None:
    server.load("army.ml\n")
    first = server.load("army.ml,,nul\n").kept
    moved = server.load("navy.ml\narmy.ml,,nul\n").kept
    server.restart()
    again = server.load("navy.ml\narmy.ml,,nul\n").kept
    assert [part.fault.where for part in (*first, *moved, *again)] == [f"catalogue.csv:{row}" for row in (2, 3, 3)]
    assert {(part.since, part.serves) for part in (*first, *moved, *again)} == {
        (LONG_AGO + timedelta(hours=2), LONG_AGO + timedelta(hours=1))
    }
    (other,) = server.load("navy.ml\narmy.ml,,nll\n").kept
    assert (other.since, other.serves) == (server.now, LONG_AGO + timedelta(hours=1))


def test_nothing_changed_is_told_without_a_new_table(server: CatalogueServer) -> None:
    first = server.load("army.ml\nnavy.ml,,nul\n")
    again = server.load("army.ml\nnavy.ml,,nul\n")
    assert again.rows is first.rows
    assert (again.changed, again.kept, again.digest) == (frozenset(), first.kept, first.digest)


def test_a_file_that_is_as_it_was_is_not_read(server: CatalogueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its times, size and inode, once its last change is old enough for every later one to have another time."""
    server.now = datetime(2200, 1, 1, tzinfo=UTC)
    first = server.load("army.ml\n")
    file = server.files[0]
    monkeypatch.setattr("catcher.catalogue.loading.tolerant.octets", lambda _: pytest.fail("it was read"))
    again = load_tolerant(server.files, before=first, kept=server.kept, guard=None, now=server.now)
    assert again.rows is first.rows
    monkeypatch.undo()
    status = file.stat()
    file.with_name("new").write_text(f"{HEADER}\nnavy.ml\n")
    os.utime(file.with_name("new"), ns=(status.st_atime_ns, status.st_mtime_ns))
    file.with_name("new").rename(file)
    again = load_tolerant(server.files, before=first, kept=server.kept, guard=None, now=server.now)
    assert [*policies(again)] == ["navy.ml"], "another inode tells, although size and time of change are the same"


def test_the_digest_is_of_the_octets_that_are_served(server: CatalogueServer) -> None:
    first = server.load("army.ml\n")
    assert server.load(b"").digest == first.digest
    assert server.load("navy.ml\n").digest != first.digest
    assert server.load("army.ml\n").digest == first.digest


def test_after_a_restart_what_changed_meanwhile_is_known(server: CatalogueServer) -> None:
    assert server.load("army.ml\nnavy.ml\n").changed is None
    server.restart()
    assert server.load("army.ml\nnavy.ml\n").changed == frozenset()
    server.restart()
    assert server.load("army.ml,,,,,another note\nmarine.ml\n").changed == frozenset({"navy.ml", "marine.ml"})


def test_more_changed_rows_than_are_named_are_unknown(server: CatalogueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catcher.catalogue.loading.loaded.MOST_CHANGED", 2)
    server.load("army.ml\nnavy.ml\nmarine.ml\n")
    assert server.load("army.ml,,null\nnavy.ml,,null\nmarine.ml\n").changed == frozenset({"army.ml", "navy.ml"})
    assert server.load("army.ml\nnavy.ml\nmarine.ml,,null\n").changed is None


def test_very_many_faulty_rows_are_a_fault_of_the_file(
    server: CatalogueServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("tolerant", "building"):
        monkeypatch.setattr(f"catcher.catalogue.loading.{module}.MOST_FAULTY", 2)
    first = server.load("a.ml,,x\nb.ml,,x\nc.ml,,x\narmy.ml\n")
    assert policies(first) == {"army.ml": "accept"}
    assert [part.name for part in first.kept] == ["catalogue.csv", "a.ml", "b.ml"]
    good = server.load("army.ml\nnavy.ml\nmarine.ml\n")
    good_at = server.now
    loaded = server.load("army.ml,,x\nnavy.ml,,x\nmarine.ml,,x\nnew.ml\n")
    assert policies(loaded) == policies(good)
    assert [(part.part, part.serves) for part in loaded.kept] == [(ServedPart.CATALOGUE, good_at)]


def test_a_pickled_load_shares_its_base(server: CatalogueServer) -> None:
    first = server.load("".join(f"name{i}.ml\n" for i in range(5000)))
    second = server.load("".join(f"name{i}.ml\n" for i in range(5000) if i != 77))
    assert second.base is first.base
    copy: LoadedCatalogue = pickle.loads(pickle.dumps(second))
    assert [*copy.catalogue] == [*second.catalogue]
    assert (copy.changed, copy.digest) == (frozenset({"name77.ml"}), second.digest)


def test_a_process_that_hashes_otherwise_reads_a_pickled_load(server: CatalogueServer, tmp_path: Path) -> None:
    """Hashes of octets differ between processes that aren't forks of each other (PYTHONHASHSEED)."""
    loaded = server.load("".join(f"name{i}.ml\n" for i in range(100)))
    (tmp_path / "pickled").write_bytes(pickle.dumps(loaded))
    program = (
        "import pickle, sys; held = pickle.load(open(sys.argv[1], 'rb')).catalogue;"
        "print(sum(f'name{i}.ml' in held for i in range(200)))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "pickled")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    found = {
        subprocess.run(command, env=environment | {"PYTHONHASHSEED": seed}, check=True, capture_output=True).stdout
        for seed in "12"
    }
    assert found == {b"100\n"}
