"""A real Postfix as smarthost: STARTTLS with a certificate of an authority of its own, AUTH, and nothing without it."""

from __future__ import annotations

import base64
import shutil
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from catcher.supervise.ports import own_port
from tests.support.netns import HERE
from tests.support.postfix import Postfix, postfix

USER, PASSWORD = "catcher", "correct horse"

_MAIN = """\
mynetworks =
smtpd_tls_security_level = may
smtpd_tls_cert_file = {folder}/chain.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_auth_only = {auth_only}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
default_transport = smtp:[127.0.0.1]:{onward}
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
anvil     unix  - - n - 1 anvil
proxymap  unix  - - n - - proxymap
"""


@dataclass(frozen=True, slots=True)
class RunningSmarthost:
    postfix: Postfix
    port: int
    authorities: Path
    """PEM of the authority that its certificate (for ``localhost``) comes from."""

    @property
    def log(self) -> str:
        return self.postfix.log


@contextmanager
def smarthost(onward: int, *, auth_only: bool = True) -> Iterator[RunningSmarthost]:
    """A Postfix that takes mail from who logs in as USER, and hands it on to the port ``onward`` of this machine.

    ``auth_only``: whether a login needs TLS.
    """
    folder = Path(tempfile.mkdtemp(prefix="catcher-smarthost-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        certify(folder, "localhost")
        with _authenticator(folder / "auth"):
            port = own_port()
            main = _MAIN.format(folder=folder, onward=onward, auth_only="yes" if auth_only else "no")
            with postfix(HERE, "smtp.sink.example", main=main, master=_MASTER.format(port=port)) as running:
                yield RunningSmarthost(running, port, folder / "authority.pem")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def certify(folder: Path, hostname: str) -> None:
    """``authority.pem``, and a certificate of its for ``hostname`` with its key: ``chain.pem``, ``key.pem``."""
    now = datetime.now(UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority for tests alone")])

    def builder(name: x509.Name, public: ec.EllipticCurvePublicKey, *, is_authority: bool) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )

    # Python 3.13 verifies strictly (RFC 5280 §4.2.1.3): an authority has to say that its key signs certificates.
    signs = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    root = (
        builder(authority, authority_key.public_key(), is_authority=True)
        .add_extension(signs, critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    leaf = (
        builder(x509.Name([]), key.public_key(), is_authority=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(hostname)]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    (folder / "authority.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "chain.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


class _Authenticating(socketserver.StreamRequestHandler):
    """Postfix's side speaks Dovecot's auth protocol, version 1: a line a message, tabs between words."""

    def handle(self) -> None:
        self.wfile.write(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t" + b"0" * 32 + b"\nDONE\n")
        wanted = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        for line in self.rfile:
            words = line.decode().rstrip("\n").split("\t")
            if words[0] == "AUTH":
                good = f"resp={wanted}" in words
                self.wfile.write((f"OK\t{words[1]}\tuser={USER}\n" if good else f"FAIL\t{words[1]}\n").encode())


@contextmanager
def _authenticator(path: Path) -> Iterator[None]:
    with socketserver.ThreadingUnixStreamServer(str(path), _Authenticating) as server:
        server.daemon_threads = True
        path.chmod(0o666)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
