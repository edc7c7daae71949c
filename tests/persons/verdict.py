"""Whether a mail counts, by the product's own functions and the world's DNS."""

from __future__ import annotations

from dataclasses import dataclass, replace

from catcher.directory import platform_of
from catcher.model.mail.counting import Counting, counting_of
from catcher.model.mail.fingerprint import Fingerprint
from tests.persons.system import Records, Sent
from tests.support.fingerprints import NOW, context, judge, transaction

CONTEXT = replace(context(), platform=platform_of)


@dataclass(frozen=True)
class Verdict:
    counting: Counting
    fingerprint: Fingerprint


def verdict(sent: Sent, table: Records) -> Verdict:
    """The judgement at NOW, a few minutes after the mail was written."""
    found = judge(
        transaction(
            sent.octets,
            client=sent.client,
            helo=sent.helo,
            mail_from=sent.mail_from,
            rcpt_to=sent.rcpt_to,
            now=NOW,
        ),
        table,
        CONTEXT,
    ).found
    return Verdict(counting_of(found), found)
