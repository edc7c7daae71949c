"""Server cookies: the test vectors of RFC 9018, and how long a cookie and a secret live."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.dns.answering.cookies import Cookies, Daily, Fixed

SECRET = bytes.fromhex("e5e973e5a6b2a43f48e7dc849e37bfcf")
CLIENT = ip_address("198.51.100.100").packed
OTHER = ip_address("203.0.113.203").packed
SIX = ip_address("2001:db8:220:1:59de:d0f4:8769:82b8").packed
COOKIES = Cookies(Fixed((SECRET,)))


def test_learning_a_new_server_cookie() -> None:
    """RFC 9018 appendix A.1."""
    told = COOKIES.answer(bytes.fromhex("2464c4abcf10c957"), CLIENT, 1559731985)
    assert told == (bytes.fromhex("2464c4abcf10c957010000005cf79f111f8130c3eee29480"), False)


def test_a_cookie_that_grows_old_is_renewed() -> None:
    """Appendix A.2: half an hour on, the cookie is good still and another one is given."""
    old = bytes.fromhex("2464c4abcf10c957010000005cf79f111f8130c3eee29480")
    assert COOKIES.answer(old, CLIENT, 1559734385) == (
        bytes.fromhex("2464c4abcf10c957010000005cf7a871d4a564a1442aca77"),
        True,
    )


def test_reserved_octets_are_not_looked_at() -> None:
    """Appendix A.3, where the cookie has grown too old; within its hour it is good."""
    shown = bytes.fromhex("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5")
    told = bytes.fromhex("fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e")
    assert COOKIES.answer(shown, OTHER, 0x5CF7A9AC) == (told, False)
    assert COOKIES.answer(shown, OTHER, 0x5CF78F71)[1]


def test_a_secret_that_was_rolled_over_is_accepted_still() -> None:
    """Appendix A.4: IPv6, and the cookie was made with the secret before."""
    before, now = bytes.fromhex("dd3bdf9344b678b185a6f5cb60fca715"), bytes.fromhex("445536bcd2513298075a5d379663c962")
    shown = bytes.fromhex("22681ab97d52c298010000005cf7c57926556bd0934c72f8")
    rolled = Cookies(Fixed((now, before)))
    assert rolled.answer(shown, SIX, 1559741961) == (
        bytes.fromhex("22681ab97d52c298010000005cf7c609a6bb79d16625507a"),
        True,
    )
    assert not Cookies(Fixed((now,))).answer(shown, SIX, 1559741961)[1]


@pytest.mark.parametrize(("age", "valid"), [(-301, False), (-300, True), (0, True), (3600, True), (3601, False)])
def test_a_cookie_lives_an_hour(age: int, valid: bool) -> None:
    made, _ = COOKIES.answer(b"12345678", CLIENT, 1_000_000)
    assert COOKIES.answer(made, CLIENT, 1_000_000 + age)[1] is valid


def test_a_fresh_cookie_repeats() -> None:
    made, _ = COOKIES.answer(b"12345678", CLIENT, 1_000_000)
    assert COOKIES.answer(made, CLIENT, 1_001_800) == (made, True)
    assert COOKIES.answer(made, CLIENT, 1_001_801)[0] != made


def test_a_cookie_is_for_one_client() -> None:
    made, _ = COOKIES.answer(b"12345678", CLIENT, 1_000_000)
    assert not COOKIES.answer(made, OTHER, 1_000_000)[1]
    assert not COOKIES.answer(b"87654321" + made[8:], CLIENT, 1_000_000)[1]


def test_the_time_runs_over_32_bits() -> None:
    """RFC 1982's arithmetic: the clock of a cookie turns over in 2106."""
    made, _ = COOKIES.answer(b"12345678", CLIENT, (1 << 32) - 5)
    assert COOKIES.answer(made, CLIENT, (1 << 32) + 5)[1]


def test_a_daily_secret_outlives_its_day_by_a_cookie() -> None:
    daily = Cookies(Daily(bytes(32)))
    made, _ = daily.answer(b"12345678", CLIENT, 86_400 * 5 - 1)
    assert daily.answer(made, CLIENT, 86_400 * 5 + 3000)[1]
    days = {Daily(bytes(32)).at(86_400 * day)[0] for day in range(10)}
    assert len(days) == 10 and Daily(bytes(32)).at(0) != Daily(b"\1" * 32).at(0)


@given(cookie=st.binary(min_size=8, max_size=40), now=st.integers(0, 1 << 33))
def test_a_made_up_cookie_is_not_from_here(cookie: bytes, now: int) -> None:
    answer, valid = COOKIES.answer(cookie, CLIENT, now)
    assert not valid and len(answer) == 24 and answer[:8] == cookie[:8]
