"""Names and addresses in ASCII: nothing of another script, and no line end, gets into a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.smtp.explaining.plain import plain_address, plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Registry of Example", "Registry of Example"),
        ("Autorité du numérique", "Autorite du numerique"),
        ("Straßenverkehrsamt Łódź", "Strassenverkehrsamt Lodz"),
        ("L’Œuvre – «Été»", 'L\'OEuvre - "Ete"'),
        ("two\r\nlines", "two lines"),
        ("Реестр", None),
        ("登録局", None),
        ("bell\x07", None),
        ("  ", None),
        ("", None),
    ],
)
def test_a_name(text: str, plain: str | None) -> None:
    """Accents are left out; what is of another script is not said at all, rather than half."""
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://operator.example/strayed-mail?a=1&b=%20#top", "https://operator.example/strayed-mail?a=1&b=%20#top"),
        ("https://bücher.example:8443/é à", "https://xn--bcher-kva.example:8443/%C3%A9%20%C3%A0"),
        ("https://[::1", None),
        ("https://a..b/", None),
        ("https://operator.example:x/", None),
        ("", None),
    ],
)
def test_a_web_address(address: str, plain: str | None) -> None:
    assert plain_address(address) == plain


@given(st.text() | st.text("aé ß/%?#:[]\r\n.").map("https://x.example/{}".format))
def test_whatever_comes_out_fits_on_a_line_of_ascii(text: str) -> None:
    for plain in (plain_text(text), plain_address(text)):
        assert plain is None or (plain.isascii() and plain.isprintable() and plain.strip() == plain)
