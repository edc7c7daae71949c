"""Printed forms and error texts never show a local-part, header text, or a digest of a body."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime

import pytest

from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.transaction import (
    BodyFacts,
    Canonicalization,
    DigestAlgorithm,
    DigestWanted,
    Header,
    HeaderField,
    Transaction,
)

CANARY = "canary-7f3a"


def transaction() -> Transaction:
    """A transaction with the canary wherever a person's words can be."""
    header = Header(
        (HeaderField(b"Subject", CANARY.encode()), HeaderField(b"From", f"{CANARY}@contractor.example".encode())),
        octets=100,
    )
    digests = {DigestWanted(DigestAlgorithm.SHA256, Canonicalization.RELAXED): CANARY.encode()}
    return Transaction(
        received_at=datetime(2026, 11, 3, tzinfo=UTC),
        client="192.0.2.25",
        helo="mx.contractor.example",
        tls=True,
        reverse_path=Mailbox(CANARY, "contractor.example"),
        forward_paths=(Mailbox(CANARY, "army.ml"),),
        header=header,
        body=BodyFacts(octets=900, digests=digests),
    )


@pytest.mark.parametrize("form", [repr, str, "{}".format, "{!r}".format], ids=["repr", "str", "format", "format-r"])
def test_no_printed_form_of_a_transaction_shows_a_persons_words(form: object) -> None:
    assert callable(form)
    sample = transaction()
    for value in (sample, sample.reverse_path, sample.forward_paths, sample.header, sample.body):
        assert CANARY not in form(value)
    assert sample.header is not None
    assert CANARY not in form(sample.header.fields[0])


def test_the_search_would_find_it() -> None:
    """The canary is there: it is shown as soon as somebody asks for the address or the field's value."""
    sample = transaction()
    assert sample.reverse_path is not None
    assert sample.header is not None
    assert CANARY in sample.reverse_path.address
    assert CANARY.encode() in (sample.header.first("subject") or b"")


def test_a_traceback_through_a_transaction_shows_none_of_it() -> None:
    def failing(sample: Transaction) -> None:
        raise ValueError(f"no way with {sample} of {sample.reverse_path}")

    try:
        failing(transaction())
    except ValueError as error:
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "contractor.example" in text
    assert CANARY not in text


def test_header_fields_are_found_whatever_their_case() -> None:
    header = Header((HeaderField(b"TO", b"one"), HeaderField(b"Cc", b"two"), HeaderField(b"to", b"three")))
    assert header.all("To") == [b"one", b"three"]
    assert header.first("CC") == b"two"
    assert header.first("Bcc") is None


def test_the_size_of_a_transaction_without_a_message_is_unknown() -> None:
    sample = transaction()
    assert sample.octets == 1000
    refused = Transaction(sample.received_at, sample.client, "", False, None, sample.forward_paths)
    assert refused.octets is None
