"""A reload by what changed gives what a load of everything gives."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catcher.catalogue import Entry
from catcher.catalogue.loading import tolerant
from catcher.catalogue.loading.loaded import LoadedCatalogue
from tests.support.catalogues import HEADER, CatalogueServer

NAMES = ["a.ml", "b.ml", "c.ml", "d.ml", "e.ml"]
LINES = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(["", ",,null", ",x.mil,explain,2027-02-01,release", ",,nul"])
).map("".join) | st.sampled_from(
    ["", ",,", "A.ML,,NULL", '"b.ml","x.mil"', '"c.ml', "..", "d.ml,,,,,\xe9,fr", "a.ml,,,,,,,,"]
)
BODIES = st.lists(LINES, max_size=7).map(lambda lines: "".join(f"{line}\n" for line in lines))
CONTENTS = (
    BODIES
    | BODIES
    | BODIES
    | st.none()
    | BODIES.map(lambda body: body[:-3].encode() and f"{HEADER}\n{body[:-3]}".encode())
)


def seen(loaded: LoadedCatalogue) -> object:
    """All that a load shows of its rows, by every way to ask for them."""
    catalogue = loaded.catalogue
    entries = [*catalogue]
    assert [*catalogue.domains()] == [entry.domain for entry in entries]
    assert len(catalogue) == len(entries)
    for name in NAMES:
        expected = next((entry for entry in entries if entry.domain == name), None)
        assert catalogue.get(name) == expected
        assert (name in catalogue) == (expected is not None)
    assert catalogue.depth() >= max((entry.domain.count(".") + 1 for entry in entries), default=0)
    assert catalogue.parents >= {entry.domain.partition(".")[2] for entry in entries}
    return entries, catalogue.languages(), loaded.kept, loaded.digest


def published(entries: Sequence[Entry]) -> dict[str, object]:
    return {entry.domain: (entry.policy, entry.until, entry.then if entry.until else None) for entry in entries}


@given(st.lists(st.tuples(CONTENTS, CONTENTS, st.sampled_from("..r")), min_size=2, max_size=6))
@example([("a.ml\n", "a.ml,,null\n", "."), ("", "a.ml,,null\n", ".")])
@example([("a.ml,,nul\nb.ml\n", "a.ml,,null\n", "."), ("a.ml,,nul\nb.ml\n", "", "."), (None, "", "r")])
@example([("a.ml\n", "a.ml\n", "."), ("a.ml\na.ml\na.ml\n", "a.ml\n\n", "."), ("a.ml\na.ml\na.ml\n", "a.ml\n\n", "r")])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
def test_a_reload_by_what_changed_equals_a_load_of_everything(
    tmp_path_factory: pytest.TempPathFactory,
    loads: list[tuple[str | bytes | None, str | bytes | None, str]],
) -> None:
    """Over random edits of two files, with restarts: rows, places, faults, times, and what changed or moved."""
    folder = tmp_path_factory.mktemp("files")
    quick = CatalogueServer(folder, "one.csv", "two.csv")
    whole = CatalogueServer(folder, "one.csv", "two.csv")
    before: dict[str, object] | None = None
    stood: dict[str, str] = {}
    for one, two, restart in loads:
        if restart == "r" and quick.loaded is not None:
            quick.restart()
        loaded = quick.load(one, two)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tolerant, "MOST_LINES", -1)
            patch.setattr(tolerant, "REBUILT_AT", -1)
            by_whole = whole.load(one, two)
        assert seen(loaded) == seen(by_whole)
        now = published([*loaded.catalogue])
        files = {entry.domain: entry.where.partition(":")[0] for entry in loaded.catalogue}
        if before is not None:
            differing = (name for name in {*before, *now} if before.get(name) != now.get(name))
            assert loaded.changed == frozenset(differing)
            assert loaded.moved == {name for name, file in files.items() if file != stood.get(name, file)}
        before, stood = now, files
