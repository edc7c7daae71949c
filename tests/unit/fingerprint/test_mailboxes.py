"""The mailbox behind a reverse-path: without what BATV, VERP, SRS, forwards and sub-addresses add to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.mailboxes import is_forwarders, origin_of
from catcher.model.mail.mailbox import Mailbox
from tests.support.fingerprints import mailbox

RECIPIENTS = (Mailbox("Doe", "army.ml"),)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("ada@contractor.example", "ada@contractor.example"),
        ("Ada.Lane@contractor.example", "ada.lane@contractor.example"),
        ("ada+plans@contractor.example", "ada@contractor.example"),
        ("+ada@contractor.example", "+ada@contractor.example"),
        ("prvs=1317abcdef=ada@contractor.example", "ada@contractor.example"),
        ("PRVS=2318ABCDEF=Ada@contractor.example", "ada@contractor.example"),
        ("prvs=ada/1317abcdef@contractor.example", "ada@contractor.example"),
        ("prvs=01234567ab=ada+plans@contractor.example", "ada@contractor.example"),
        ("msprvs1=20412abCdEf12=ada@contractor.example", "ada@contractor.example"),
        ("btv1==317a9e5cbc3==ada@contractor.example", "ada@contractor.example"),
        ("SRS0=kNlq=TT=contractor.example=ada@forwarder.example", "ada@contractor.example"),
        ("srs0+kNlq=TT=contractor.example=ada@forwarder.example", "ada@contractor.example"),
        ("SRS0-kNlq=TT=contractor.example=a=b@forwarder.example", "a=b@contractor.example"),
        ("SRS1=dRzK=first.example==kNlq=TT=contractor.example=ada@second.example", "ada@contractor.example"),
        ("SRS1=dRzK=first.example=+kNlq=TT=contractor.example=ada@second.example", "ada@contractor.example"),
        ("bob+SRS=44ldt=IX=contractor.example=ada@forwarder.example", "ada@contractor.example"),
        ("SRS0=kNlq=TT=contractor.example=prvs=1317abcdef=ada@forwarder.example", "ada@contractor.example"),
        ("prvs=1317abcdef=SRS0=kNlq=TT=contractor.example=ada@forwarder.example", "ada@contractor.example"),
        ("SRS0=kNlq=TT=no_domain=ada@forwarder.example", "srs0=knlq=tt=no_domain=ada@forwarder.example"),
        ("ann+caf_=doe=army.ml@bank.example", "ann@bank.example"),
        ("ann+caf_=other=army.ml@bank.example", "ann@bank.example"),
        ("list-return-12-doe=army.ml@lists.example", "list@lists.example"),
        ("bounce-3-77=army.ml@shop.example", "bounce@shop.example"),
        ("news-bounces+doe=army.ml@lists.example", "news@lists.example"),
        ("doe=army.ml-bounces@lists.example", "bounces@lists.example"),
        ("doe=army.ml@lists.example", "army.ml@lists.example"),
        ("doe=army.mlx@lists.example", "doe=army.mlx@lists.example"),
        ("a-b-c@contractor.example", "a-b-c@contractor.example"),
        ("prvs=@contractor.example", "prvs=@contractor.example"),
    ],
)
def test_the_parts_that_change_by_themselves_go(path: str, origin: str) -> None:
    assert origin_of(mailbox(path), RECIPIENTS) == mailbox(origin)


@pytest.mark.parametrize("day", range(100, 130))
def test_one_person_behind_batv_is_one_mailbox_on_every_day(day: int) -> None:
    assert origin_of(mailbox(f"prvs=1{day}abcdef=ada@contractor.example"), RECIPIENTS).address == (
        "ada@contractor.example"
    )


@pytest.mark.parametrize(
    ("path", "by_a_forwarder"),
    [
        ("ann+caf_=doe=army.ml@bank.example", True),
        ("ann+caf_=DOE=ARMY.ML@bank.example", True),
        ("ann+caf_=other=army.ml@bank.example", False),
        ("ann+caf_=doe=army.mil@bank.example", False),
        ("SRS0=kNlq=TT=contractor.example=ada@forwarder.example", True),
        ("SRS1=dRzK=first.example==kNlq=TT=contractor.example=ada@second.example", True),
        ("bob+SRS=44ldt=IX=contractor.example=ada@forwarder.example", True),
        ("SRS0=kNlq=TT=x=ada@forwarder.example", False),
        ("ada+plans@contractor.example", False),
        ("prvs=1317abcdef=ada@contractor.example", False),
    ],
)
def test_a_forwarders_path_names_the_recipient_or_the_first_sender(path: str, by_a_forwarder: bool) -> None:
    assert is_forwarders(mailbox(path), RECIPIENTS) is by_a_forwarder


PARTS = (
    "prvs=1a=",
    "btv1==a==",
    "SRS0=h=t=x.example=",
    "SRS1=h=x.example==",
    "+caf_=",
    "=army.ml",
    "+",
    "-",
    "=",
    "ada",
)


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_any_path_has_an_origin_with_a_local_part_that_has_none_left(local_part: str) -> None:
    found = origin_of(Mailbox(local_part or "ada", "contractor.example"), RECIPIENTS)
    assert found.local_part
    assert found.local_part == found.local_part.lower()
