"""Tells systemd the state of the server (sd_notify(3)): one datagram to the socket in ``NOTIFY_SOCKET``.

::

    READY=1 once the DNS workers serve ─▶ RELOADING=1 … READY=1 around each reload ─▶ STOPPING=1
    STATUS=… is the line that ``systemctl status`` shows

Without the variable nothing is sent. A service manager that doesn't read holds up nothing.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Mapping

log = logging.getLogger("catcher.supervise")

_VARIABLE = "NOTIFY_SOCKET"


class ServiceState:
    """The state of this server, as the service manager that started it is told."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        path = environment.get(_VARIABLE, "")
        self._address = "\0" + path[1:] if path.startswith("@") else path

    def ready(self, status: str) -> None:
        """The server serves: after the start, and after each reload, whatever came of it. Send it before the clients
        that wait for a reload have their answer."""
        self._send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """A reload begins; ``ready`` has to follow."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}", "STATUS=loading")

    def stopping(self) -> None:
        """The server drains and ends."""
        self._send("STOPPING=1", "STATUS=draining")

    def status(self, text: str) -> None:
        """``text``: one line for people."""
        self._send(f"STATUS={text}")

    def _send(self, *assignments: str) -> None:
        if not self._address:
            return
        message = "\n".join(" ".join(each.split("\n")) for each in assignments)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto(message.encode("utf-8", "replace"), self._address)
        except OSError as error:
            log.warning("the service manager isn't told %s: %s", assignments[0], error.strerror)
