"""Pieces between a loader and its parent: how much memory they hold, and for how long."""

from __future__ import annotations

import os
import tracemalloc
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from catcher.catalogue.table import Table
from catcher.supervise import Loader, Loop
from catcher.supervise.pieces import LENGTH_OCTETS, PieceReader, PieceWriter, Tell

LARGE = 8 << 20
"""Octets of a piece beside which all else is small."""


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def piece_of(value: object, file: Path) -> bytearray:
    """The octets of the piece for ``value``; they go through ``file``."""
    writing = os.open(file, os.O_WRONLY | os.O_CREAT)
    PieceWriter(writing, []).tell(value)
    os.close(writing)
    return bytearray(file.read_bytes()[1 + LENGTH_OCTETS :])


def table(rows: int) -> Table:
    domains = [b"%d.ml" % number for number in range(rows)]
    return Table(b"".join(domain + b"\n" for domain in domains), array("I", map(len, domains)), domains, [(0, "a.csv")])


def test_a_later_piece_shares_the_objects_of_an_earlier_one() -> None:
    loop, taken, ended = Loop(), list[list[object]](), list[str]()
    known = object()

    def load(tell: Tell) -> None:
        shared = ["zone"]
        tell([shared, known])
        tell([shared, known])

    Loader(loop).start(load, [known], taken.append, ended.append)  # type: ignore[arg-type]
    while not ended:
        loop.turn()
    (first, known_there), (again, known_again) = taken
    assert first is again and known_there is known_again is known


def test_a_reader_keeps_nothing_of_a_piece(tmp_path: Path) -> None:
    piece = piece_of(["a", b"octets"], tmp_path / "piece")
    reader = PieceReader([])
    assert reader.take(piece) == ["a", b"octets"]
    piece.clear()  # raises BufferError if the reader still looks into it


def test_when_a_piece_is_handed_on_its_octets_are_gone(traced: None) -> None:
    """Workers are forked then: each would hold them to its end."""
    loop, held, ended = Loop(), list[int](), list[str]()

    def load(tell: Tell) -> None:
        tell(os.urandom(LARGE))

    Loader(loop).start(load, [], lambda _: held.append(tracemalloc.get_traced_memory()[0]), ended.append)
    while not ended:
        loop.turn()
    assert len(held) == 1 and LARGE <= held[0] < 1.5 * LARGE


def test_a_table_is_in_memory_once_while_its_reader_lives(traced: None, tmp_path: Path) -> None:
    """The reader remembers every object that a later piece may share; a table makes no second one of its octets."""
    piece = piece_of(table(50_000), tmp_path / "piece")
    reader = PieceReader([])
    before = tracemalloc.get_traced_memory()[0]
    taken = reader.take(piece)
    held = tracemalloc.get_traced_memory()[0] - before
    assert isinstance(taken, Table) and taken.get("49999.ml") is not None
    assert held < 1.25 * len(piece)
