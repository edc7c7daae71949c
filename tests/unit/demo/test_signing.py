"""Signatures are genuine: an independent verifier accepts them with the published key, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import dkim
import pytest

from catcher.demo.keys import Algorithm, DemoKey, make_key
from catcher.demo.signing import sign

AT = datetime(2026, 10, 7, 9, 0, tzinfo=UTC)
MESSAGE = (
    b"From: Ines <ines@contractor.example>\r\nTo: dana@army.ml\r\nSubject: drawing\r\n"
    b"Date: Wed, 07 Oct 2026 09:00:00 +0000\r\nX-Mailer: any\r\n\r\nHello,\r\nhere it is.\r\n"
)


@pytest.fixture(scope="module", params=list(Algorithm))
def key(request: pytest.FixtureRequest) -> DemoKey:
    return make_key(request.param)


def published(key: DemoKey) -> Callable[..., bytes | None]:
    def txt(name: bytes, **_: Any) -> bytes | None:
        return key.record.encode() if name == b"s1._domainkey.contractor.example." else None

    return txt


def signed(key: DemoKey) -> bytes:
    return sign(MESSAGE, key, domain="contractor.example", selector="s1", at=AT)


def test_the_signature_verifies_with_the_published_record(key: DemoKey) -> None:
    assert dkim.verify(signed(key), dnsfunc=published(key))


@pytest.mark.parametrize("part", [b"army.ml", b"ines@contractor", b"here it is"])
def test_a_changed_message_does_not_verify(key: DemoKey, part: bytes) -> None:
    assert not dkim.verify(signed(key).replace(part, part[::-1]), dnsfunc=published(key))


def test_another_key_of_the_same_kind_does_not_verify(key: DemoKey) -> None:
    assert not dkim.verify(signed(key), dnsfunc=published(make_key(key.algorithm)))


def test_it_is_signed_at_the_given_moment(key: DemoKey) -> None:
    tags = signed(key).partition(b"From:")[0]
    assert re.search(rb"\bt=(\d+);", tags)[1] == str(int(AT.timestamp())).encode()  # type: ignore[index]


def test_it_covers_the_fields_that_the_message_has_and_those_alone(key: DemoKey) -> None:
    field = signed(key)[: -len(MESSAGE)]
    covered = re.search(rb"\bh=([^;]+);", re.sub(rb"\s+", b"", field))
    assert covered is not None
    assert covered[1].split(b":") == [b"from", b"to", b"subject", b"date"]


def test_the_message_itself_is_left_as_it_is(key: DemoKey) -> None:
    assert signed(key).endswith(MESSAGE)


def test_a_private_key_is_not_shown() -> None:
    key = make_key(Algorithm.ED25519)
    assert key.private.decode() not in repr(key)
