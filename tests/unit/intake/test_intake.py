"""The one path of a transaction: what reaches the sink, and what happens when it can't."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from catcher.catalogue import Catalogue, Entry
from catcher.intake.intake import Intake
from catcher.model.errors import StoreUnavailable
from catcher.model.mail.lookup import LookupResult, LookupResults, Question, Status
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Header, HeaderField
from catcher.privacy import KeyRing
from tests.support.sinks import Sink
from tests.support.transactions import MOMENT, TRANSACTION

CATALOGUE = Catalogue.of(
    Entry(f"{name}.ml", f"{name}.mil", Policy.ACCEPT, None, Policy.OBSERVE, "", "catalogue.csv:2")
    for name in ("army", "navy")
)
POLICIES = {"army.ml": Policy.ACCEPT, "navy.ml": Policy.ACCEPT}


class Failing:
    """A resolver that can't answer anything, and remembers in whose name it was asked."""

    def __init__(self) -> None:
        self.asked_for: set[str] = set()

    async def ask(self, questions: Collection[Question], *, on_behalf_of: str) -> LookupResults:
        self.asked_for.add(on_behalf_of)
        return dict.fromkeys(questions, LookupResult(Status.FAILED))


def intake(folder: Path, sink: Sink, resolver: Failing | None = None) -> Intake:
    return Intake(
        catalogue=CATALOGUE,
        resolver=resolver,
        sink=sink,
        keys=KeyRing(folder),
        organizational_domain=lambda name: ".".join(name.split(".")[-2:]),
        organisation={"army.mil": "Army"}.get,
    )


def take(intake: Intake, ref: str = "AAAA-BBBB-CCCC", **changes) -> None:
    transaction = replace(TRANSACTION, **changes)
    asyncio.run(intake.take(transaction, ref=ref, policies=POLICIES, outcome=Outcome.ACCEPTED))


def test_one_end_of_data_is_one_commit(tmp_path):
    sink = Sink()
    take(intake(tmp_path, sink))
    ((army, navy),) = sink.committed
    assert (army.domain, navy.domain) == ("army.ml", "navy.ml")
    assert army.transaction == navy.transaction


def test_the_catalogue_says_for_whom_it_was_meant_and_the_directory_who_that_is(tmp_path):
    sink = Sink()
    take(intake(tmp_path, sink))
    ((army, navy),) = sink.committed
    assert (army.intended[0].domain, army.intended[0].organisation) == ("army.mil", "Army")
    assert (navy.intended[0].domain, navy.intended[0].organisation) == ("navy.mil", None)


def test_what_cannot_be_stored_is_told(tmp_path):
    with pytest.raises(StoreUnavailable):
        take(intake(tmp_path, Sink(StoreUnavailable("the disk is full"))))


def test_failed_lookups_are_recorded_as_such_and_counted_in_the_senders_name(tmp_path):
    sink, resolver = Sink(), Failing()
    take(intake(tmp_path, sink, resolver))
    assert sink.committed[0][0].authentication.spf.result == "temperror"
    assert resolver.asked_for == {"contractor.example"}


def test_lookups_for_the_null_reverse_path_are_counted_in_the_clients_name(tmp_path):
    resolver = Failing()
    take(intake(tmp_path, Sink(), resolver), reverse_path=None)
    assert resolver.asked_for == {"192.0.2.7"}


def test_the_taken_and_the_refused_part_of_a_transaction_share_their_identifier(tmp_path):
    """They come in two calls, with the one reference that both replies named."""
    sink = Sink()
    room = intake(tmp_path, sink)
    take(room)
    take(room, header=None, body=None)
    take(room, ref="DDDD-EEEE-FFFF")
    first, second, other = (batch[0].transaction for batch in sink.committed)
    assert first == second != other


def test_a_reference_can_be_told_over_the_telephone():
    refs = {Intake.new_ref() for _ in range(100)}
    assert len(refs) == 100
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", ref) for ref in refs)


def test_tokens_are_of_the_period_in_which_the_mail_came(tmp_path):
    take(intake(tmp_path, Sink()))
    assert KeyRing(tmp_path).key_ids() == [MOMENT.strftime("%Y-%m")]


def test_what_a_message_hints_at_is_told(tmp_path):
    """A co-recipient at the intended domain, in To beside the mistyped one."""
    sink = Sink()
    header = Header((HeaderField(b"From", b" ada@x.example"), HeaderField(b"To", b" a@army.ml, b@army.mil")))
    take(intake(tmp_path, sink), header=header)
    assert "co-recipient" in sink.committed[0][0].nature.reasons
