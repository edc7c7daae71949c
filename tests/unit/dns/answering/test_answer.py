"""The kind of an answer is the one that its reply shows."""

from __future__ import annotations

import pytest
from hypothesis import given

from catcher.dns import AnswerKind, Authority, Rcode, Transport
from tests.support.dnsserver import compiling
from tests.support.dnsserver.querying import messages
from tests.support.dnsserver.serving import NOW


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One of everything."""
    return compiling.authority(tmp_path_factory.mktemp("zones"))


@given(message=messages())
def test_the_kind_of_an_answer_is_its_replys(loaded: Authority, message: bytes) -> None:
    """The header tells the same (RFC 2308 §2), but for an extended rcode and where TC emptied the sections."""
    reply = loaded.answer(message, transport=Transport.TCP, now=NOW, client="192.0.2.1")
    if reply is None:
        return
    if reply.rcode:
        assert reply.kind is (AnswerKind.NXDOMAIN if reply.rcode is Rcode.NXDOMAIN else AnswerKind.ERROR)
    elif reply.wire[4:6] == b"\0\0":
        assert reply.kind is AnswerKind.NODATA  # a cookie without a question (RFC 7873 §5.4)
    elif reply.wire[6:8] != b"\0\0":
        assert reply.kind is AnswerKind.ANSWER
    else:
        assert reply.kind is (AnswerKind.NODATA if reply.wire[2] & 4 else AnswerKind.REFERRAL)
