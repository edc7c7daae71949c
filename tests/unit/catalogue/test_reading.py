"""Reading the CSV files: what a row means, and each fault with its own message."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from catcher.catalogue import Entry, read_catalogue
from catcher.model.errors import ConfigurationError
from catcher.model.mail.policy import Policy
from tests.support.catalogues import Write


def faults(*files: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read_catalogue(files)
    return [str(fault) for fault in error.value.faults]


def only(file: Path) -> Entry:
    (entry,) = read_catalogue([file])
    return entry


def test_a_full_row(write: Write) -> None:
    file = write("army.ml,army.mil,explain,2027-01-31,release,we gave it back")
    where = "catalogue.csv:2"
    wanted = Entry("army.ml", "army.mil", Policy.EXPLAIN, date(2027, 1, 31), Policy.RELEASE, "we gave it back", where)
    assert only(file) == wanted


def test_empty_cells_have_their_defaults(write: Write) -> None:
    entry = only(write("army.ml,,,2027-01-01"))
    assert (entry.intended, entry.policy, entry.then, entry.note) == (None, Policy.ACCEPT, Policy.OBSERVE, "")


@pytest.mark.parametrize("columns", range(1, 7))
def test_columns_may_be_absent_from_the_right(write: Write, columns: int) -> None:
    rows = ["domain,intended,policy,until,then,note", "army.ml,army.mil,null,2027-01-01,release,x"]
    text = "\n".join(",".join(row.split(",")[:columns]) for row in rows)
    entry = only(write(data=text.encode()))
    assert entry.policy is (Policy.NULL if columns >= 3 else Policy.ACCEPT)
    assert entry.until == (date(2027, 1, 1) if columns >= 4 else None)
    assert entry.note == ("x" if columns == 6 else "")


@pytest.mark.parametrize(
    "row",
    [
        "ARMY.ML.,Army.Mil,Accept",
        " army.ml , army.mil , accept ",
        '"army.ml","army.mil","accept"',
        "army.ml,army.mil,accept,,,",
        "army.ml,army.mil",
    ],
)
def test_ways_to_write_the_same(write: Write, row: str) -> None:
    assert only(write(row)) == only(write("army.ml,army.mil,accept"))


def test_names_become_a_labels(write: Write) -> None:
    entry = only(write("BÜCHER.ml,bücher.example"))
    assert (entry.domain, entry.intended) == ("xn--bcher-kva.ml", "xn--bcher-kva.example")


def test_a_note_keeps_commas_and_quotes(write: Write) -> None:
    assert only(write('army.ml,,,,,"said ""no"", twice – ü"')).note == 'said "no", twice – ü'


def test_windows_files_and_blank_lines(write: Write) -> None:
    data = b"\xef\xbb\xbfdomain,intended\r\n\r\narmy.ml,army.mil\r\n  \r\nnavy.ml,navy.mil"
    catalogue = read_catalogue([write(data=data)])
    assert [(entry.domain, entry.where) for entry in catalogue] == [
        ("army.ml", "catalogue.csv:3"),
        ("navy.ml", "catalogue.csv:5"),
    ]


def test_several_files_are_one_catalogue(write: Write) -> None:
    files = [write("army.ml"), write(name="empty.csv"), write("navy.ml", name="more.csv")]
    catalogue = read_catalogue(files)
    assert [(entry.domain, entry.where) for entry in catalogue] == [
        ("army.ml", "catalogue.csv:2"),
        ("navy.ml", "more.csv:2"),
    ]


def test_the_most_specific_row_rules_a_name(write: Write) -> None:
    catalogue = read_catalogue([write("army.ml,,accept", "hq.army.ml,,null")])
    found = {name: catalogue.find(name) for name in ("a.hq.army.ml", "hq.army.ml", "xhq.army.ml", "army.ml", "ml", "x")}
    assert {name: entry and entry.domain for name, entry in found.items()} == {
        "a.hq.army.ml": "hq.army.ml",
        "hq.army.ml": "hq.army.ml",
        "xhq.army.ml": "army.ml",
        "army.ml": "army.ml",
        "ml": None,
        "x": None,
    }


POLICIES = ", ".join(Policy)
ROWS = {
    "army.ml,army.ml": "intended is army.ml itself; write the domain that senders meant, or leave it empty",
    "army.ml,ARMY.ml.": "intended is army.ml itself; write the domain that senders meant, or leave it empty",
    "army.ml,,acept": f'policy "acept" is unknown; write one of {POLICIES}',
    "army.ml,,,2027-02-29": 'until "2027-02-29" is not a date; write year-month-day, like 2027-01-31',
    "army.ml,,,31.1.2027": 'until "31.1.2027" is not a date; write year-month-day, like 2027-01-31',
    "army.ml,,,20270131": 'until "20270131" is not a date; write year-month-day, like 2027-01-31',
    "army.ml,,,,null": (
        "then stands without until; write in until the first day of the policy in then, or leave both empty"
    ),
    "army.ml,,,2027-01-01,gone": (f'then "gone" is not a policy; write one of {POLICIES}'),
    "ml": 'domain "ml" can\'t be held: it is a single label, a whole top-level domain; write a name like army.ml',
    "192.0.2.1": 'domain "192.0.2.1" can\'t be held: its last label is a number; write a name like army.ml',
    "_dmarc.army.ml": (
        'domain "_dmarc.army.ml" can\'t be held: a label of a mail domain holds no underscore; '
        "write a name like army.ml"
    ),
    "army..ml": (
        'domain "army..ml" can\'t be held: the name has an empty label (two dots in a row); write a name like army.ml'
    ),
    "\U0001f4a9.ml": (
        'domain "\U0001f4a9.ml" can\'t be held: the name is not a valid internationalised name (IDNA 2008); '
        "write a name like army.ml"
    ),
    f"{'a' * 64}.ml": (f'domain "{"a" * 60}…" can\'t be held: a label has over 63 octets; write a name like army.ml'),
    f"{'a.' * 130}ml": (
        f'domain "{"a." * 30}…" can\'t be held: the name has 262 octets, at most 253 are allowed; '
        "write a name like army.ml"
    ),
    ",army.mil": 'domain "" can\'t be held: the name is empty; write a name like army.ml',
    "army.ml,mil": (
        'intended "mil" is not a domain: it is a single label, a whole top-level domain; write a name like army.mil'
    ),
    "army.ml,,,,,a,fr,b": (
        "the row has 8 columns, the header row 7; "
        "put a cell that holds a comma in double quotes, and name every column in the header row"
    ),
    'army.ml,,,,,"open': (
        "the double quotes are wrong; "
        'put the whole cell in double quotes, write each one inside it twice (""), and keep a row on one line'
    ),
    "army.ml\0": "the row holds a NUL octet; remove it; the file may be damaged",
    "army.ml,,,,,a\x1bb": "note holds a control character; write the note on one line of plain text",
}


@pytest.mark.parametrize("row", ROWS)
def test_a_wrong_row(write: Write, row: str) -> None:
    assert faults(write("navy.ml", row)) == [f"catalogue.csv:3: {ROWS[row]}"]


def test_every_fault_of_every_file_in_order(write: Write) -> None:
    files = [
        write("army.ml,army.ml,acept", "navy.ml", "army.ml"),
        write("navy.ml,,,never", name="more.csv"),
        write(name="last.csv", data=b"domain,policy\n"),
    ]
    told = faults(*files)
    assert [fault.partition(": ")[0] for fault in told] == [
        "catalogue.csv:2",
        "catalogue.csv:2",
        "catalogue.csv:4",
        "more.csv:2",
        "more.csv:2",
        "last.csv:1",
    ]
    assert told[2].endswith("army.ml stands in catalogue.csv:2 already; keep one row of the two")
    assert any("navy.ml stands in catalogue.csv:3 already" in fault for fault in told[3:5])


def test_a_u_label_repeats_an_a_label(write: Write) -> None:
    assert faults(write("xn--bcher-kva.ml", "Bücher.ml")) == [
        "catalogue.csv:3: xn--bcher-kva.ml stands in catalogue.csv:2 already; keep one row of the two"
    ]


def test_a_name_three_times(write: Write) -> None:
    told = faults(write("army.ml", "army.ml", "army.ml"))
    assert [fault.partition(": ")[0] for fault in told] == ["catalogue.csv:3", "catalogue.csv:4"]
    assert all("stands in catalogue.csv:2 already" in fault for fault in told)


FILES = {
    b"": "catalogue.csv:1: the file has no header row",
    b"\n": "catalogue.csv:1: the file has no header row",
    b"army.ml,army.mil\n": "catalogue.csv:1: there is no header row",
    b"domain,intended,mode\n": 'catalogue.csv:1: column "mode" is unknown',
    b"domain,policy,intended\n": "catalogue.csv:1: the columns are in another order",
    b"intended,domain\n": "catalogue.csv:1: the columns are in another order",
    b"domain\narmy.ml\nb\xfccher.ml\n": "catalogue.csv:3: the row is not UTF-8; save the file as UTF-8",
    "domain\n".encode("utf-16"): "catalogue.csv:1: the file is UTF-16 or UTF-32; save it as CSV with commas; in Excel",
}


@pytest.mark.parametrize("data", FILES)
def test_a_wrong_file(write: Write, data: bytes) -> None:
    (told,) = faults(write(data=data))
    assert told.startswith(FILES[data])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (told,) = faults(tmp_path / "none.csv")
    assert told == "none.csv: it can't be read: No such file or directory; name a readable file"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (told,) = faults(tmp_path / "pipe.csv")
    assert told == "pipe.csv: it is not a regular file; name a readable file"


def test_nothing_is_held_by_an_empty_catalogue(write: Write) -> None:
    catalogue = read_catalogue([write()])
    assert len(catalogue) == 0
    assert catalogue.find("army.ml") is None
    assert list(catalogue) == list(catalogue.domains()) == []


def test_a_watcher_is_told_each_step(tmp_path: Path) -> None:
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for file in files:
        file.write_text(f"domain\n{file.stem}.ml\n")
    told: list[str] = []
    read_catalogue(files, tell=told.append)
    assert told == ["reading one.csv, file 1 of 2", "reading two.csv, file 2 of 2", "indexing 2 rows"]
