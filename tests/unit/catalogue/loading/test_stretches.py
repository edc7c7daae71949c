"""The stretches in which two texts differ: applied to the old text they give the new one, and they are few."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from catcher.catalogue.loading.stretches import Change, changes

LINES = st.lists(st.sampled_from([b"\n", b"a\n", b"b\n", b"ba\n", b"aba\n", b"c" * 5000 + b"\n"]), max_size=12)
MANY = 1_000_000


def applied(old: bytes, found: Sequence[Change]) -> bytes:
    lines = old.splitlines(keepends=True)
    pieces: list[bytes] = []
    at = 0
    for change in found:
        assert at <= change.first <= change.last
        pieces += [*lines[at : change.first], change.text]
        at = change.last
    return b"".join([*pieces, *lines[at:]])


@given(LINES, LINES)
@example([b"a\n"], [b"a\n", b"a\n"])
@example([b"ba\n", b"a\n"], [b"a\n"])
def test_applied_to_the_old_text_they_give_the_new_one(old: list[bytes], new: list[bytes]) -> None:
    found = changes(b"".join(old), b"".join(new), MANY)
    assert found is not None
    assert applied(b"".join(old), found) == b"".join(new)


def rows(numbers: Sequence[int]) -> bytes:
    return b"".join(b"name%d.ml,name%d.mil,accept\n" % (i, i) for i in numbers)


def touched(old: bytes, new: bytes) -> int:
    found = changes(old, new, MANY)
    assert found is not None
    assert applied(old, found) == new
    return sum(change.last - change.first + change.text.count(b"\n") for change in found)


@given(
    st.lists(st.tuples(st.integers(0, 19_999), st.sampled_from("idcm")), max_size=8),
)
def test_few_edits_far_apart_touch_few_lines(edits: list[tuple[int, str]]) -> None:
    """A row that moves up or down counts as one removed and one added, so does a row that changed."""
    old = list(range(20_000))
    new = list(old)
    for number, (at, kind) in enumerate(edits):
        at %= len(new)
        if kind == "i":
            new.insert(at, 50_000 + number)
        elif kind == "d":
            del new[at]
        elif kind == "c":
            new[at] = 60_000 + number
        else:
            new.insert(min(at + 40, len(new) - 1), new.pop(at))
    assert touched(rows(old), rows(new)) <= 6 * len(edits)


def test_more_lines_than_asked_for_are_not_told() -> None:
    assert changes(rows(range(100)), rows(range(50, 150)), 100) is not None
    assert changes(rows(range(100)), rows(range(50, 150)), 99) is None
    assert changes(rows(range(5000)), rows(range(5000, 10_000)), 9999) is None
