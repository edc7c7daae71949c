"""The sink's certificate for STARTTLS: the operator's, or a self-signed one; a changed file is read again."""

from __future__ import annotations

import logging
import ssl
import stat
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from catcher.catalogue.atomic import replace_file
from catcher.model.defaults import SMTP_TLS_SUITES
from catcher.model.errors import ConfigurationError, EnvironmentFailure, Fault
from catcher.regularfile import FileIdentity, UnreadableFile

log = logging.getLogger("catcher.smtp")

CERTIFICATE_LIFE = timedelta(days=3650)
"""Life of a self-signed certificate. A short life gains nothing: senders encrypt without verifying the certificate."""
KEY_KINDS = ("ecdsa", "rsa")
"""Kinds of key, with one certificate for each kind: old mailers know RSA only, and ECDSA takes far less CPU."""

_DH_PARAMETERS = Path(__file__).with_name("ffdhe2048.pem")
"""The group of suites DHE-*: ffdhe2048 (RFC 7919 appendix A.1)."""
_BACKDATED = timedelta(days=2)
"""Time by which a new certificate is backdated, for clients whose clocks are slow."""


def self_signed(folder: Path, hostname: str, now: datetime) -> tuple[Path, ...]:
    """The PEM files in ``folder``, each with a key and a certificate for ``hostname``; missing and damaged files are
    made anew.

    Raises EnvironmentFailure when the folder can't be written.
    """
    files = tuple(folder / f"self-signed-{kind}.pem" for kind in KEY_KINDS)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for kind, file in zip(KEY_KINDS, files, strict=True):
            if not _is_good(file):
                replace_file(file, _made(kind, hostname, now), mode=0o600)
    except OSError as error:
        raise EnvironmentFailure(f"{folder}: {error.strerror}; make the folder writable for this user") from error
    return files


def _is_good(file: Path) -> bool:
    if not file.exists():
        return False
    try:
        new_context([(file, file)])
    except ConfigurationError:
        log.error("%s: the self-signed certificate is damaged: another one is made", file)
        return False
    return True


def _made(kind: str, hostname: str, now: datetime) -> bytes:
    """A new key and certificate, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hostname[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + CERTIFICATE_LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(hostname)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def new_context(pairs: Sequence[tuple[Path, Path]], suites: str = SMTP_TLS_SUITES) -> ssl.SSLContext:
    """A server's context with the certificates of ``pairs`` (certificate file, key file) and the ``suites`` of TLS 1.2,
    in OpenSSL's form. Raises ConfigurationError.

    It allows TLS 1.2 and 1.3, requests no certificates from clients, and never logs keys, whatever the environment
    says.
    """
    context = _without_certificate(suites)
    context.load_dh_params(str(_DH_PARAMETERS))
    for certificate, key in pairs:
        try:
            for file in (certificate, key):
                if not stat.S_ISREG(file.stat().st_mode):  # OpenSSL would wait for a named pipe
                    raise UnreadableFile(0, f"{file.name} is not a regular file")
            context.load_cert_chain(certificate, key)
        except OSError as error:
            what = "they don't go together" if isinstance(error, ssl.SSLError) else error.strerror
            raise ConfigurationError(
                [
                    Fault(
                        f"{certificate}, {key}",
                        f"no certificate with its private key can be read: {what}",
                        "name a PEM file with the certificate chain, and one with its unencrypted key",
                    )
                ]
            ) from error
    return context


def _without_certificate(suites: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_NONE
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.options |= ssl.OP_NO_TICKET  # for TLS 1.2: the key of its tickets would open all sessions of a worker
    context.num_tickets = 0  # for TLS 1.3
    context.set_ciphers(suites)
    return context


class Certificates:
    """Holds the context in force. A changed file is read again at the next STARTTLS.

    No session is ever resumed, so no secret of one is kept beyond its connection. Without tickets OpenSSL keeps
    sessions of TLS 1.2 in the context. So connections get a context without a certificate, which passes on to the one
    in force; once it keeps a session, the next connection gets another.
    """

    def __init__(self, pairs: Sequence[tuple[Path, Path]], suites: str = SMTP_TLS_SUITES) -> None:
        """Raises ConfigurationError."""
        self._pairs = tuple(pairs)
        self._suites = suites
        self._seen = self._identities()
        self._in_force = new_context(self._pairs, suites)
        self._context = self._for_connections()

    def context(self) -> ssl.SSLContext:
        """The context for a new connection, with the newest files that could be read."""
        seen = self._identities()
        if seen != self._seen:
            self._seen = seen
            try:
                self._in_force, self._context = new_context(self._pairs, self._suites), self._for_connections()
                log.info("the certificate changed and was read again")
            except ConfigurationError as error:
                log.error("the certificate in use stays: %s", error)
        if self._context.session_stats()["number"]:
            self._context = self._for_connections()
        return self._context

    def _for_connections(self) -> ssl.SSLContext:
        in_force = self._in_force

        def pass_on(connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
            """Called for each ClientHello, with and without a server name (RFC 6066 §3). It holds no ``Certificates``:
            a reference in a circle would keep the keys of a replaced one in memory."""
            connection.context = in_force

        context = _without_certificate(self._suites)
        context.sni_callback = pass_on
        return context

    def _identities(self) -> tuple[FileIdentity | None, ...]:
        return tuple(_identity(file) for pair in self._pairs for file in pair)


def _identity(file: Path) -> FileIdentity | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return FileIdentity.of(status)
