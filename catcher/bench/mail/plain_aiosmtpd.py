"""Runs the peer aiosmtpd with a handler that stores nothing: ``python -m catcher.bench.plain_aiosmtpd PORT``."""

from __future__ import annotations

import asyncio
import logging
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session


class _KeepsNothing:
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return "250 2.0.0 OK"


def plain_session() -> SMTP:
    """A session of aiosmtpd's in the running loop; it takes mail of any size."""
    return SMTP(_KeepsNothing(), hostname="plain.test", data_size_limit=None, loop=asyncio.get_running_loop())


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(plain_session, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(_serve(int(sys.argv[1])))
