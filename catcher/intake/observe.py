"""Transaction and fingerprint → observations: local-parts become tokens, sizes become classes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from catcher.fingerprint.header.addresses import read_address_list
from catcher.fingerprint.mailboxes import origin_of
from catcher.intake.storable import storable_authentication, storable_domain, storable_intended, storable_sender
from catcher.model.domain import is_at_or_below
from catcher.model.leak.unstored import MOST_UNPROVEN_RECIPIENTS
from catcher.model.mail.fingerprint import Fingerprint, Intended
from catcher.model.mail.mailbox import Mailbox
from catcher.model.mail.observation import Observation, SizeClass
from catcher.model.mail.policy import Outcome, Policy
from catcher.model.mail.transaction import Transaction
from catcher.model.value import value
from catcher.privacy import Rolling, Tokens


@value
class Arrival:
    """A transaction as SMTP received it: its reference, policies and outcome."""

    transaction_id: str
    ref: str
    policies: Mapping[str, Policy]
    """Catalogued domain → its policy in force. Each domain gives one observation."""
    outcome: Outcome


def observe(
    transaction: Transaction, fingerprint: Fingerprint, arrival: Arrival, tokens: Tokens
) -> tuple[Observation, ...]:
    """One observation for each catalogued domain of the transaction, in the order of ``arrival.policies``."""
    path = transaction.reverse_path
    origin = None if path is None else origin_of(path, transaction.forward_paths)
    sender = None if origin is None else tokens.mailbox(origin)
    author = _author(transaction)
    octets = transaction.octets
    observations = []
    for domain, policy in arrival.policies.items():
        at_domain = [path for path in transaction.forward_paths if _rules(domain, path.domain, arrival.policies)]
        recipients = tuple(sorted({tokens.mailbox(path) for path in at_domain}))
        retry = _retry_tag(transaction, tokens, domain, origin, at_domain)
        observations.append(
            Observation(
                transaction=arrival.transaction_id,
                observed_at=transaction.received_at.replace(second=0, microsecond=0),
                ref=arrival.ref,
                domain=domain,
                policy=policy,
                outcome=arrival.outcome,
                client=transaction.client,
                tls=transaction.tls,
                size_class=None if octets is None else SizeClass.of(octets),
                reverse_path_token=sender,
                reverse_path_domain=storable_domain(path),
                recipients=recipients,
                recipient_count=len(recipients),
                retry_tag=None if retry is None else retry.present,
                retry_tag_before=None if retry is None else retry.before,
                intended=_intended(fingerprint.intended, domain, arrival.policies),
                author_token=None if author is None else tokens.mailbox(author),
                key_id=tokens.key_id,
                **resting_on_lookups(fingerprint, domain, tokens),
            )
        )
    return tuple(map(_bounded, observations))


def _bounded(observation: Observation) -> Observation:
    """``observation`` with few recipients' mailboxes if its sender is unproven for good; their number stays."""
    if len(observation.recipients) <= MOST_UNPROVEN_RECIPIENTS or observation.sender.tier.proves_domain:
        return observation
    if observation.may_be_revised:
        return observation
    return replace(observation, recipients=observation.recipients[:MOST_UNPROVEN_RECIPIENTS])


def judged_again(observation: Observation, fingerprint: Fingerprint, tokens: Tokens) -> Observation:
    """``observation`` with new values, from a later ``fingerprint``, in the fields that depend on look-ups."""
    return replace(observation, **resting_on_lookups(fingerprint, observation.domain, tokens))


def resting_on_lookups(fingerprint: Fingerprint, domain: str, tokens: Tokens) -> dict[str, Any]:
    """The values of an observation's fields that rest on look-ups (``REVISED``)."""
    signatures = [tokens.signature(b, domain) for b in fingerprint.freshness.signatures]
    return {
        "signatures": tuple([signature.present for signature in signatures]),
        "signatures_before": tuple([signature.before for signature in signatures if signature.before is not None]),
        "fresh": fingerprint.freshness.fresh,
        "fresh_reason": fingerprint.freshness.reason,
        "sender": storable_sender(fingerprint.sender, spf_scope=fingerprint.authentication.spf.scope),
        "nature": fingerprint.nature,
        "markings": fingerprint.markings,
        "authentication": storable_authentication(fingerprint.authentication, fingerprint.sender),
    }


_FROM_OCTETS = 2_048
"""Longest From field whose author gets a token."""


def _author(transaction: Transaction) -> Mailbox | None:
    """The only mailbox in the only From field, without its sub-address."""
    written = () if transaction.header is None else transaction.header.by_name.get(b"from", ())
    if len(written) != 1 or len(written[0].value) > _FROM_OCTETS:
        return None
    addresses = read_address_list(written[0].value.strip())
    if len(addresses.mailboxes) != 1 or len(addresses.local_parts) != 1:
        return None
    return origin_of(addresses.mailboxes[0], ())


def _intended(intended: Iterable[Intended], domain: str, domains: Collection[str]) -> tuple[Intended, ...]:
    """Those of ``domain``, each once."""
    return tuple(dict.fromkeys([storable_intended(i, domain) for i in intended if _rules(domain, i.typed, domains)]))


def _rules(domain: str, typed: str, domains: Collection[str]) -> bool:
    """Whether ``domain`` is the most specific of the catalogued ``domains`` at or above ``typed``."""
    return typed == domain or (
        is_at_or_below(typed, domain)
        and not any(len(other) > len(domain) and is_at_or_below(typed, other) for other in domains)
    )


def _retry_tag(
    transaction: Transaction, tokens: Tokens, domain: str, origin: Mailbox | None, recipients: Collection[Mailbox]
) -> Rolling | None:
    header, octets = transaction.header, transaction.octets
    if header is None or octets is None:
        return None
    message_id, date = header.first("Message-ID") or b"", header.first("Date") or b""
    return tokens.retry_tag(message_id, date, octets, domain=domain, reverse_path=origin, recipients=recipients)
