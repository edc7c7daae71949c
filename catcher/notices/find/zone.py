"""Contacts in a domain's zone: the mailbox in its SOA, role mailboxes if it takes mail (RFC 1035, 2142, 7505)."""

from __future__ import annotations

from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from catcher.model.ports import Resolver
from catcher.model.telling.contact import StepReason
from catcher.notices.find.finding import SourceFinding

MAILBOXES = ("security", "abuse", "postmaster")
"""Mailboxes of RFC 2142 whose readers can stop a leak, the best first."""


async def soa(resolver: Resolver, party: str) -> SourceFinding:
    """The mailbox that the SOA of ``party`` names."""
    question = Question(party, LookupType.SOA)
    answer = (await resolver.ask([question], on_behalf_of=party))[question]
    if answer.status is not Status.FOUND or not answer.records:
        return _without(answer, party)
    rname = answer.records[0]
    if not isinstance(rname, str) or not rname:
        return SourceFinding.none(StepReason.NO_ADDRESS, party)
    address = mailbox_of(rname)
    return (
        SourceFinding.refused(StepReason.MALFORMED, party)
        if address is None
        else SourceFinding.found((address,), party)
    )


def mailbox_of(rname: str) -> str | None:
    """The address of an RNAME (RFC 1035 §8): its first label, with escaped dots, is the local-part.

    ``Action\\.domains.ISI.EDU`` is Action.domains@ISI.EDU. None for a name of one label or a broken escape.
    """
    label, rest = "", rname.removesuffix(".")
    while rest and not rest.startswith("."):
        char, rest = rest[0], rest[1:]
        if char == "\\":
            if rest[:3].isdecimal() and len(rest) >= 3 and rest[:3].isascii() and int(rest[:3]) < 256:
                char, rest = chr(int(rest[:3])), rest[3:]
            elif rest and not rest[0].isdecimal():
                char, rest = rest[0], rest[1:]
            else:
                return None
        label += char
    domain = rest.removeprefix(".")
    return f"{label}@{domain}" if label and domain and "\\" not in domain else None


async def mailboxes(resolver: Resolver, party: str) -> SourceFinding:
    """The mailboxes that RFC 2142 asks for, when ``party`` takes mail: it has an MX or an address (RFC 5321 §5.1)."""
    question = Question(party, LookupType.MX)
    answer = (await resolver.ask([question], on_behalf_of=party))[question]
    if answer.status is Status.FOUND:
        takes = any(isinstance(record, tuple) and record[1] for record in answer.records)
        return _required(party) if takes else SourceFinding.none(StepReason.NO_MAIL, party)
    if answer.status is not Status.NODATA:
        return _without(answer, party)
    questions = [Question(party, LookupType.A), Question(party, LookupType.AAAA)]
    answers = await resolver.ask(questions, on_behalf_of=party)
    if any(answers[question].status is Status.FOUND for question in questions):
        return _required(party)
    if any(answers[question].status is Status.FAILED for question in questions):
        return SourceFinding.failed(StepReason.DNS_FAILED, party)
    return SourceFinding.none(StepReason.NO_MAIL, party)


def _required(party: str) -> SourceFinding:
    return SourceFinding.found(tuple(f"{mailbox}@{party}" for mailbox in MAILBOXES), party)


def _without(answer: LookupResult, party: str) -> SourceFinding:
    match answer.status:
        case Status.NXDOMAIN:
            return SourceFinding.none(StepReason.NO_SUCH_NAME, party)
        case Status.FAILED:
            return SourceFinding.failed(StepReason.DNS_FAILED, party)
        case _:
            return SourceFinding.none(StepReason.NO_SUCH_RECORD, party)
