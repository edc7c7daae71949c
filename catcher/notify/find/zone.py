"""What a domain's own zone says: the mailbox in its SOA, and whether it takes mail at all (RFC 1035, 2142, 7505)."""

from __future__ import annotations

from catcher.model.contact import StepReason
from catcher.model.lookup import LookupResult, LookupType, Question, Status
from catcher.model.ports import Resolver
from catcher.notify.find.said import Said, failed, found, none, refused

MAILBOXES = ("security", "abuse", "postmaster")
"""Of RFC 2142, those who can do something about a leak, in that order."""


async def soa(resolver: Resolver, party: str) -> Said:
    """The mailbox that the SOA of ``party`` names."""
    question = Question(party, LookupType.SOA)
    answer = (await resolver.ask([question], on_behalf_of=party))[question]
    if answer.status is not Status.FOUND or not answer.records:
        return _without(answer, party)
    rname = answer.records[0]
    if not isinstance(rname, str) or not rname:
        return none(StepReason.NO_ADDRESS, party)
    address = mailbox_of(rname)
    return refused(StepReason.MALFORMED, party) if address is None else found((address,), party)


def mailbox_of(rname: str) -> str | None:
    """The address that an RNAME stands for (RFC 1035 §8): its first label, dots in it escaped, is the local-part.

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


async def mailboxes(resolver: Resolver, party: str) -> Said:
    """The mailboxes that ought to exist at ``party``, when it takes mail: an MX, or an address (RFC 5321 §5.1)."""
    question = Question(party, LookupType.MX)
    answer = (await resolver.ask([question], on_behalf_of=party))[question]
    if answer.status is Status.FOUND:
        takes = any(isinstance(record, tuple) and record[1] for record in answer.records)
        return _ought(party) if takes else none(StepReason.NO_MAIL, party)
    if answer.status is not Status.NODATA:
        return _without(answer, party)
    questions = [Question(party, LookupType.A), Question(party, LookupType.AAAA)]
    answers = await resolver.ask(questions, on_behalf_of=party)
    if any(answers[question].status is Status.FOUND for question in questions):
        return _ought(party)
    if any(answers[question].status is Status.FAILED for question in questions):
        return failed(StepReason.DNS_FAILED, party)
    return none(StepReason.NO_MAIL, party)


def _ought(party: str) -> Said:
    return found(tuple(f"{mailbox}@{party}" for mailbox in MAILBOXES), party)


def _without(answer: LookupResult, party: str) -> Said:
    match answer.status:
        case Status.NXDOMAIN:
            return none(StepReason.NO_SUCH_NAME, party)
        case Status.FAILED:
            return failed(StepReason.DNS_FAILED, party)
        case _:
            return none(StepReason.NO_SUCH_RECORD, party)
