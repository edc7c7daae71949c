"""The loader's pieces, as the parent takes them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catcher.supervise import Loader, Loop


def _tell_many(tell: Callable[[Any], None]) -> None:
    for number in range(5):
        tell([number])


def test_parent_takes_at_most_one_piece_in_a_turn() -> None:
    loop, taken, ended = Loop(), [], []
    loader = Loader(loop)
    loader.start(_tell_many, [], taken.append, ended.append)
    seen = []
    while not ended:
        loop.turn()
        seen.append(len(taken))
    assert ended == [""]
    assert taken == [[number] for number in range(5)]
    assert all(after - before <= 1 for before, after in zip([0, *seen], seen, strict=False))


def test_what_is_done_afterwards_keeps_nobody_waiting(tmp_path: Path) -> None:
    """It goes on when the load is over; the next load ends it if it isn't done."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)

    def load(tell: Callable[[Any], None]) -> Callable[[], None]:
        tell("all")
        return lambda: gate.open("w").close()  # waits for a reader

    loop, taken, ended = Loop(), [], []
    loader = Loader(loop)
    loader.start(load, [], taken.append, ended.append)
    while not ended:
        loop.turn()
    assert (taken, ended, loader.is_loading) == (["all"], [""], False)
    loader.start(_tell_many, [], taken.append, ended.append)
    while len(ended) < 2 or loader._ended:
        loop.turn()
    assert ended == ["", ""]
