"""STARTTLS: TLS 1.2 and 1.3 with a certificate of our own making; plain words behind the command are forgotten.

Longer than others: versions, suites, failures and certificates share a client that speaks TLS over a wire in memory.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catcher.model.errors import ConfigurationError
from catcher.smtp import Certificates, Counters, SmtpServer, self_signed
from catcher.smtp.serving.certificate import new_context
from catcher.smtp.wire.tls import HandshakeFailure
from tests.support.smtpwire import MAIL, RecordingIntake, Wire, new_server, run

NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return self_signed(tmp_path_factory.mktemp("tls"), "mx.sink.example", NOW)


@pytest.fixture
def certificates(files: tuple[Path, ...]) -> Certificates:
    return Certificates([(file, file) for file in files])


class TlsWire:
    """A client that speaks TLS over a Wire."""

    def __init__(self, wire: Wire, context: ssl.SSLContext) -> None:
        self.wire = wire
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="mx.sink.example")

    async def _exchange(self) -> None:
        await self.wire.send(self.outgoing.read())
        self.incoming.write(bytes(self.wire.transport.output))
        self.wire.transport.output.clear()

    async def handshake(self) -> None:
        for _ in range(4):
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._exchange()
        await self._exchange()

    async def say(self, data: bytes) -> None:
        self.tls.write(data)
        await self._exchange()

    async def heard(self) -> bytes:
        said = b""
        for _ in range(20):
            await self._exchange()
            try:
                while piece := self.tls.read(65536):
                    said += piece
            except ssl.SSLWantReadError:
                if self.wire.transport.lost:
                    break
                await asyncio.sleep(0)
            except ssl.SSLZeroReturnError:
                break
        return said


def client_context(version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = version
    return context


def secured(
    certificates: Certificates,
    play: Callable[[TlsWire], Coroutine[Any, Any, None]],
    *,
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    injected: bytes = b"",
) -> tuple[RecordingIntake, Any]:
    intake = RecordingIntake()
    server = new_server(intake, certificates=certificates)

    async def main() -> None:
        wire = Wire(server)
        await wire.reply()
        (hello,) = await wire.ask("EHLO client.example")
        assert "250-STARTTLS" in hello.splitlines()
        await wire.send(b"STARTTLS\r\n" + injected)
        assert await wire.reply() == "220 2.0.0 go ahead with TLS"
        client = TlsWire(wire, client_context(version))
        await client.handshake()
        await play(client)
        await server.close(1.0)

    run(main())
    return intake, server


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_mail_over_tls(certificates: Certificates, version: ssl.TLSVersion) -> None:
    async def play(client: TlsWire) -> None:
        assert client.tls.version() == version.name.replace("_", ".")
        await client.say(b"EHLO client.example\r\n")
        assert b"STARTTLS" not in await client.heard()
        await client.say(MAIL.split(b"\r\n", 1)[1] + b"STARTTLS\r\nQUIT\r\n")
        codes = [line[:3] for line in (await client.heard()).splitlines()]
        assert codes == [b"250", b"250", b"354", b"250", b"503", b"221"]

    intake, server = secured(certificates, play, version=version)
    assert [taken.transaction.tls for taken in intake.taken] == [True]
    assert server.counters.tls == 1


@pytest.mark.parametrize("injected", [b"NOOP\r\n", b"EHLO other.example\r\nMAIL FROM:<>\r\n", b"RSET"])
def test_plain_words_behind_starttls_are_never_run(certificates: Certificates, injected: bytes) -> None:
    async def play(client: TlsWire) -> None:
        await client.say(b"NOOP\r\n")
        assert await client.heard() == b"250 2.0.0 ok\r\n"
        await client.say(b"MAIL FROM:<>\r\n")
        assert (await client.heard()).startswith(b"503 5.5.1 say EHLO")

    _, server = secured(certificates, play, injected=injected)
    assert server.counters.tls_injected == 1


def test_what_was_said_in_plain_is_void(certificates: Certificates) -> None:
    async def play(client: TlsWire) -> None:
        await client.say(b"RCPT TO:<reader@army.ml>\r\n")
        assert (await client.heard()).startswith(b"503 5.5.1 say EHLO")

    secured(certificates, play)


def handshaken(
    certificates: Certificates, client: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> ssl.SSLObject:
    """The client's end after a handshake, some octets, and an orderly end. Raises ssl.SSLError."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = certificates.context().wrap_bio(outgoing, incoming, server_side=True)
    ours = client.wrap_bio(incoming, outgoing, session=session)
    ends = (ours, server)
    for _ in range(3):
        for end in ends:
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    server.write(b"220 hello")
    assert ours.read(9) == b"220 hello"
    for end in (server, ours, server):
        with suppress(ssl.SSLError):
            end.unwrap()
    return ours


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_session_is_resumed_and_no_ticket_is_given(certificates: Certificates, version: ssl.TLSVersion) -> None:
    """A ticket's key, or a session that is kept, would open what was said before."""
    client = client_context(version)
    session = None
    for _ in range(4):
        ours = handshaken(certificates, client, session)
        assert ours.version() == version.name.replace("_", ".")
        assert not ours.session_reused
        session = ours.session
        assert session is not None and not session.has_ticket
        assert certificates.context().session_stats()["number"] == 0


