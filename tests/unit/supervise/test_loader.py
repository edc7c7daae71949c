"""The loader's pieces, as the parent takes them."""

from __future__ import annotations

from collections.abc import Callable
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
