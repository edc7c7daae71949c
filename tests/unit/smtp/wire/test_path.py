"""Paths and parameters of MAIL and RCPT as real senders write them, and nothing else (RFC 5321 §4.1.2)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.model.mail.mailbox import Mailbox
from catcher.smtp.wire.path import LOCAL_PART_MOST, PATH_MOST, ParameterError, PathError, parse_path
from tests.support.smtpwire import RecordingIntake, Wire, new_server, run


@pytest.mark.parametrize(
    ("path", "local_part", "domain"),
    [
        ("<reader@army.ml>", "reader", "army.ml"),
        (" <Reader@ARMY.ML.>", "Reader", "army.ml"),
        ("reader@army.ml", "reader", "army.ml"),
        ("<postmaster>", "postmaster", ""),
        ("<first..last.@army.ml>", "first..last.", "army.ml"),
        ("<a+b=c!d#e$f%g&h'i*j/k?l^m_n`o{p|q}r~s-t@army.ml>", "a+b=c!d#e$f%g&h'i*j/k?l^m_n`o{p|q}r~s-t", "army.ml"),
        ('<"a b"@army.ml>', "a b", "army.ml"),
        (r'<"a\"b\\c"@army.ml>', r"a\c".replace("a", 'a"b'), "army.ml"),
        ('<"a>b@c"@army.ml>', "a>b@c", "army.ml"),
        ("<@relay.example:reader@army.ml>", "reader", "army.ml"),
        ("<@relay.example,@other.example:reader@army.ml>", "reader", "army.ml"),
        ("<reader@[192.0.2.1]>", "reader", "[192.0.2.1]"),
        ("<reader@[ipv6:2001:DB8::1]>", "reader", "[IPv6:2001:db8::1]"),
        ("<leser@bücher.test>", "leser", "xn--bcher-kva.test"),
        ("<leser@XN--BCHER-KVA.test>", "leser", "xn--bcher-kva.test"),
        ("<лесер@bücher.test>", "лесер", "xn--bcher-kva.test"),
        ("<ann@xn--vi8hiv.test>", "ann", "xn--vi8hiv.test"),
        ("<ann@sub.XN--VI8HIV.army.ml>", "ann", "sub.xn--vi8hiv.army.ml"),
    ],
)
def test_forms_of_an_address(path: str, local_part: str, domain: str) -> None:
    argument = parse_path(f"to:{path}".encode(), b"TO:")
    assert argument is not None
    assert argument.mailbox == Mailbox(local_part, domain)


def test_the_null_reverse_path() -> None:
    argument = parse_path(b"FROM:<>", b"FROM:")
    assert argument is not None
    assert argument.mailbox is None


@pytest.mark.parametrize(
    "path",
    [
        "<@army.ml>",
        "<reader@>",
        "<a@b@army.ml>",
        "<a b@army.ml>",
        "<a,b@army.ml>",
        '<"open@army.ml>',
        '<"a"b@army.ml>',
        '<""@army.ml>',
        "<reader@army..ml>",
        "<reader@-army.ml>",
        "<reader@a^b.ml>",
        "<reader@[192.0.2.300]>",
        "<reader@[IPv6:2001:db8::1%eth0]>",
        "<reader@[tag:content]>",
        "<reader@army.ml>x",
        "<reader\0@army.ml>",
        "<reader\x7f@army.ml>",
        f"<{'a' * (LOCAL_PART_MOST + 1)}@army.ml>",
        f"<@{'a' * PATH_MOST}:reader@army.ml>",
        f"<reader@{'a' * 64}.ml>",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(path: str) -> None:
    with pytest.raises(PathError) as caught:
        parse_path(f"TO:{path}".encode(), b"TO:")
    assert "reader" not in str(caught.value)


def test_octets_of_another_character_set_are_refused() -> None:
    with pytest.raises(PathError):
        parse_path(b"TO:<l\xfcser@army.ml>", b"TO:")


@pytest.mark.parametrize(
    "argument", [b"", b"TO:", b"<a@army.ml>", b"FROM:<a@army.ml>", b"TO:<a@army.ml", b"TO:a>@army.ml"]
)
def test_without_keyword_or_bracket_there_is_no_path(argument: bytes) -> None:
    assert parse_path(argument, b"TO:") is None


def test_parameters_are_noted_even_if_not_offered() -> None:
    """Microsoft 365 sends AUTH=<>; values keep their case, the first of two counts."""
    argument = parse_path(b"FROM:<a@army.ml>  SIZE=10 auth=<> Envid=aB+3D== X-NEW  SIZE=20", b"FROM:")
    assert argument is not None
    assert argument.parameters == {"SIZE": "10", "AUTH": "<>", "ENVID": "aB+3D==", "X-NEW": ""}


@pytest.mark.parametrize("word", ["=", "=x", "-A=b", "A=", "A_B=c", "Ä=b"])
def test_what_is_no_parameter_is_refused(word: str) -> None:
    with pytest.raises(ParameterError):
        parse_path(f"TO:<a@army.ml> {word}".encode(), b"TO:")


def test_printing_shows_no_local_part_and_no_parameter() -> None:
    argument = parse_path(b"FROM:<canary@army.ml> ENVID=canary", b"FROM:")
    assert "canary" not in repr(argument)


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    try:
        argument = parse_path(b"TO:" + octets, b"TO:")
    except (PathError, ParameterError):
        return
    if argument is not None and argument.mailbox is not None:
        assert argument.mailbox.local_part
        assert argument.mailbox.domain == argument.mailbox.domain.strip().removesuffix(".")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_any_local_part_can_be_quoted(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    argument = parse_path(f'TO:<"{quoted}"@army.ml>'.encode(), b"TO:")
    assert argument is not None
    assert argument.mailbox == Mailbox(text, "army.ml")


@pytest.mark.parametrize(
    "octets",
    [b'<"' + b"\\a" * 600_000, b"<@" + b"a," * 600_000, b'<"' + b'"@' * 600_000, b"<" + b"a" * 1_200_000],
    ids=["quoted pairs", "a source route", "quotes", "letters"],
)
@pytest.mark.parametrize("tail", [b"", b">", b"@army.ml>"], ids=["open", "closed", "with a domain"])
def test_hostile_lengths_are_refused_at_once(octets: bytes, tail: bytes) -> None:
    """Far more than a command line can hold: the test's time limit ends what is quadratic, half an hour's work."""
    with contextlib.suppress(PathError):
        assert parse_path(b"TO:" + octets + tail, b"TO:") is None


UTF8 = "Jos\u00e9 \U0001f600"


@pytest.mark.parametrize("announced", [True, False])
def test_mail_in_utf8_is_whole_over_the_wire(announced: bool) -> None:
    """Paths and header in UTF-8 are no damage (RFC 6531, RFC 6532); who doesn't say SMTPUTF8 is taken as well."""
    intake = RecordingIntake()
    header = f"From: {UTF8} <jos\u00e9@sender.example>\r\nTo: reader@army.ml\r\nSubject: {UTF8}\r\n"

    async def main() -> None:
        wire = Wire(new_server(intake))
        await wire.reply()
        more = " BODY=8BITMIME SMTPUTF8" if announced else ""
        mail = f"MAIL FROM:<jos\u00e9@b\u00fccher.example>{more}"
        said = await wire.ask("EHLO xn--vi8hiv.ws", mail, "RCPT TO:<\U0001f600@army.ml>", "DATA")
        assert [reply[:3] for reply in said] == ["250", "250", "250", "354"]
        for octet in header.encode():  # cut within each character, too
            await wire.send(bytes([octet]))
        await wire.send(b"\r\nbody\r\n.\r\n")
        assert (await wire.reply())[:3] == "250"
        wire.reset()

    run(main())
    (transaction,) = [taken.transaction for taken in intake.taken]
    assert transaction.smtputf8 is announced and transaction.helo == "xn--vi8hiv.ws"
    assert transaction.reverse_path == Mailbox("jos\u00e9", "xn--bcher-kva.example")
    assert transaction.forward_paths == (Mailbox("\U0001f600", "army.ml"),)
    assert transaction.header is not None and transaction.header.defects == ()
    assert transaction.header.first("subject") == f" {UTF8}".encode()
