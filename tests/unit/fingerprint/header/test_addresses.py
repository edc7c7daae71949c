"""Addresses in hostile header text: what can't be read names nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.header.addresses import MAX_MAILBOXES, domain_or_none, read_address_list, read_mailboxes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"ada@contractor.example", ["ada@contractor.example"]),
        (b" Ada <ada@Contractor.Example> (home)", ["ada@contractor.example"]),
        (b'"Doe, J. <x@y.example>" <j@z.example>', ["j@z.example"]),
        (b"a@x.example, B <b@y.example>;c@z.example", ["a@x.example", "b@y.example", "c@z.example"]),
        (b'"Lane, Ada" <ada@x.example>', ["ada@x.example"]),
        (b"crew: a@x.example, b@y.example;, c@z.example", ["a@x.example", "b@y.example", "c@z.example"]),
        (b"undisclosed-recipients:;", []),
        (b"(a (nested) @x.example) b@y.example", ["b@y.example"]),
        (b"<@relay.example,@other.example:ada@contractor.example>", ["ada@contractor.example"]),
        (b'"quoted part"@contractor.example', ["quoted part@contractor.example"]),
        (b'"a\\"b"@contractor.example', ['a"b@contractor.example']),
        (b"ada@\r\n contractor.example", ["ada@contractor.example"]),
        ("ada@bücher.example".encode(), ["ada@xn--bcher-kva.example"]),
        (b"ada@[192.0.2.1], ada@192.0.2.1, ada@localhost, ada, <>, @x.example", []),
        (b"ada@x.example\x00, ada@a_b.example, ada@-x.example, ada@x..example, ada@\xff.example", []),
        (b"ada <ada@contractor.example", []),
        (b"support@bank.example <real@evil.example>", ["real@evil.example"]),
        (b"ada@contractor.example>, <ada@contractor.example", []),
        (b"<ada@xn--bcher-kva.example>", ["ada@xn--bcher-kva.example"]),
        (b"<ada@xn--0.example>", ["ada@xn--0.example"]),
        (b"ann@xn--vi8hiv.example", ["ann@xn--vi8hiv.example"]),
        (b"<eve@elsewhere.example> <ada@contractor.example>", []),
        (b"Eve <eve@elsewhere.example> Ada <ada@contractor.example>, bob@x.example", ["bob@x.example"]),
        (b"<eve@elsewhere.example> ada@contractor.example", []),
        (b"Ada ada@contractor.example", []),
        (b'"Ada" ada@contractor.example', []),
        (b"Ada(x)ada@contractor.example", []),
        (b"<Ada ada@contractor.example>", []),
        (b"<eve@elsewhere.example ada@contractor.example>", []),
        (b"eve@elsewhere.example@contractor.example", []),
        (b"<eve@elsewhere.example@contractor.example>", []),
        (b"<eve@elsewhere.example> : <ada@contractor.example>", []),
        (b"ada . lane @ contractor . example", ["ada.lane@contractor.example"]),
        (b"pete(his account)@contractor.example (his host)", ["pete@contractor.example"]),
        (b"(Ada) <ada@contractor.example> (Lane)", ["ada@contractor.example"]),
        (b"<ada@contractor.1234>", []),
        (b"ada@contractor.example\r\n ", ["ada@contractor.example"]),
        (b"<ada@" + b"a." * 123 + b"example>", ["ada@" + "a." * 123 + "example"]),
        (b"<ada@" + b"a." * 124 + b"example>", []),
    ],
)
def test_mailboxes_of_an_address_list(text: bytes, expected: list[str]) -> None:
    assert [m.address for m in read_mailboxes([text])] == expected


PIECES = [
    b'"Lane, Ada"',
    b'"',
    b"Ada",
    b" ",
    b"\r\n ",
    b"<",
    b"(",
    b"ben@y.example",
    b"<ada@x.example>",
    b">",
    b"\\",
    b",",
]


@given(st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join))
def test_addresses_in_the_usual_shape_are_read_as_every_other(text: bytes) -> None:
    """A comment before them, which means nothing, keeps addresses from being read at one message."""
    plainly, otherwise = read_address_list(text), read_address_list(b"() " + text)
    assert (plainly.mailboxes, plainly.local_parts) == (otherwise.mailboxes, otherwise.local_parts)


def test_local_parts_are_read_without_a_domain_too() -> None:
    values = [b"MAILER-DAEMON", b"Postmaster <POSTMASTER@x.example>", b"mailer-daemon <>", b"<>"]
    assert [name for value in values for name in read_address_list(value).local_parts] == [
        "mailer-daemon",
        "postmaster",
        "",
        "",
    ]


def test_no_more_than_a_bound_is_read() -> None:
    assert len(read_mailboxes([b"a@x.example," * 4000] * 3)) == MAX_MAILBOXES


@given(st.binary(max_size=400))
def test_any_bytes_name_valid_domains_or_nobody(text: bytes) -> None:
    for mailbox in read_mailboxes([text]):
        assert domain_or_none(mailbox.domain) == mailbox.domain


@pytest.mark.parametrize("piece", [b"(", b"<", b'"', b"\\", b"@", b",", b":", b"[", b"a ", b'"a" '])
def test_a_field_full_of_one_sign_is_read_at_once(piece: bytes) -> None:
    """Work is linear in the field; a regular expression that went back would not end here."""
    assert read_mailboxes([piece * (2_000_000 // len(piece))]) == []


@pytest.mark.parametrize("stop", [".", "\u3002", "\uff0e", "\uff61"])
@pytest.mark.parametrize("labels", [1, 18])
def test_a_message_makes_us_convert_few_labels_however_its_addresses_are_spread(labels: int, stop: str) -> None:
    """Each label that isn't in ASCII costs ten microseconds of the event loop, in one field or in fifty."""
    hosts = [stop.join(["é"] * labels + [f"ü{number}.example"]) for number in range(1000)]
    fields = [", ".join(f"a@{host}" for host in hosts[n : n + 20]).encode() for n in range(0, 1000, 20)]
    few = len(read_mailboxes(fields))
    assert 0 < few * (labels + 2) <= 200
    assert len(read_mailboxes([b", ".join(fields)])) == few
    assert [m.domain for m in read_mailboxes([*fields, b"a@plain.example"])][-1] == "plain.example"


def test_a_domain_that_comes_again_is_converted_once() -> None:
    assert len(read_mailboxes([", ".join(["a@bücher.example"] * 3000).encode()])) == 3000
    assert read_mailboxes([b"a@" + "é".encode() * 254 + b".example"]) == []
