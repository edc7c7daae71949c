"""The remedy kit: rules to paste that make a mail system refuse mail to the typo domain, below it too."""

from __future__ import annotations

from catcher.model.report import Mta, Name, Remedy


def remedies(domain: Name, intended: Name | None) -> tuple[Remedy, ...]:
    """Rules for ``domain``: an A-label has only letters, digits, hyphen and underscore, so rules are safe to paste."""
    words = f"{domain.domain} is not {intended.domain}" if intended else f"mail to {domain.domain} goes astray"
    return (
        Remedy(Mta.POSTFIX, _postfix(domain.domain, words)),
        Remedy(Mta.EXCHANGE_ONLINE, _exchange_online(domain.domain, words)),
    )


def _postfix(domain: str, words: str) -> str:
    """transport(5) with error(8): holds for submitted, relayed and local mail alike; texthash needs no postmap."""
    return "\n".join(
        (
            "# /etc/postfix/typo_domains",
            f"{domain}   error:5.1.2 {words}",
            f".{domain}  error:5.1.2 {words}",
            "",
            "# /etc/postfix/main.cf, before other tables; then: postfix reload",
            "transport_maps = texthash:/etc/postfix/typo_domains",
        )
    )


def _exchange_online(domain: str, words: str) -> str:
    """A mail flow rule: patterns, since RecipientDomainIs leaves out names below; a rule's name has ≤ 64 characters."""
    pattern = domain.replace(".", "\\.")
    return "\n".join(
        (
            f"New-TransportRule -Name 'Block {domain[:57]}' `",
            "  -FromScope InOrganization `",
            f"  -RecipientAddressMatchesPatterns '@{pattern}$','\\.{pattern}$' `",
            "  -RejectMessageEnhancedStatusCode '5.7.1' `",
            f"  -RejectMessageReasonText '{words}'",
        )
    )
