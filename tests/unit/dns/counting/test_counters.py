"""The counters of a worker: each message is counted once, by transport and by what became of it."""

from __future__ import annotations

from catcher.dns.answering.answer import AnswerKind
from catcher.dns.counting.counters import CODE_COUNTED, CODE_OF_SILENCE, NAMES, DnsCount, DnsCounters, reply_code
from catcher.dns.wire import Rcode, RRType

MX = RRType.MX << 16
NXDOMAIN = AnswerKind.NXDOMAIN << 8 | Rcode.NXDOMAIN


def counted(counters: DnsCounters) -> dict[str, int]:
    return {name: number for name, number in counters.fold().items() if number}


def test_a_reply_counts_for_its_type_and_its_rcode() -> None:
    counters = DnsCounters()
    counters.codes.update([MX, MX, MX | NXDOMAIN, NXDOMAIN])
    assert counted(counters) == {
        "num.type.MX": 3,
        "num.type.OTHER": 1,
        "num.rcode.NOERROR": 2,
        "num.rcode.NXDOMAIN": 2,
    }


def test_silence_and_truncation_are_counted_apart() -> None:
    counters = DnsCounters()
    counters.codes.update([CODE_OF_SILENCE, CODE_COUNTED, reply_code(MX, 0x86), reply_code(MX, 0x84)])
    assert counted(counters) == {
        DnsCount.SILENT: 1,
        DnsCount.TRUNCATED: 1,
        "num.type.MX": 2,
        "num.rcode.NOERROR": 2,
    }


def test_numbers_rise_and_keep_their_order() -> None:
    counters = DnsCounters()
    for _ in range(3):
        counters.replied(MX, b"ID\x84\0")
        assert tuple(counters.fold()) == NAMES
    assert counted(counters) == {"num.type.MX": 3, "num.rcode.NOERROR": 3}
