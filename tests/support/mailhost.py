"""A mail host on loopback by aiosmtpd, in a thread with an event loop of its own, for tests that block.

aiosmtpd's Controller picks its port before it binds it, and waits for the server's end in a way that hangs from
Python 3.12 on while a client is connected: so a socket that is bound here, and aiosmtpd's protocol in our own loop.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aiosmtpd.smtp import SMTP


@contextmanager
def mail_host(handler: object, *, implicit_tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """The port of a host that serves within. ``options`` are those of aiosmtpd's SMTP."""
    loop = asyncio.new_event_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    options = {"hostname": "mail.receiver.example", **options, "loop": loop}
    sessions: list[SMTP] = []

    def accept() -> SMTP:
        sessions.append(SMTP(handler, **options))
        return sessions[-1]

    server = loop.run_until_complete(loop.create_server(accept, sock=listening, ssl=implicit_tls))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, sessions), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server, sessions: Sequence[SMTP]) -> None:
    """Accepts nobody any more, and ends the sessions that are open."""
    server.close()
    for session in sessions:
        # Python 3.11.2 can't abort a TLS transport that was closed twice: its protocol is gone.
        if isinstance(session.transport, asyncio.Transport) and not session.transport.is_closing():
            session.transport.abort()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
