"""The DMARC result by RFC 7489: policy and alignment by the public suffix list instead of the tree walk.

Many receivers still apply RFC 7489. A result that differs from RFC 9989's is noted and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from catcher.fingerprint.authentication.dmarc.record import DmarcRecord, read_dmarc_record
from catcher.fingerprint.lookups import Lookups
from catcher.model.mail.fingerprint import AuthResult
from catcher.model.mail.lookup import LookupType, Question, Status
from catcher.model.value import value

_DECIDED = frozenset({AuthResult.PASS, AuthResult.FAIL, AuthResult.NONE})


@value
class Identifier:
    """A domain with its DKIM or SPF result."""

    domain: str
    result: AuthResult
    dkim: bool
    """True: a DKIM identifier; False: an SPF identifier."""


def former_result(
    lookups: Lookups, author: str, identifiers: Iterable[Identifier], organizational_domain: Callable[[str], str]
) -> AuthResult | None:
    """``pass``, ``fail`` or ``none`` by RFC 7489 §6.6; None when the known answers don't suffice.

    It asks no questions: the tree walk asked for the same names, except for a name of more than eight labels.
    """
    record: DmarcRecord | None = None
    for name in dict.fromkeys((author, organizational_domain(author))):
        answer = lookups.answers.get(Question(f"_dmarc.{name}", LookupType.TXT))
        if answer is None or answer.status is Status.FAILED:
            return None
        record = read_dmarc_record(answer.records)
        if record is not None:
            break
    if record is None:
        return AuthResult.NONE
    own = organizational_domain(author)
    for identifier in identifiers:
        strict = record.strict_dkim if identifier.dkim else record.strict_spf
        aligned = identifier.domain == author if strict else organizational_domain(identifier.domain) == own
        if aligned and identifier.result is AuthResult.PASS:
            return AuthResult.PASS
    return AuthResult.FAIL


def differing(result: AuthResult, former: AuthResult | None) -> AuthResult | None:
    """``former``, when both results are decided and differ; else None."""
    return former if former is not None and result in _DECIDED and former is not result else None
