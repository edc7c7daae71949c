"""Whether a mailing list wrote its own mailbox into From: it does so for authors whose domain publishes a strict DMARC
policy (RFC 7960 §4.1.3.3). Who wrote is not in From then."""

from __future__ import annotations

import re

from catcher.fingerprint.header.fieldtext import field_text
from catcher.fingerprint.header.headerview import HeaderView

_VIA = re.compile(r"(?:\A|[\s'\")(])(?:via|vía|über)\s+[^\s<\"]")
"""The word by which a list names itself behind its author: Mailman (``Ada via Plans``, in German ``über``), Google
Groups (``'Ada' via Plans``), Sympa (``Ada (via Plans Mailing List)``), groups.io. ``Via`` is a family name."""
_ENCODED_AUTHOR = re.compile(r"[^=]{1,64}=(?:40)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+\Z|.{1,64}-dmarc(?:-request)?\Z")
"""A local-part that holds the author's address: ``ada=contractor.example`` (groups.io), ``ada=40contractor.example``
(the IETF's lists), ``000000123456-dmarc-request`` (LISTSERV)."""


def is_rewritten(view: HeaderView) -> bool:
    """Whether a list wrote its own mailbox into From, by the display name or the local-part there."""
    written = view.value(b"from")
    name = written.rpartition(b"<")[0]
    if name and _VIA.search(field_text(name)):
        return True
    return any(_ENCODED_AUTHOR.match(author.local_part.lower()) for author in view.authors)
