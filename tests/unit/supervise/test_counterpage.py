"""Counters in shared memory: they cross a fork, outlive their process, and never fall but where they are said to."""

from __future__ import annotations

import os

import pytest

from catcher.supervise.counterpage import CounterPage

NAMES = ("queries", "dropped", "open")


def page(slots: int = 4) -> CounterPage:
    return CounterPage(NAMES, falling=("open",), slots=slots)


def counted(queries: int, dropped: int = 0, open_: int = 0) -> dict[str, int]:
    return {"queries": queries, "dropped": dropped, "open": open_}


def test_a_child_writes_and_the_parent_reads() -> None:
    made = page()
    slot = made.slot("dns-0")
    assert slot is not None
    pid = os.fork()
    if not pid:
        slot.publish(counted(7, 2, 1))
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    assert made.read() == {"dns-0": counted(7, 2, 1)}


def test_the_totals_of_a_name_never_fall_when_its_process_ends() -> None:
    made = page()
    for _ in range(3):
        slot = made.slot("dns-0")
        assert slot is not None
        slot.publish(counted(10, 1, 5))
        made.ended(slot)
    assert made.read() == {"dns-0": counted(30, 3, 0)}, "open connections ended with their process"
    slot = made.slot("dns-0")
    assert made.read() == {"dns-0": counted(30, 3, 0)}, "a new slot begins with zeros"


def test_two_generations_of_a_name_are_added() -> None:
    made = page()
    old, new = made.slot("dns-0"), made.slot("dns-0")
    assert old is not None and new is not None
    old.publish(counted(5, 0, 2))
    new.publish(counted(1, 0, 1))
    assert made.read() == {"dns-0": counted(6, 0, 3)}
    made.ended(old)
    assert made.read() == {"dns-0": counted(6, 0, 1)}


def test_without_a_free_slot_a_process_is_not_counted_and_nothing_breaks() -> None:
    made = page(slots=1)
    slot = made.slot("dns-0")
    assert slot is not None and made.slot("dns-1") is None
    made.ended(slot)
    assert made.slot("dns-1") is not None


def test_the_largest_number_has_a_place_and_a_wrong_list_has_none() -> None:
    made = page()
    slot = made.slot("dns-0")
    assert slot is not None
    slot.publish(counted(2**64 - 1))
    assert made.read()["dns-0"]["queries"] == 2**64 - 1
    with pytest.raises(ValueError, match="2 counters"):
        slot.publish({"queries": 1, "dropped": 2})
    assert made.read()["dns-0"]["queries"] == 2**64 - 1
