"""Reads reverse-paths that programs rewrote: the mailbox behind one, and whether a forwarder wrote it.

Mailboxes are counted by their reverse-path (DESIGN §3 "Notices"), so its parts that change by themselves go first:

===============================================  =======================================================================
``prvs=2345abcdef=ada@``                         BATV (draft-levine-smtp-batv §3, Proofpoint, IronPort, Exim): the tag
                                                 has a day and a hash. An older draft wrote ``prvs=ada/2345abcdef@``
``btv1==234abcdef==ada@``                        BATV as Barracuda writes it
``SRS0=HHH=TT=contractor.example=ada@``          SRS (libsrs2, postsrsd): the original mailbox, a hash and a day
``SRS1=HHH=first.example==HHH=TT=…=ada@``        SRS after two forwarders
``box+SRS=HHHHH=TT=contractor.example=ada@``     SRS of Microsoft 365
``ann+caf_=doe=army.ml@``                        Google's automatic forward: the forwarding mailbox and its target
``list-return-12-doe=army.ml@``                  VERP (ezmlm, Mailman, Sympa): the recipient is encoded
``ada+tag@``                                     a sub-address (RFC 5233)
===============================================  =======================================================================
"""

from __future__ import annotations

import re
from collections.abc import Collection

from catcher.fingerprint.header.addresses import domain_or_none
from catcher.model.mail.mailbox import Mailbox

_MAX_LAYERS = 6
"""Most rewritings of one path that are undone: each forwarder on the way may add one."""

_BATV = re.compile(r"(?:ms)?prvs[0-9]?=[0-9a-z]{1,40}=(.+)\Z|(?:ms)?prvs[0-9]?=([^/]+)/[0-9a-z]{1,40}\Z", re.DOTALL)
_BARRACUDA = re.compile(r"btv1==[^=]{1,64}==(.+)\Z", re.DOTALL)
_SRS0 = re.compile(r"srs0[=+-][^=]{1,32}=[^=]{1,8}=([^=]+)=(.+)\Z", re.DOTALL)
_SRS1 = re.compile(r"srs1[=+-][^=]{1,32}=[^=]+=[=+-](?:srs0[=+-])?([^=]{1,32}=[^=]{1,8}=[^=]+=.+)\Z", re.DOTALL)
_SRS_MICROSOFT = re.compile(r"[^=]*\+srs=[^=]{1,32}=[^=]{1,8}=([^=]+)=(.+)\Z", re.DOTALL)
_CAF = re.compile(r"([^=]+)\+caf_=(.+)=([^=]+)\Z", re.DOTALL)
_VERP_STEM = re.compile(r"[^-+=]*")
"""The part of a VERP path before its first separator: a number of the mail and the recipient come after it."""


def origin_of(path: Mailbox, recipients: Collection[Mailbox]) -> Mailbox:
    """The mailbox behind ``path``, a reverse-path of a mail to ``recipients``; its local-part is in lower case.

    Two mails of one mailbox give the same result, whatever BATV, VERP, SRS and sub-addresses added. The mailbox behind
    SRS is that of the original sender, at his own domain.
    """
    found = Mailbox(path.local_part.lower(), path.domain.lower())
    for _ in range(_MAX_LAYERS):
        inner = _unwrapped(found, recipients)
        if inner == found:
            break
        found = inner
    stem, plus, _ = found.local_part.partition("+")
    return Mailbox(stem, found.domain) if plus and stem else found


def is_forwarders(path: Mailbox, recipients: Collection[Mailbox]) -> bool:
    """Whether a forwarder wrote ``path``: by SRS, or by Google's form that encodes one of ``recipients``."""
    local_part = path.local_part.lower()
    caf = _CAF.match(local_part)
    if caf is not None:
        encoded = (caf[2], domain_or_none(caf[3]))
        return any((each.local_part.lower(), each.domain.lower()) == encoded for each in recipients)
    return _before_srs(local_part) is not None


def _unwrapped(path: Mailbox, recipients: Collection[Mailbox]) -> Mailbox:
    """``path``, in lower case, without its outermost rewriting; ``path`` itself without one."""
    local_part = path.local_part
    batv = _BATV.match(local_part) or _BARRACUDA.match(local_part)
    if batv is not None:
        return Mailbox(next(part for part in batv.groups() if part), path.domain)
    original = _before_srs(local_part)
    if original is not None:
        return original
    caf = _CAF.match(local_part)
    if caf is not None:
        return Mailbox(caf[1], path.domain)
    return _without_verp(path, recipients)


def _before_srs(local_part: str) -> Mailbox | None:
    """The original mailbox in a local-part by SRS, in lower case; None for any other local-part."""
    nested = _SRS1.match(local_part)
    text = f"srs0={nested[1]}" if nested else local_part
    found = _SRS0.match(text) or _SRS_MICROSOFT.match(text)
    domain = domain_or_none(found[1]) if found else None
    return Mailbox(found[2], domain) if found and domain else None


def _without_verp(path: Mailbox, recipients: Collection[Mailbox]) -> Mailbox:
    """``path`` up to its first separator, when a recipient's domain is encoded in it after a ``=``."""
    local_part = path.local_part
    for recipient in recipients:
        encoded = f"={recipient.domain.lower()}"
        at = local_part.find(encoded)
        after = local_part[at + len(encoded) : at + len(encoded) + 1]
        if at < 0 or (after and after in "abcdefghijklmnopqrstuvwxyz0123456789."):
            continue
        before = local_part[:at]
        stem = _VERP_STEM.match(local_part)
        if stem is not None and 0 < len(stem[0]) < len(before):
            return Mailbox(stem[0], path.domain)
        # The recipient stands first (``doe=army.ml-bounces``), or alone.
        rest = local_part[at + len(encoded) :].lstrip("-+=")
        return Mailbox(rest or recipient.domain.lower(), path.domain)
    return path
