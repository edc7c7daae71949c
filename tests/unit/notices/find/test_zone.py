"""The mailbox in the SOA, and whether a domain takes mail (RFC 1035, 2142, 7505)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.lookup import LookupResult, LookupResults, LookupType, Question, Status
from catcher.model.telling.contact import StepReason, StepResult
from catcher.notices.find.finding import SourceFinding
from catcher.notices.find.zone import mailbox_of, mailboxes, soa

PARTY = "contractor.example"
NODATA, NXDOMAIN, FAILED = LookupResult(Status.NODATA), LookupResult(Status.NXDOMAIN), LookupResult(Status.FAILED)
ADDRESS = LookupResult(Status.FOUND, ("192.0.2.1",))


class Table:
    """A resolver that knows ``answers`` by type, and NODATA."""

    def __init__(self, **answers: LookupResult) -> None:
        self._answers = answers

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str) -> LookupResults:
        assert on_behalf_of == PARTY
        return {question: self._answers.get(question.rrtype, NODATA) for question in questions}


@pytest.mark.parametrize(
    ("rname", "address"),
    [
        ("hostmaster.contractor.example", "hostmaster@contractor.example"),
        ("hostmaster.contractor.example.", "hostmaster@contractor.example"),
        (r"Action\.domains.ISI.EDU", "Action.domains@ISI.EDU"),
        (r"a\046b.contractor.example", "a.b@contractor.example"),
        (r"a\\b.contractor.example", r"a\b@contractor.example"),
        (r"host\@contractor.example", "host@contractor@example"),
        ("root", None),
        ("", None),
        (".", None),
        (".contractor.example", None),
        ("a\\", None),
        (r"a\25.contractor.example", None),
        (r"a\999.contractor.example", None),
        (r"a.contractor\.example", None),
    ],
)
def test_the_first_label_is_the_local_part(rname: str, address: str | None) -> None:
    assert mailbox_of(rname) == address


@given(st.text(alphabet=r"ab.\0129@", max_size=20) | st.text(max_size=12))
def test_any_name_is_read(rname: str) -> None:
    address = mailbox_of(rname)
    assert address is None or "@" in address


def asked(table: Table, *, of_soa: bool) -> SourceFinding:
    return asyncio.run((soa if of_soa else mailboxes)(table, PARTY))


@pytest.mark.parametrize(
    ("answer", "result", "reason"),
    [
        (LookupResult(Status.FOUND, ("hostmaster.contractor.example",)), StepResult.FOUND, None),
        (LookupResult(Status.FOUND, ("root",)), StepResult.REFUSED, StepReason.MALFORMED),
        (LookupResult(Status.FOUND, ("",)), StepResult.NONE, StepReason.NO_ADDRESS),
        (LookupResult(Status.FOUND, ()), StepResult.NONE, StepReason.NO_SUCH_RECORD),
        (NODATA, StepResult.NONE, StepReason.NO_SUCH_RECORD),
        (NXDOMAIN, StepResult.NONE, StepReason.NO_SUCH_NAME),
        (FAILED, StepResult.FAILED, StepReason.DNS_FAILED),
    ],
)
def test_an_soa_names_somebody_or_says_why_not(
    answer: LookupResult, result: StepResult, reason: StepReason | None
) -> None:
    found = asked(Table(SOA=answer), of_soa=True)
    assert (found.result, found.reason) == (result, reason)


@pytest.mark.parametrize(
    ("answers", "result", "reason"),
    [
        ({"MX": LookupResult(Status.FOUND, ((10, "mail.contractor.example"),))}, StepResult.FOUND, None),
        ({"MX": LookupResult(Status.FOUND, ((0, ""),))}, StepResult.NONE, StepReason.NO_MAIL),
        ({"A": ADDRESS}, StepResult.FOUND, None),
        ({"AAAA": ADDRESS}, StepResult.FOUND, None),
        ({}, StepResult.NONE, StepReason.NO_MAIL),
        ({"A": FAILED}, StepResult.FAILED, StepReason.DNS_FAILED),
        ({"MX": FAILED, "A": ADDRESS}, StepResult.FAILED, StepReason.DNS_FAILED),
        ({"MX": NXDOMAIN}, StepResult.NONE, StepReason.NO_SUCH_NAME),
    ],
)
def test_mailboxes_ought_to_exist_where_mail_is_taken(
    answers: dict[LookupType, LookupResult], result: StepResult, reason: StepReason | None
) -> None:
    found = asked(Table(**answers), of_soa=False)
    assert (found.result, found.reason) == (result, reason)
    assert found.addresses[:1] == (("security@contractor.example",) if result is StepResult.FOUND else ())
