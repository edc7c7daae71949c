"""The TLS context of a client that may trust authorities of the operator's own."""

from __future__ import annotations

import ssl
from pathlib import Path

from catcher.model.errors import EnvironmentFailure
from catcher.regularfile import read_regular


def client_context(authorities: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or newer, with the authorities in the PEM file ``authorities`` alone; None: those of the system.

    Raises EnvironmentFailure.
    """
    if authorities is None:
        context = ssl.create_default_context()
    else:
        try:
            text = read_regular(authorities).decode("ascii", "ignore")  # comments may be in any language
            # An empty text would stand for the system's authorities.
            context = ssl.create_default_context(cadata=text or "none")
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            reason = "it holds no certificate" if isinstance(error, ssl.SSLError | ValueError) else error.strerror
            raise EnvironmentFailure(f"{authorities}: {reason}; name a PEM file of certificates") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
