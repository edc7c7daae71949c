"""Sends a running server one line over its control socket and reads one line back."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from catcher.model.errors import EnvironmentFailure

ANSWER_SECONDS = 10.0
"""Longest wait for a server's answer, in seconds; a reload of a million names takes several seconds."""
_ANSWER_OCTETS = 64 * 1024
_NOBODY = (errno.ENOENT, errno.ECONNREFUSED)


def request(state: Path, command: str, *, seconds: float = ANSWER_SECONDS) -> str | None:
    """Sends ``command`` (``reload``) to every server of the state folder; returns None if no server runs.

    The answer begins with ``ok`` or ``error``. If DNS and SMTP run as two servers, the first error is returned, else
    the last ``ok``. Raises EnvironmentFailure when a running server doesn't answer.
    """
    combined: str | None = None
    for path in sorted(state.glob("control*.sock")):
        answer = _ask(path, command, seconds)
        if answer is not None and (combined is None or combined.startswith("ok")):
            combined = answer
    return combined


def _ask(path: Path, command: str, seconds: float) -> str | None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(seconds)
        try:
            client.connect(str(path))
            client.sendall(command.encode() + b"\n")
            answer = _line(client)
        except TimeoutError:
            raise EnvironmentFailure(
                f"{path}: the running server did not answer in {seconds:g} seconds; look into its log, or restart it"
            ) from None
        except OSError as error:
            if error.errno in _NOBODY:
                return None
            raise EnvironmentFailure(
                f"{path}: the running server can't be reached: {error.strerror}; run this as the user that serves"
            ) from None
    if not answer:
        raise EnvironmentFailure(f"{path}: the running server hung up without an answer; look into its log")
    return answer.decode("utf-8", "replace")


def _line(client: socket.socket) -> bytes:
    answer = b""
    while b"\n" not in answer and len(answer) < _ANSWER_OCTETS and (piece := client.recv(4096)):
        answer += piece
    return answer.partition(b"\n")[0].strip()
