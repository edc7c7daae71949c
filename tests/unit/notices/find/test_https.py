"""Whatever octets a server sends, a fetch ends in a page or in a reason; and TLS is as strict as it can be."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.telling.contact import StepReason, StepResult
from catcher.notices.find.finding import SourceFinding
from catcher.notices.find.http import Page, Request, fetch_page
from catcher.notices.find.https import trusting_the_systems_authorities
from catcher.notices.find.url import Url

HERE = Url("contractor.example", "/")
MOST = 100
_LINES = st.sampled_from(
    (
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 200 OK\r\n",
        b"HTTP/1.1 100 Continue\r\n",
        b"HTTP/1.1 301 Moved\r\n",
        b"Location: /a\r\n",
        b"Location: https://other.example/\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Type: text/plain\r\n",
        b"\r\n",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"ffffffffffffffffffff\r\n",
        b"\x00\xff",
        b"hello" * 30,
    )
)


class Deaf:
    """A writer whom nobody reads."""

    def write(self, octets: bytes) -> None:
        assert octets.isascii()


def answered(octets: bytes) -> Page | Url | SourceFinding:
    """What a fetch makes of a server that says ``octets`` and closes."""

    async def conversation() -> Page | Url | SourceFinding:
        reader = asyncio.StreamReader()
        reader.feed_data(octets)
        reader.feed_eof()
        connection = (reader, cast(asyncio.StreamWriter, Deaf()))
        return await fetch_page(Request(HERE, "catcher", "text/plain"), *connection, most=MOST, seconds=5)

    return asyncio.run(conversation())


@given(st.lists(_LINES | st.binary(max_size=20), max_size=12).map(b"".join))
def test_whatever_comes_it_ends_with_a_page_a_redirect_or_a_reason(octets: bytes) -> None:
    answer = answered(octets)
    if isinstance(answer, Page):
        assert len(answer.body) <= MOST
    elif isinstance(answer, Url):
        assert answer.host == HERE.host
    else:
        assert answer.result is not StepResult.FOUND
        assert answer.reason is not None


def test_the_first_of_two_content_types_counts_and_the_body_ends_with_the_connection() -> None:
    head = b"HTTP/1.0 200 OK\r\nContent-Type: Text/Plain\r\nContent-Type: text/html\r\n\r\n"
    assert answered(head + b"hello") == Page(HERE, "text/plain", b"hello")
    refusal = answered(head + b"a" * 101)
    assert isinstance(refusal, SourceFinding) and refusal.reason is StepReason.TOO_LARGE


def test_tls_verifies_name_and_chain_and_logs_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    context = trusting_the_systems_authorities()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.keylog_filename is None
    assert not (tmp_path / "keys").exists()


def test_printed_forms_show_nothing_of_what_came() -> None:
    words = "canary-7f3a"
    assert words not in repr(Page(HERE, words, words.encode()))
    assert words not in repr(SourceFinding.found((f"{words}@{HERE.host}",), HERE.host))
