"""Sample observations: one builder with sensible defaults, and a hypothesis strategy that reaches every field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from catcher.model.mail.fingerprint import (
    ArcResult,
    Authentication,
    AuthResult,
    Basis,
    DkimResult,
    DmarcResult,
    Evidence,
    EvidenceKind,
    Intended,
    IntendedCandidate,
    MailClass,
    Nature,
    Sender,
    SpfResult,
    Tier,
    TypoKind,
)
from catcher.model.mail.marking import Marking, Scheme
from catcher.model.mail.observation import Observation, SizeClass
from catcher.model.mail.policy import Outcome, Policy

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
"""When the sample observation was seen."""


def sender(
    domain: str | None = "contractor.example",
    tier: Tier = Tier.VERIFIED,
    *,
    organisation: str | None = "Contractor of Example",
    kind: EvidenceKind = EvidenceKind.DMARC,
) -> Sender:
    """A sender of ``tier``, with one piece of evidence when it has a domain."""
    result = AuthResult.NONE if tier is Tier.CLAIMED else AuthResult.PASS
    evidence = () if domain is None else (Evidence(tier, kind, domain, result),)
    return Sender(domain, organisation, tier, evidence, ())


def intended(typed: str = "army.ml", domain: str | None = "army.mil", organisation: str | None = None) -> Intended:
    """For whom mail to ``typed`` was meant, as the catalogue declares it."""
    return Intended(typed, domain, organisation, Basis.NONE if domain is None else Basis.DECLARED)


def observation(**changes: Any) -> Observation:
    """A person's fresh, DMARC-verified mail from contractor.example to army.ml, with ``changes``.

    Beside the fields: ``mail_class`` changes the nature's class alone, ``tier`` the sender's tier alone.
    A ``domain`` without ``intended`` gets the intended party of the sample (army.mil).
    """
    mail_class = changes.pop("mail_class", MailClass.PERSON)
    tier = changes.pop("tier", Tier.VERIFIED)
    domain = changes.get("domain", "army.ml")
    spf = SpfResult(AuthResult.PASS, "contractor.example", "mfrom")
    dkim = DkimResult(AuthResult.PASS, "contractor.example", "s1", "rsa-sha256", True)
    dmarc = DmarcResult(AuthResult.PASS, "contractor.example", "reject")
    sample = Observation(
        transaction="t-0001",
        observed_at=NOON,
        ref="REF00001",
        domain=domain,
        policy=Policy.ACCEPT,
        outcome=Outcome.ACCEPTED,
        client="192.0.2.25",
        tls=True,
        size_class=SizeClass.UP_TO_10_KB,
        reverse_path_token="aaaaaaaaaaaaaaaa",
        reverse_path_domain="contractor.example",
        recipients=("bbbbbbbbbbbbbbbb",),
        retry_tag="c0ffee",
        fresh=True,
        fresh_reason="dkim",
        sender=sender(tier=tier),
        intended=(intended(domain),),
        nature=Nature(mail_class, 0.9, TypoKind.RECIPIENT, ()),
        markings=(),
        authentication=Authentication(spf, (dkim,), dmarc),
    )
    return replace(sample, **changes)


_DOMAINS = ("army.ml", "navy.ml", "bank.example")
_PARTIES = ("contractor.example", "hospital.example", "travel.example", None)
_TOKENS = tuple(f"{n:016x}" for n in range(6))

_tokens = st.sampled_from(_TOKENS)
_names = st.sampled_from([name for name in _PARTIES if name is not None])
_texts = st.text(max_size=12)
_results = st.sampled_from(AuthResult)
_evidence = st.builds(Evidence, st.sampled_from(Tier), st.sampled_from(EvidenceKind), _names, _results)
_few_evidence = st.lists(_evidence, max_size=2).map(tuple)
_senders = st.builds(
    Sender, st.sampled_from(_PARTIES), st.none() | _texts, st.sampled_from(Tier), _few_evidence, _few_evidence
)
_scores = st.floats(0, 1, allow_nan=False)
_candidates = st.builds(IntendedCandidate, _names, _scores, st.sampled_from(("omission", "tld", "other")))
_intended = st.builds(
    Intended,
    st.sampled_from(_DOMAINS),
    st.sampled_from(("army.mil", "navy.mil", None)),
    st.none() | _texts,
    st.sampled_from(Basis),
    st.lists(_candidates, max_size=2).map(tuple),
    st.booleans(),
)
_natures = st.builds(
    Nature,
    st.sampled_from(MailClass),
    _scores,
    st.none() | st.sampled_from(TypoKind),
    st.lists(st.sampled_from(("mailing-list", "in-reply-to", "scan")), max_size=2).map(tuple),
)
_markings = st.builds(Marking, st.sampled_from(Scheme), st.sampled_from(("secret", "other")), st.booleans())
_authentications = st.builds(
    Authentication,
    st.builds(SpfResult, _results, st.none() | _names, st.none() | st.sampled_from(("mfrom", "helo"))),
    st.lists(
        st.builds(DkimResult, _results, st.none() | _names, st.none() | _texts, st.none() | _texts, st.booleans()),
        max_size=2,
    ).map(tuple),
    st.builds(DmarcResult, _results, st.none() | _names, st.none() | st.sampled_from(("none", "reject"))),
    st.builds(ArcResult, _results),
)
_clients = st.sampled_from(("192.0.2.25", "192.0.2.77", "198.51.100.9", "2001:db8:1:2::25", "2001:db8:1:3::1"))


def moments(start: datetime = NOON, days: int = 75) -> st.SearchStrategy[datetime]:
    """Whole minutes from ``start`` on, over ``days`` days."""
    return st.integers(0, days * 24 * 60).map(lambda minutes: start + timedelta(minutes=minutes))


def observations(**fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Observation]:
    """Observations whose envelopes, retry tags and signatures collide often; ``fixed`` replaces fields' strategies."""
    return st.builds(Observation, **(field_strategies() | fixed))


