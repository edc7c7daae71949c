"""Signs mail with DKIM (RFC 6376) at a given time, using dkimpy.

dkimpy shares no code with the sink's verifier, so the demo's signatures test the verifier. Only this module imports
dkimpy, because dkimpy has no types.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dkim  # type: ignore[import-untyped]

from catcher.demo.keys import DemoKey

SIGNED = ("from", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type")


class _Signer(dkim.DKIM):  # type: ignore[misc]
    """dkimpy's signer with a given ``t=``; without this class, dkimpy would use the machine's time."""

    def __init__(self, message: bytes, at: datetime) -> None:
        super().__init__(message)
        self._at = str(int(at.timestamp())).encode("ascii")

    def gen_header(self, fields: list[tuple[bytes, bytes]], *args: Any, **more: Any) -> Any:
        fields[:] = [(tag, self._at if tag == b"t" else value) for tag, value in fields]
        return super().gen_header(fields, *args, **more)


def sign(
    message: bytes, key: DemoKey, *, domain: str, selector: str, at: datetime, signed: Sequence[str] = SIGNED
) -> bytes:
    """``message`` (CRLF lines) with a DKIM-Signature field on top: relaxed/relaxed, with ``at`` as ``t=``.

    ``signed`` names the fields to sign; fields that the message doesn't have are left out.
    """
    present = {
        line.partition(b":")[0].strip().lower().decode("ascii", "replace")
        for line in message.partition(b"\r\n\r\n")[0].split(b"\r\n")
    }
    field = _Signer(message, at).sign(
        selector.encode("ascii"),
        domain.encode("ascii"),
        key.private,
        signature_algorithm=key.algorithm.encode("ascii"),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[name for name in signed if name in present],
    )
    return bytes(field) + message
