"""Forged forwards and journal reports (docs/engineering/counting.md): nobody is named a forwarder who isn't one."""

from __future__ import annotations

import pytest

from tests.support.carried import (
    ATTACKERS,
    ELSEWHERE,
    LETTER,
    MICROSOFT,
    TO_OTHERS,
    at_google,
    at_microsoft,
    by_microsoft,
    found,
    organisation_of,
    with_field,
)


@pytest.mark.parametrize(
    "mail_from",
    [
        "ann+caf_=doe=army.ml@contractor.example",
        "SRS0=kNlq=TT=bank.example=advice@contractor.example",
        "ann+SRS=44ldt=IX=bank.example=advice@contractor.example",
    ],
)
@pytest.mark.parametrize("fields", ["", "X-Forwarded-For: ann@contractor.example doe@army.ml\r\n"])
def test_a_forward_that_somebody_else_invents(mail_from: str, fields: str) -> None:
    """MAIL FROM says that contractor.example forwards; SPF knows the machine that says so."""
    message = fields.encode() + LETTER.replace(b"ada@contractor.example", b"advice@bank.example")
    judged = found(message, {**at_microsoft(), **ATTACKERS}, client=ELSEWHERE, mail_from=mail_from)
    assert (judged.freshness.fresh, judged.freshness.reason) == (False, "passed-on")


def test_x_forwarded_fields_alone_name_nobody() -> None:
    fields = b"X-Forwarded-To: doe@army.ml\r\nX-Forwarded-For: ann@contractor.example doe@army.ml\r\n"
    message = fields + TO_OTHERS.replace(b"ada@contractor.example", b"advice@evil.example")
    judged = found(message, {**at_google(), **ATTACKERS}, client=ELSEWHERE, mail_from="advice@evil.example")
    assert not judged.freshness.fresh
    assert organisation_of(judged.sender.domain) == "evil.example"


def test_a_forged_journal_report() -> None:
    """A real mail of the victim with the journal's field added, from elsewhere or by the attacker's own tenant."""
    report = with_field(by_microsoft(TO_OTHERS), "X-MS-Journal-Report: ")
    table = {**at_microsoft(), **at_microsoft("evil.example"), **ATTACKERS}
    for client, mail_from in (
        (ELSEWHERE, "ada@contractor.example"),
        (ELSEWHERE, None),
        (MICROSOFT, "mallory@evil.example"),
    ):
        assert not found(report, table, client=client, mail_from=mail_from).freshness.fresh
