"""A tiny HTTPS server on loopback whose every answer a test writes, and the authority that certifies it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_BEGIN, _END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


class Authority:
    """Certifies servers that only its own ``client_context`` believes."""

    def __init__(self, folder: Path, name: str = "Authority for tests alone") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._certificate = (
            self._begun(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def client_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()
        context.load_verify_locations(cadata=pem)
        return context

    def server_context(self, *hosts: str, until: datetime = _END) -> ssl.SSLContext:
        """With a certificate for ``hosts``."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        certificate = (
            self._begun(subject, key, until).add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        )
        file = self._folder / f"{hosts[0]}-{until:%Y}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _begun(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime = _END
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_BEGIN)
            .not_valid_after(until)
        )


Answering = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]
"""Writes whatever it likes; the connection is closed when it returns."""


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    host: str
    target: str
    head: str


@dataclass
class Web:
    """``pages``: host and target, or host alone → what answers; anything else is 404."""

    pages: dict[str, Answering] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            target = head.split(" ")[1]
            host = next(line[6:] for line in head.split("\r\n") if line.startswith("Host: "))
            asked = Asked(host, target, head)
            self.asked.append(asked)
            await self.pages.get(host + target, self.pages.get(host, status(404)))(asked, writer)
            await writer.drain()
        writer.close()


Conversing = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def web(context: ssl.SSLContext | None) -> AsyncIterator[Web]:
    """Listens on 127.0.0.1 while the block runs; without a context it only says, in plain HTTP, that it got none."""
    served = Web()

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with listening(plain if context is None else served.converse, context) as served.port:
        yield served


@asynccontextmanager
async def mute() -> AsyncIterator[int]:
    """A port on 127.0.0.1 that takes connections, and says nothing to whatever comes."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.transport.abort()

    async with listening(converse, None) as port:
        yield port


@asynccontextmanager
async def listening(converse: Conversing, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """The port on 127.0.0.1 where ``converse`` answers; conversations that run are ended with the block."""
    running: set[asyncio.Task[None]] = set()

    async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await converse(reader, writer)
        except BaseException:
            writer.transport.abort()
            raise
        finally:
            running.discard(task)

    server = await asyncio.start_server(tracked, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed is told so


def page(body: str | bytes, content_type: str = "text/plain; charset=utf-8") -> Answering:
    """200 with ``body``."""
    octets = body.encode() if isinstance(body, str) else body
    return raw(f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(octets)}\r\n\r\n", octets)


def status(code: int) -> Answering:
    """A status with an empty body."""
    return raw(f"HTTP/1.1 {code} Said\r\nContent-Length: 0\r\n\r\n")


def redirect(location: str, code: int = 302) -> Answering:
    """A redirect to ``location``."""
    return raw(f"HTTP/1.1 {code} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")


def raw(head: str, body: bytes = b"") -> Answering:
    """Just these octets."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode("latin-1") + body)

    return answer


def endless(head: str, piece: bytes) -> Answering:
    """``head``, then ``piece`` again and again until the other side has enough."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode("latin-1"))
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    return answer


def dripping(head: str, seconds: float = 0.01) -> Answering:
    """``head`` one octet at a time, over and over: never silent, never done."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            for octet in head.encode("latin-1"):
                writer.write(bytes([octet]))
                await writer.drain()
                await asyncio.sleep(seconds)

    return answer


async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Takes the request and says nothing."""
    await asyncio.Event().wait()


def in_order(answers: Sequence[Answering]) -> Answering:
    """The first request gets the first answer, and so on."""
    left = list(answers)

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await left.pop(0)(asked, writer)

    return answer
