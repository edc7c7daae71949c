"""Judges the client's address by SPF: MAIL FROM, or HELO for the null reverse-path (RFC 7208 §2.3, §2.4)."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from catcher.fingerprint.authentication.pyspf import Evaluation, LocalPartWithheld, SpfMatch
from catcher.fingerprint.lookups import Lookups
from catcher.model.domain import DomainError, to_alabel
from catcher.model.mail.fingerprint import HELO_SCOPE, MFROM_SCOPE, AuthResult, SpfResult
from catcher.model.mail.mailbox import Mailbox
from catcher.model.value import value


@value
class SpfVerdict:
    published: SpfResult
    match: SpfMatch = SpfMatch()
    """The mechanism that matched; empty without a pass."""


def judge_spf(
    lookups: Lookups, *, client: str, helo: str, reverse_path: Mailbox | None, now: datetime
) -> SpfVerdict | None:
    """The verdict, or None when questions are open in ``lookups``.

    ``policy``: the record puts the sender's local-part into a DNS name (macros ``s`` and ``l``); such a name isn't
    queried. Without a client address or an identity the result is ``none``.
    """
    if not is_ip_address(client):
        return SpfVerdict(SpfResult())
    if reverse_path is None:
        scope, domain, local_part = HELO_SCOPE, _identity(helo), "postmaster"
    else:
        scope, domain, local_part = MFROM_SCOPE, _identity(reverse_path.domain), reverse_path.local_part or "postmaster"
    if domain is None:
        return SpfVerdict(SpfResult(AuthResult.NONE, None, scope))
    evaluation = Evaluation(
        lookups,
        client=client,
        local_part=local_part,
        domain=domain,
        helo=helo,
        now=now,
        disclose=reverse_path is None or not reverse_path.local_part,
        explain=False,
    )
    found = _run(evaluation)
    if found is None:
        return None
    passed = found[0] is AuthResult.PASS
    return SpfVerdict(SpfResult(found[0], domain, scope), evaluation.matched if passed else SpfMatch())


def check_host(
    lookups: Lookups,
    *,
    client: str,
    local_part: str,
    domain: str,
    helo: str,
    now: datetime,
    disclose: bool,
    explain: bool = False,
) -> tuple[AuthResult, str] | None:
    """check_host() of RFC 7208 §4: (result, explanation), or None when questions are open.

    ``disclose`` lets macros put the local-part into DNS names; ``explain`` fetches the text that ``exp=`` refers to.
    Both are for use without a network.
    """
    evaluation = Evaluation(
        lookups,
        client=client,
        local_part=local_part,
        domain=domain,
        helo=helo,
        now=now,
        disclose=disclose,
        explain=explain,
    )
    return _run(evaluation)


def _run(evaluation: Evaluation) -> tuple[AuthResult, str] | None:
    try:
        found = evaluation.run()
    except LocalPartWithheld:
        return AuthResult.POLICY, ""
    return None if found is None else (AuthResult(found[0]), found[1])


def is_ip_address(text: str) -> bool:
    """Whether ``text`` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _identity(text: str) -> str | None:
    """The domain to check; None when there is none (RFC 7208 §4.3): malformed text, a single label, a literal."""
    try:
        name = to_alabel(text)
    except DomainError:
        return None
    return name if "." in name else None
