"""Alerts to the operator's webhook: one signed POST over HTTPS, bounded in time and size, without redirects.

::

    POST https://…            {"version": 1, "alerts": [{"kind", "at", "incident", "counts"}, …]}
    X-Catcher-Timestamp: 1793700000
    X-Catcher-Signature: sha256=<hex of HMAC-SHA256(secret, timestamp "." body)>

The receiver computes the signature over the octets it received, compares in constant time, and refuses a timestamp that
is more than five minutes old: so nobody can forge an alert or replay an old one. Any 2xx means "taken"; the body of the
answer is not read.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import h11

from catcher.model.errors import EnvironmentFailure
from catcher.model.telling.alert import Alert, Channel, summed
from catcher.regularfile import read_regular

DELIVERY_SECONDS = 20.0
"""Most seconds of a whole delivery."""
_MOST_HEADER = 16 * 1024
"""The maximum size of the answer's header section, in octets."""
_SECRET_LEAST = 16
"""The minimum length of a secret, in octets: 128 bits."""


@dataclass(frozen=True, slots=True)
class Webhook:
    url: str
    """``https://host[:port]/path``."""
    secret: bytes = field(repr=False)
    context: ssl.SSLContext
    agent: str
    seconds: float = DELIVERY_SECONDS

    @property
    def channel(self) -> Channel:
        return Channel.WEBHOOK

    async def deliver(self, alerts: Sequence[Alert], now: datetime) -> None:
        """Returns when the receiver has answered 2xx. Raises EnvironmentFailure."""
        body = body_of(alerts)
        try:
            async with asyncio.timeout(self.seconds):
                status = await self._post(body, signed(self.secret, body, now))
        except TimeoutError:
            raise EnvironmentFailure(f"alerts.webhook: no answer within {self.seconds:g} seconds") from None
        except ssl.SSLError as error:
            raise EnvironmentFailure(f"alerts.webhook: TLS failed ({error.reason}); look at its certificate") from None
        except (OSError, h11.ProtocolError):
            raise EnvironmentFailure("alerts.webhook: it can't be reached, or speaks no HTTP") from None
        if not 200 <= status < 300:
            raise EnvironmentFailure(f"alerts.webhook: it answered {status} instead of 200; redirects are not followed")

    async def _post(self, body: bytes, fields: Sequence[tuple[str, str]]) -> int:
        place = urlsplit(self.url)
        host, port = place.hostname or "", place.port or 443
        target = (place.path or "/") + (f"?{place.query}" if place.query else "")
        reader, writer = await asyncio.open_connection(host, port, ssl=self.context, server_hostname=host)
        try:
            http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEADER)
            headers = [
                ("Host", place.netloc.rpartition("@")[2]),
                ("User-Agent", self.agent),
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(body))),
                ("Connection", "close"),
                *fields,
            ]
            writer.write(http.send(h11.Request(method="POST", target=target, headers=headers)) or b"")
            writer.write(http.send(h11.Data(data=body)) or b"")
            writer.write(http.send(h11.EndOfMessage()) or b"")
            while True:
                event = http.next_event()
                if event is h11.NEED_DATA:
                    http.receive_data(await reader.read(_MOST_HEADER))
                elif isinstance(event, h11.Response):
                    return int(event.status_code)
                elif not isinstance(event, h11.InformationalResponse):
                    raise h11.RemoteProtocolError("the answer ended before it began")
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()


def body_of(alerts: Sequence[Alert]) -> bytes:
    """The JSON that the receiver gets: incident numbers and counts only."""
    return json.dumps({"version": 1, "alerts": [alert.to_json() for alert in summed(alerts)]}).encode("ascii")


def signed(secret: bytes, body: bytes, now: datetime) -> list[tuple[str, str]]:
    """The header fields that prove the origin and the sending time of ``body``."""
    timestamp = str(int(now.timestamp()))
    digest = hmac.new(secret, timestamp.encode("ascii") + b"." + body, hashlib.sha256).hexdigest()
    return [("X-Catcher-Timestamp", timestamp), ("X-Catcher-Signature", f"sha256={digest}")]


def secret_of(path: Path) -> bytes:
    """The secret in the file ``path``, without a line end. Raises EnvironmentFailure when the file can't be read or the
    secret is unfit."""
    try:
        mode = path.stat().st_mode
        secret = read_regular(path).strip(b"\r\n")
    except OSError:
        raise EnvironmentFailure(f"{path}: the secret can't be read") from None
    if mode & 0o077:
        raise EnvironmentFailure(f"{path}: others may read the secret (mode {mode & 0o777:04o}); chmod 600 it")
    if len(secret) < _SECRET_LEAST:
        raise EnvironmentFailure(
            f"{path}: the secret has under {_SECRET_LEAST} octets; `openssl rand -hex 32` makes one"
        )
    return secret
