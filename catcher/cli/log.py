"""Sets up logging: one line per event on stderr, never with text that a stranger wrote."""

from __future__ import annotations

import logging
import sys
from typing import TextIO


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Writes the log of ``level`` and above to ``stream`` (None: stderr).

    Third-party loggers log only WARNING and above. aiosmtpd's ``mail.log`` is off, because it logs addresses and, at
    DEBUG, bodies.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s[%(process)d] %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("catcher").setLevel(level.upper())
    logging.getLogger("mail.log").disabled = True
