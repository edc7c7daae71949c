"""Log queries: they find the mail in a log as the system writes it, and no name breaks out of them."""

from __future__ import annotations

import gzip
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given

from catcher.model.leak.measures import Period
from catcher.model.mail.policy import Outcome
from catcher.model.telling.remedy import System
from catcher.model.telling.report import EvidenceRow, PartyName
from catcher.report.pasted import Unpasteable
from catcher.report.queries import queries
from tests.support.kits import HOSTILE, domains

JUNE = Period.parse("2026-06")
JULY_1 = date(2026, 7, 1)
REF = "7K2M-PX4Q-9TRW"


def row(ref: str = REF) -> EvidenceRow:
    return EvidenceRow(datetime(2026, 6, 28, 9, 14, tzinfo=UTC), ref, None, Outcome.ACCEPTED, True, None)


def query(system: System, domain: str = "army.ml", *, made_on: date = JULY_1, ref: str = REF) -> str:
    made = queries(PartyName(domain), JUNE, made_on, [row(ref)])
    return next(one.text for one in made if one.system is system)


_SENT = (
    ("4F1", "s.one@army.ml", "7K2M-PX4Q-9TRW"),
    ("4F2", "s.two@Mail.ARMY.ml", "AAAA-BBBB-CCCC"),
    ("4F3", "s.three@army.mil", "none"),
    ("4F4", "s.four@salvationarmy.ml", "none"),
)
MAIL_LOG = "".join(
    f"Jun 28 09:14:05 mail postfix/smtp[812]: {id_}: to=<{to}>, relay=mx.sink.example[192.0.2.1]:25, "
    f"status=sent (250 2.0.0 ref {ref})\n"
    for id_, to, ref in _SENT
)


def test_the_lines_for_postfix_find_its_deliveries_packed_or_not(tmp_path: Path) -> None:
    by_domain, by_reference = query(System.POSTFIX).splitlines()
    (tmp_path / "mail.log").write_text(MAIL_LOG)
    (tmp_path / "mail.log.2.gz").write_bytes(gzip.compress(MAIL_LOG.encode()))
    assert re.findall(r"4F\d", asked(by_domain, tmp_path)) == ["4F1", "4F2"] * 2
    assert re.findall(r"4F\d", asked(by_reference, tmp_path)) == ["4F1"] * 2


def asked(line: str, folder: Path) -> str:
    return subprocess.run(
        ["sh", "-c", line.replace("/var/log", str(folder))], capture_output=True, text=True, check=True, timeout=20
    ).stdout


def test_a_reference_that_is_none_is_not_pasted() -> None:
    assert "$(" not in query(System.POSTFIX, ref="x$(reboot)")
    assert len(query(System.POSTFIX, ref="x$(reboot)").splitlines()) == 1


def test_the_message_trace_covers_the_days_ten_at_a_time() -> None:
    """A Get-MessageTraceV2 covers ten days at most."""
    assert "0..2)" in query(System.EXCHANGE_ONLINE)
    assert "'2026-06-01'" in query(System.EXCHANGE_ONLINE)
    assert "0..0)" in query(System.EXCHANGE_ONLINE, made_on=date(2026, 6, 9))


def test_defender_is_asked_for_the_days_of_the_report() -> None:
    text = query(System.DEFENDER, made_on=date(2026, 6, 9))
    assert "datetime(2026-06-01) and Timestamp < datetime(2026-06-10)" in text


@given(domains)
def test_no_name_ends_a_string_of_a_query(domain: str) -> None:
    for one in queries(PartyName(domain), JUNE, JULY_1, []):
        plain = queries(PartyName("army.ml"), JUNE, JULY_1, [])
        like = next(p.text for p in plain if p.system is one.system)
        for mark in "'\"`$();|\n":
            assert one.text.count(mark) == like.count(mark)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_query_is_made_of_what_is_no_name(hostile: str) -> None:
    with pytest.raises(Unpasteable):
        queries(PartyName(hostile), JUNE, JULY_1, [])