def field_strategies() -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each field that isn't the store's own."""
    return {
        "transaction": st.integers(0, 30).map(lambda n: f"t-{n:04}"),
        "observed_at": moments(),
        "ref": st.integers(0, 99).map(lambda n: f"REF{n:05}"),
        "domain": st.sampled_from(_DOMAINS),
        "policy": st.sampled_from((Policy.ACCEPT, Policy.EXPLAIN, Policy.REFUSE)),
        "outcome": st.sampled_from(Outcome),
        "client": _clients,
        "tls": st.booleans(),
        "size_class": st.none() | st.sampled_from(SizeClass),
        "reverse_path_token": st.none() | st.sampled_from(_TOKENS[:2]),
        "reverse_path_domain": st.sampled_from(_PARTIES),
        "recipients": st.lists(st.sampled_from(_TOKENS[:3]), min_size=1, max_size=3, unique=True).map(tuple),
        "retry_tag": st.none() | st.sampled_from(("000001", "000002")),
        "signatures": st.lists(_tokens, max_size=2, unique=True).map(tuple),
        "fresh": st.booleans(),
        "fresh_reason": st.sampled_from(("dkim", "provider", "spf", "forward", "unbound-tenant", "old")),
        "sender": _senders,
        "intended": st.lists(_intended, max_size=2).map(tuple),
        "nature": _natures,
        "markings": st.lists(_markings, max_size=2).map(tuple),
        "authentication": _authentications,
        "author_token": st.none() | st.sampled_from(_TOKENS[:2]),
        "retry_tag_before": st.none() | st.sampled_from(("000001", "000002")),
        "signatures_before": st.lists(_tokens, max_size=1).map(tuple),
        "key_id": st.none() | st.sampled_from(("2026-11", "2026-12")),
    }
