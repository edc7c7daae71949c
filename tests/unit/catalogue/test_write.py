"""Rewriting touches the rows it means and no other octet of the file."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.catalogue import Entry, read_catalogue
from catcher.catalogue.row import quoted
from catcher.catalogue.write import writing
from catcher.model.errors import ConfigurationError, EnvironmentFailure
from tests.support.catalogues import Write

ODD = b'\xef\xbb\xbfDomain, intended,POLICY\r\n"Army.ml", ARMY.mil ,accept\r\n\r\nnavy.ml\r\nb\xc3\xbccher.ml,,null'
"""A file as people leave them: byte-order mark, spaces, quotes, a blank line, no end of line at the end."""


def entry(files: list[Path], domain: str) -> Entry:
    found = read_catalogue(files).get(domain)
    assert found is not None
    return found


def test_a_row_is_added_at_the_end_and_the_rest_stays(write: Write) -> None:
    file = write(data=ODD)
    with writing([file]) as edit:
        edit.add({"domain": "marine.ml", "intended": "marine.example", "policy": "explain"})
        edit.commit()
    assert file.read_bytes() == ODD + b"\r\nmarine.ml,marine.example,explain\r\n"


def test_the_header_row_is_widened_when_a_row_needs_it(write: Write) -> None:
    file = write(data=b"domain\narmy.ml\n")
    with writing([file]) as edit:
        edit.add({"domain": "navy.ml", "note": "one, two"})
        edit.commit()
    assert file.read_bytes() == b'domain,intended,policy,until,then,note\narmy.ml\nnavy.ml,,accept,,,"one, two"\n'


def test_a_row_can_be_added_to_a_bare_header_row(write: Write) -> None:
    file = write(data=b"domain")
    with writing([file]) as edit:
        edit.add({"domain": "Bücher.ml"})
        edit.commit()
    assert file.read_bytes() == b"domain,intended,policy\nxn--bcher-kva.ml,,accept\n"


def test_a_row_is_removed_with_its_line(write: Write) -> None:
    file = write(data=ODD)
    with writing([file]) as edit:
        edit.remove(entry([file], "navy.ml"))
        edit.commit()
    assert file.read_bytes() == ODD.replace(b"navy.ml\r\n", b"")


def test_a_changed_row_keeps_its_other_cells(write: Write) -> None:
    file = write(data=ODD)
    with writing([file]) as edit:
        edit.change(entry([file], "army.ml"), {"policy": "null"})
        edit.commit()
    assert file.read_bytes() == ODD.replace(b'"Army.ml", ARMY.mil ,accept', b"Army.ml, ARMY.mil ,null")


def test_the_row_of_the_right_file_is_changed(write: Write) -> None:
    files = [write("army.ml"), write("navy.ml", name="more.csv")]
    before = files[0].read_bytes()
    with writing(files) as edit:
        edit.change(entry(files, "navy.ml"), {"policy": "null"})
        edit.commit()
    assert files[0].read_bytes() == before
    assert files[1].read_bytes().endswith(b"\nnavy.ml,,null\n")


def test_without_commit_nothing_is_written(write: Write) -> None:
    file = write("army.ml")
    before = file.read_bytes()
    with writing([file]) as edit:
        edit.add({"domain": "navy.ml"})
    assert file.read_bytes() == before


def test_a_row_that_is_there_or_wrong_is_not_added(write: Write) -> None:
    file = write("army.ml")
    with writing([file]) as edit:
        with pytest.raises(ConfigurationError, match=r"catalogue.csv:2: army.ml is catalogued already; remove that"):
            edit.add({"domain": "ARMY.ml"})
        with pytest.raises(ConfigurationError, match=r"new row for catalogue.csv: until \"soon\" is not a date"):
            edit.add({"domain": "navy.ml", "until": "soon"})
        edit.add({"domain": "marine.ml"})
        with pytest.raises(ConfigurationError, match=r"marine.ml is catalogued already"):
            edit.add({"domain": "marine.ml"})


def test_a_file_that_is_wrong_is_not_edited(write: Write) -> None:
    file = write("army.ml,,acept")
    with pytest.raises(ConfigurationError, match="acept"), writing([file]):
        pytest.fail("the block was entered")


def test_mode_and_link_are_kept(write: Write, tmp_path: Path) -> None:
    file = write("army.ml")
    file.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(file)
    with writing([link]) as edit:
        edit.add({"domain": "navy.ml"})
        edit.commit()
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert b"navy.ml" in file.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"catalogue.csv", "link.csv"}


def test_the_file_is_replaced_never_rewritten(write: Write) -> None:
    """Whoever has the old file open goes on reading the old text."""
    file = write("army.ml")
    before = file.read_bytes()
    with file.open("rb") as reader:
        with writing([file]) as edit:
            edit.add({"domain": "navy.ml"})
            edit.commit()
        assert reader.read() == before


def test_a_failed_write_leaves_the_old_file_and_no_draft(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write("army.ml")
    before = file.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with writing([file]) as edit:
        edit.add({"domain": "navy.ml"})
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(EnvironmentFailure, match="No space left on device; mend"):
            edit.commit()
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["catalogue.csv"]


def test_an_edit_by_hand_meanwhile_is_not_overwritten(write: Write) -> None:
    file = write("army.ml")
    with writing([file]) as edit:
        edit.add({"domain": "navy.ml"})
        file.write_bytes(file.read_bytes() + b"marine.ml\n")
        with pytest.raises(EnvironmentFailure, match="somebody changed it meanwhile"):
            edit.commit()
    assert b"navy.ml" not in file.read_bytes()


def test_writers_wait_for_each_other(write: Write) -> None:
    """Eight writers at once: no row is lost."""
    file = write()
    together = threading.Barrier(8)

    def add(number: int) -> None:
        together.wait()
        with writing([file]) as edit:
            edit.add({"domain": f"name{number}.ml"})
            edit.commit()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(read_catalogue([file]).domains()) == {f"name{number}.ml" for number in range(8)}


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "ü", "A-1", "c.d"]).map("{}.ml".format),
        st.sampled_from(["", "x.mil"]),
        st.sampled_from(["", "accept", "null", "Explain"]),
        st.just(""),
        st.just(""),
        st.sampled_from(["", "a, b", '"', "é"]),
    ),
    unique_by=lambda row: row[0],
)


@given(ROWS, st.data(), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_other_rows_stay_octet_by_octet(
    write: Write, rows: list[list[str]], data: st.DataObject, end: str, ended: bool
) -> None:
    lines = ["domain,intended,policy,until,then,note", *map(quoted, rows)]
    file = write(data=(end.join(lines) + (end if ended else "")).encode())
    held = list(read_catalogue([file]))
    changed = {e.domain: data.draw(st.sampled_from(["stay", "remove", "null"]), e.domain) for e in held}
    with writing([file]) as edit:
        for e in held:
            if changed[e.domain] == "remove":
                edit.remove(e)
            elif changed[e.domain] == "null":
                edit.change(e, {"policy": "null"})
        edit.commit()
    after = file.read_bytes().decode().split(end)
    kept = [line for line, e in zip(lines[1:], held, strict=True) if changed[e.domain] == "stay"]
    assert [line for line in after[1:] if line in kept] == kept
    found = {e.domain: e.policy for e in read_catalogue([file])}
    assert found == {
        e.domain: "null" if changed[e.domain] == "null" else e.policy for e in held if changed[e.domain] != "remove"
    }


def test_a_row_with_separators_after_the_last_column_can_be_changed(tmp_path: Path) -> None:
    """Spreadsheets write them up to the last column that was ever used."""
    file = tmp_path / "catalogue.csv"
    file.write_text("domain,intended,policy\narmy.ml,army.mil,,,,,,,,,\n,,,\n")
    with writing([file]) as edit:
        entry = edit.rows.get("army.ml")
        assert entry is not None
        edit.change(entry, {"policy": "null"})
        edit.commit()
    assert file.read_text() == "domain,intended,policy\narmy.ml,army.mil,null\n,,,\n"
