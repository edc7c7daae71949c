"""The mail host of all the demo's organisations: receives notices with aiosmtpd and stores each as a file.

It runs in a separate process: the servers fork from the demo's process, which therefore must not have a thread or an
event loop.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_NAME = "mail.world.example"


class _MailFolder:
    """aiosmtpd's handler: stores each mail as a file ``001.eml`` … with its Return-Path (RFC 5321 §4.4)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mails = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self._mails += 1
        octets = f"Return-Path: <{envelope.mail_from or ''}>\r\n".encode() + envelope.content
        (self._folder / f"{self._mails:03}.eml").write_bytes(octets)
        return "250 2.0.0 delivered"


@contextmanager
def mail_host(listening: socket.socket, folder: Path) -> Iterator[None]:
    """Inside the block, every mail that arrives at ``listening`` is stored in ``folder``, which is made if needed."""
    folder.mkdir(exist_ok=True)
    process = get_context("fork").Process(target=_serve, args=(listening, folder), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()
        process.close()


def _serve(listening: socket.socket, folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the demo ends this one itself
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.getLogger("mail.log").disabled = True  # this log would contain addresses and lines of bodies
    asyncio.run(_take_mail(listening, _MailFolder(folder)))


async def _take_mail(listening: socket.socket, handler: _MailFolder) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname=_NAME, loop=loop), sock=listening)
    await server.serve_forever()