def suites_of(text: str) -> set[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers(text)
    return {str(each["name"]) for each in context.get_ciphers()} - TLS_13


TLS_13 = {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"}
MEDIUM = suites_of("aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH:!PSK:!SRP:!aDSS:!eNULL:@SECLEVEL=0")
"""Postfix's ``tls_medium_cipherlist``, without the suites that no server with certificates takes."""


@pytest.mark.parametrize("suite", sorted(MEDIUM | {"AES128-SHA", "DHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-SHA"}))
def test_a_sender_that_knows_one_suite_of_postfix_s_medium_is_taken(certificates: Certificates, suite: str) -> None:
    client = client_context(ssl.TLSVersion.TLSv1_2)
    client.set_ciphers(f"{suite}:@SECLEVEL=0")
    found = handshaken(certificates, client).cipher()
    assert found is not None and found[0] == suite


def test_a_sender_that_knows_many_suites_gets_the_best_one(certificates: Certificates) -> None:
    client = client_context(ssl.TLSVersion.TLSv1_2)
    client.set_ciphers("AES128-SHA:ADH-AES256-GCM-SHA384:DHE-RSA-AES256-SHA:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0")
    found = handshaken(certificates, client).cipher()
    assert found is not None and found[0] == "ECDHE-ECDSA-AES128-GCM-SHA256"


def test_the_operator_s_suites_hold(files: tuple[Path, ...]) -> None:
    certificates = Certificates([(file, file) for file in files], "ECDHE+AESGCM")
    client = client_context(ssl.TLSVersion.TLSv1_2)
    client.set_ciphers("AES128-SHA")
    with pytest.raises(ssl.SSLError):
        handshaken(certificates, client)
    client.set_ciphers("AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256")
    handshaken(certificates, client)


async def failed_handshake(
    certificates: Certificates, context: ssl.SSLContext | None, octets: bytes = b"", *, times: int = 1
) -> SmtpServer:
    """A server with which a client failed to begin TLS: by its context, or by sending ``octets`` instead."""
    server = new_server(certificates=certificates)
    for _ in range(times):
        wire = Wire(server)
        await wire.reply()
        await wire.ask("EHLO client.example", "STARTTLS")
        if context is None:
            await wire.send(octets)
            wire.reset()
        else:
            client = TlsWire(wire, context)
            with suppress(ssl.SSLError):
                await client.handshake()
            wire.arrive(client.outgoing.read())
        wire.transport.output.clear()
        await asyncio.sleep(1)
    return server


def one_suite(suite: str) -> ssl.SSLContext:
    context = client_context(ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(suite)
    return context


def strict() -> ssl.SSLContext:
    return ssl.create_default_context()


def old() -> ssl.SSLContext:
    with pytest.warns(DeprecationWarning):
        context = client_context(ssl.TLSVersion.TLSv1_1)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def hello_and_alert() -> bytes:
    """A ClientHello, and a fatal alert (RFC 5246 §7.2)."""
    outgoing = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        client_context(ssl.TLSVersion.TLSv1_2).wrap_bio(ssl.MemoryBIO(), outgoing).do_handshake()
    return outgoing.read() + b"\x15\x03\x03\x00\x02\x02\x28"


FAILURES: dict[str, tuple[Callable[[], ssl.SSLContext] | None, bytes]] = {
    "tls_no_suite": (lambda: one_suite("DHE-DSS-AES128-SHA:@SECLEVEL=0"), b""),
    "tls_version": (old, b""),
    "tls_certificate": (strict, b""),
    "tls_not_tls": (None, b"EHLO client.example\r\n"),
    "tls_vanished": (None, b""),
    "tls_alert": (None, hello_and_alert()),
}


@pytest.mark.parametrize("reason", FAILURES)
def test_a_failed_handshake_is_counted_and_logged_by_its_reason(
    certificates: Certificates, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Or the operator never learns that a sender can't encrypt."""
    context, octets = FAILURES[reason]

    async def main() -> SmtpServer:
        server = await failed_handshake(certificates, None if context is None else context(), octets, times=3)
        await server.close(1.0)
        return server

    with caplog.at_level(logging.INFO, "catcher.smtp"):
        counters = run(main()).counters
    assert {name: number for name, number in asdict(counters).items() if name.startswith("tls") and number} == {
        "tls_failed": 3,
        reason: 3,
    }
    lines = [record.getMessage() for record in caplog.records if "handshake" in record.getMessage()]
    assert len(lines) <= 2  # the first, and the number of the others at the end
    assert lines[0] == f"a TLS handshake failed: {HandshakeFailure[reason.removeprefix('tls_').upper()].value}"


WORDS = {
    "NO_SHARED_CIPHER": HandshakeFailure.NO_SUITE,
    "UNSUPPORTED_PROTOCOL": HandshakeFailure.VERSION,
    "NO_SUITABLE_SIGNATURE_ALGORITHM": HandshakeFailure.NO_METHOD,
    "HTTP_REQUEST": HandshakeFailure.NOT_TLS,
    "TLSV1_ALERT_UNKNOWN_CA": HandshakeFailure.CERTIFICATE,
    "SSLV3_ALERT_BAD_CERTIFICATE": HandshakeFailure.CERTIFICATE,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": HandshakeFailure.ALERT,
    "A_WORD_OF_NEXT_YEAR": HandshakeFailure.OTHER,
    "": HandshakeFailure.OTHER,
}


@pytest.mark.parametrize("word", WORDS)
def test_openssl_s_words_are_a_closed_list(word: str) -> None:
    error = ssl.SSLError(1, "text that no log may hold")
    error.reason = word
    assert HandshakeFailure.of(error) is WORDS[word]


def test_each_reason_has_its_counter() -> None:
    for failure in HandshakeFailure:
        counters = Counters()
        counters.count_tls_failure(failure)
        assert asdict(counters) == {**asdict(Counters()), "tls_failed": 1, f"tls_{failure.name.lower()}": 1}


def test_old_versions_are_refused(certificates: Certificates) -> None:
    with pytest.warns(DeprecationWarning):
        context = client_context(ssl.TLSVersion.TLSv1_1)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")

    async def main() -> None:
        wire = Wire(new_server(certificates=certificates))
        await wire.reply()
        await wire.ask("EHLO client.example", "STARTTLS")
        client = TlsWire(wire, context)
        with pytest.raises(ssl.SSLError):
            await client.handshake()
        wire.transport.output.clear()

    run(main())


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.lists(st.binary(min_size=1, max_size=400), min_size=1, max_size=4))
def test_garbage_instead_of_tls_ends_the_connection(certificates: Certificates, garbage: list[bytes]) -> None:
    async def main() -> None:
        server = new_server(certificates=certificates)
        wire = Wire(server)
        await wire.reply()
        await wire.ask("EHLO client.example", "STARTTLS")
        await wire.send(*garbage)
        await wire.send(b"QUIT\r\n" * 20_000)
        wire.transport.output.clear()
        await server.close(1.0)
        wire.transport.output.clear()
        assert not server.counters.internal_errors

    run(main())


def test_garbage_within_tls_leaves_no_observation(certificates: Certificates) -> None:
    async def play(client: TlsWire) -> None:
        await client.say(MAIL.partition(b"body")[0])
        await client.wire.send(b"\x17\x03\x03\x00\x20" + b"x" * 32)
        client.wire.transport.output.clear()

    intake, server = secured(certificates, play)
    assert (intake.taken, server.counters.vanished) == ([], 1)


def test_without_a_certificate_it_is_not_offered() -> None:
    async def main() -> None:
        wire = Wire(new_server())
        await wire.reply()
        hello, answer = await wire.ask("EHLO client.example", "STARTTLS")
        assert "STARTTLS" not in hello and answer.startswith("502 ")

    run(main())


def test_the_certificate_names_the_host_and_is_made_once(files: tuple[Path, ...]) -> None:
    from cryptography import x509

    for file in files:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == ["mx.sink.example"]
        assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc
        assert file.stat().st_mode & 0o777 == 0o600
    before = [file.read_bytes() for file in files]
    assert self_signed(files[0].parent, "mx.sink.example", NOW) == files
    assert [file.read_bytes() for file in files] == before


def test_a_certificate_that_changed_is_read_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one, _ = self_signed(tmp_path / "one", "mx.sink.example", NOW)
    other, _ = self_signed(tmp_path / "other", "mx.sink.example", NOW)
    certificates = Certificates([(one, one)])
    before = certificates.context()
    assert certificates.context() is before
    one.write_text("nothing that could be read")
    with caplog.at_level(logging.ERROR):
        assert certificates.context() is before
    assert "the certificate in use stays" in caplog.text
    other.rename(one)
    assert certificates.context() is not before


def test_a_key_that_does_not_fit_is_a_fault(tmp_path: Path, files: tuple[Path, ...]) -> None:
    with pytest.raises(ConfigurationError, match="don't go together"):
        new_context([(files[0], files[1])])
    with pytest.raises(ConfigurationError, match="No such file"):
        new_context([(tmp_path / "absent.pem", tmp_path / "absent.pem")])


def test_session_keys_are_never_written_down(monkeypatch: pytest.MonkeyPatch, files: tuple[Path, ...]) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "keys.txt")
    assert new_context([(files[0], files[0])]).keylog_filename is None


def test_a_self_signed_certificate_that_a_full_disk_cut_is_made_anew(tmp_path: Path) -> None:
    file, _ = self_signed(tmp_path, "mx.sink.example", NOW)
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    assert self_signed(tmp_path, "mx.sink.example", NOW)[0] == file and len(file.read_bytes()) > 100
    made = file.read_bytes()
    self_signed(tmp_path, "mx.sink.example", NOW)
    assert file.read_bytes() == made


def test_a_pipe_in_the_place_of_a_certificate_is_not_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, _ = self_signed(tmp_path, "mx.sink.example", NOW)
    certificates = Certificates([(file, file)])
    in_use = certificates.context()
    file.unlink()
    os.mkfifo(file)
    assert certificates.context() is in_use and "the certificate in use stays" in caplog.text
    with pytest.raises(ConfigurationError, match="not a regular file"):
        new_context([(file, file)])
