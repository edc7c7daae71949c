"""URLs are read so strictly that no two readers could take one for two places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.telling.contact import StepReason
from catcher.notices.find.url import Url, follow, read

HERE = Url("contractor.example", "/.well-known/security.txt")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://Contractor.Example", Url("contractor.example", "/")),
        ("https://contractor.example:443/a?b=c#d", Url("contractor.example", "/a?b=c")),
        ("http://contractor.example/", StepReason.NOT_HTTPS),
        ("https://contractor.example:8443/", StepReason.NOT_HTTPS),
        ("ftp://contractor.example/", StepReason.NOT_HTTPS),
        ("//contractor.example/", StepReason.NOT_HTTPS),
        ("https:///path", StepReason.MALFORMED),
        ("https://user@contractor.example/", StepReason.MALFORMED),
        ("https://contractor.example@127.0.0.1/", StepReason.MALFORMED),
        ("https://contractor.example:x/", StepReason.MALFORMED),
        ("https://contractor.example:99999/", StepReason.MALFORMED),
        ("https://localhost/", StepReason.MALFORMED),
        ("https://127.0.0.1/", StepReason.MALFORMED),
        ("https://2130706433/", StepReason.MALFORMED),
        ("https://127.1/", StepReason.MALFORMED),
        ("https://0x7f.0x1/", StepReason.MALFORMED),
        ("https://[::1]/", StepReason.MALFORMED),
        ("https://[::1/", StepReason.MALFORMED),
        ("https://contractor.example/a b", StepReason.MALFORMED),
        ("https://contractor.example/a\r\nHost: x", StepReason.MALFORMED),
        ("https://contractor.example\\@other.example/", StepReason.MALFORMED),
        ("https://contractor..example/", StepReason.MALFORMED),
        ("https://bücher.example/", StepReason.MALFORMED),
        ("https://contractor.example/" + "a" * 2048, StepReason.MALFORMED),
    ],
)
def test_a_url_is_one_place_or_none(text: str, expected: Url | StepReason) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/security.txt", Url("contractor.example", "/security.txt")),
        ("other.txt", Url("contractor.example", "/.well-known/other.txt")),
        ("https://contractor.example/x", Url("contractor.example", "/x")),
        ("//CONTRACTOR.example/x", Url("contractor.example", "/x")),
        ("https://www.contractor.example/", StepReason.OTHER_HOST),
        ("//other.example/x", StepReason.OTHER_HOST),
        ("http://contractor.example/x", StepReason.NOT_HTTPS),
        ("https://127.0.0.1/x", StepReason.MALFORMED),
        ("https://[::1/", StepReason.MALFORMED),
        ("/a\x00b", StepReason.MALFORMED),
        ("/" + "a" * 4000, StepReason.MALFORMED),
    ],
)
def test_a_redirect_leads_to_the_same_host_or_nowhere(location: str, expected: Url | StepReason) -> None:
    assert follow(HERE, location) == expected


@given(st.text(max_size=60) | st.text(max_size=60).map("https://".__add__))
def test_whatever_comes_a_place_is_on_the_same_host_and_safe_in_a_request(text: str) -> None:
    target = follow(HERE, text)
    if isinstance(target, Url):
        assert target.host == HERE.host
        assert target.target.isascii() and target.target.isprintable() and " " not in target.target
    again = read(text)
    if isinstance(again, Url):
        assert read(str(again)) == again
