"""A field's text is unfolded and decoded before anything is looked for in it; no header raises, or stays in memory."""

from __future__ import annotations

import codecs
import encodings
from email.header import Header, decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.header.fieldtext import CHARSETS, field_text, parameters


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"Out of\r\n Office: plans", "Out of Office: plans"),
        (b"=?utf-8?Q?Out_of_off?=\r\n =?utf-8?Q?ice?= now", "Out of office now"),
        (b"=?utf-8?Q?R=C3=A9ponse?= =?utf-8?Q?_automatique_:_plan?=", "Réponse automatique : plan"),
        (b"=?utf-8?B?w4k=?= =?iso-8859-1?q?t=E9?=", "Été"),
        (b"=?utf-8?Q?=E3=81?= =?UTF-8?Q?=82?=", "あ"),
        (b"=?utf-8?B?44E=?=\t=?utf-8?B?gg==?=", "あ"),
        (b"a =?utf-8?q?b?= c", "a b c"),
        (b"=?utf-8*en?q?b?=", "b"),
        (b"=?utf-8?Q?two words?=", "two words"),
        (b"=?utf-8?B?Y29kZQ?=", "code"),
        (b"=?gb2312?B?0enWpMLr?=", "验证码"),
        (b"=?iso-2022-jp?B?GyRCIUobKEI=?=", "（"),
        (b"=?windows-1252?Q?Roster_=96_Week_23_[SEC=3DPROTECTED]?=", "Roster – Week 23 [SEC=PROTECTED]"),
        ("Grüße".encode(), "Grüße"),
        (b"=?x-unknown?Q?=C3=A9?=", "é"),
        (b"=?punycode?Q?=C3=A9?=", "é"),
        (b"=?utf-8?B?A?= tail", "=?utf-8?B?A?= tail"),
        (b"=?utf-8?Q?=FF?=", "�"),
        (b"=?hex?Q?zz?=", "zz"),
        (b"=?rot13?B?YWI=?= =?zlib?Q?ab?=", "abab"),
    ],
)
def test_encoded_words_are_decoded_and_joined(value: bytes, text: str) -> None:
    assert field_text(value) == text


def test_octets_without_a_charset_are_utf_8_else_in_the_given_one() -> None:
    assert field_text(" café ".encode(), raw="latin-1") == field_text(b"caf\xe9", raw="latin-1") == "café"
    assert field_text(b"caf\xe9") == "caf�"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200))
def test_what_the_standard_library_encodes_is_decoded_as_it_decodes(text: str) -> None:
    encoded = Header(text, "utf-8").encode(linesep="\r\n").encode()
    if b"=?" in encoded:
        assert field_text(encoded) == str(make_header(decode_header(encoded.decode())))


@given(st.binary(max_size=300))
def test_any_octets_are_text(value: bytes) -> None:
    assert isinstance(field_text(value), str)


@given(st.sampled_from(["hex", "rot13", "zlib", "idna", "undefined", "unicode_escape", "mbcs", "x" * 40, "\x00", "é"]))
def test_a_name_that_is_no_charset_is_read_as_utf_8(charset: str) -> None:
    assert field_text(f"=?{charset}?q?ab?=".encode()) == "ab"
    assert parameters(f"marking*=\"{charset}'en'ab\"") == {"marking": "ab"}


def test_each_charset_is_a_codec_of_text() -> None:
    for name, codec in CHARSETS.items():
        assert isinstance(b"plan".decode(codec, "replace"), str)
        assert codecs.lookup(codec) and name == name.lower()


def test_an_unknown_charset_is_not_kept_in_memory() -> None:
    """Python keeps each name that it was asked for."""
    field_text(b"=?utf-canary-7?q?a?= =?iso-canary-7?b?YQ==?=")
    parameters("marking*=utf-canary-7'en'a")
    assert not [name for name in encodings._cache if "canary" in name]
