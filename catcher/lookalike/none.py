"""The other choice: a typed name that stands for itself, even when a protected name is near."""

from __future__ import annotations

from collections.abc import Iterator

from catcher.lookalike.channel import Explanation
from catcher.lookalike.edits import LETTERS
from catcher.lookalike.letters import Letters
from catcher.lookalike.name import ReadName

_LONG = 14
"""Letters over this number no longer change the likelihood that a name stands for itself."""
_ROOM_FOR_TWO = 8
"""With fewer letters, two slips suggest another name; the fewer letters, the more strongly."""
_ROOM_FOR_THREE = 17
_CROWDED = 8


def none_features(
    typed: ReadName, meant: ReadName | None, best: Explanation | None, letters: Letters
) -> Iterator[tuple[str, float]]:
    """The terms of the log-probability of "none of these": (key of weights.EDIT_WEIGHTS, its factor).

    ``meant`` and ``best``: the likeliest protected name, and its explanation of ``typed``; both None when there is
    none.
    """
    length = min(len(typed.left), _LONG)
    yield "none", 1.0
    yield "none.letters", float(length)
    yield "none.reads", letters.fluency(typed.left) * length / 5
    if meant is None or best is None:
        return
    yield "none.meant.reads", letters.fluency(meant.left) * min(len(meant.left), _LONG) / 5
    yield "none.same", float(best.edits == ("suffix.dropped",))
    slips = [kind for kind in best.edits if kind in LETTERS]
    if len(slips) < 2:
        return
    shorter = min(len(typed.left), len(meant.left))
    if len(slips) == 2:
        yield "none.two", 1.0
        yield "none.two.crowded", float(max(0, _ROOM_FOR_TWO - shorter))
    else:
        yield "none.three", 1.0
        yield "none.three.crowded", float(min(max(0, _ROOM_FOR_THREE - shorter), _CROWDED))
    yield "none.grown", float(all(kind.startswith("insert") for kind in slips))
    yield "none.shrunk", float(all(kind.startswith("omit") for kind in slips))
    yield "none.around", float(typed.left.startswith(meant.left) or typed.left.endswith(meant.left))
    yield "none.within", float(meant.left.startswith(typed.left) or meant.left.endswith(typed.left))
