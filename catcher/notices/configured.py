"""``catcher.toml`` → drafting, sending, couriers, the DKIM key; each function imports only what it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from catcher import __version__
from catcher.config import Config
from catcher.desk.alerts import Courier
from catcher.desk.contacts import ContactBook
from catcher.desk.context import Desk
from catcher.model.clock import Clock
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.ports import Store
from catcher.model.telling.contact import Contact
from catcher.privacy import notice_codes

if TYPE_CHECKING:
    from catcher.notices.drafting import Drafting
    from catcher.notices.sending import NoticeSender
    from catcher.notices.signing import SigningKey
    from catcher.notices.tenants import TenantClaim


def drafting(
    config: Config,
    desk: Desk,
    book: ContactBook,
    *,
    bound: Callable[[Collection[TenantClaim]], frozenset[TenantClaim]] | None = None,
) -> Drafting:
    """The configured Drafting. ``bound``: as there. Raises ConfigurationError without ``notify.domain``,
    EnvironmentFailure without the key of codes."""
    from catcher.notices.drafting import Drafting

    domain = domain_of(config)

    def contacts_of(party: str) -> Sequence[Contact]:
        return book.of(party, desk.now)

    return Drafting(
        desk=desk,
        contacts_of=contacts_of,
        codes=notice_codes(config.node.state / "keys"),
        domain=domain,
        sender=config.notify.from_address,
        quiet_days=config.notify.quiet_days,
        escalate_days=config.notify.escalate_days,
        approvals=2 if config.notify.second_approver else 1,
        bound=bound,
        bad_contact=bad_contact(book),
    )


def bad_contact(book: ContactBook) -> Callable[[str, str, datetime], None]:
    """The function that marks a party's address as bad since a moment, unless a person confirmed the address later."""

    def bounced(party: str, address: str, at: datetime) -> None:
        for contact in book.of(party, at):
            known = contact.bad_at is not None or (contact.confirmed_at is not None and contact.confirmed_at >= at)
            if contact.address.lower() == address.lower() and not known:
                book.bounced(party, contact.address, at=at)

    return bounced


def sender(config: Config, store: Store, book: ContactBook, clock: Clock) -> NoticeSender:
    """The configured NoticeSender. Raises ConfigurationError without domain or smarthost, or EnvironmentFailure."""
    from catcher.notices.outgoing import outgoing
    from catcher.notices.sending import NoticeSender
    from catcher.notices.smarthost import Smarthost

    domain = domain_of(config)
    smarthost = Smarthost.of(config.notify, config.smtp.hostname)
    if smarthost is None:
        raise _missing(config, "smarthost", "the mail server of yours that delivers for you")
    key, codes = dkim_key(config), notice_codes(config.node.state / "keys")
    return NoticeSender(
        store=store,
        clock=clock,
        connect=smarthost.session,
        compose=lambda notice, text: outgoing(notice, text, key=key, codes=codes, domain=domain, now=clock.now()),
        bad_contact=bad_contact(book),
        retry=timedelta(hours=config.notify.retry_hours),
    )


def couriers(config: Config) -> list[Courier]:
    """The couriers configured in ``[alerts]``, which deliver alerts to the operator. Raises EnvironmentFailure when a
    secret or a key can't be read."""
    from catcher.notices.alertmail import AlertMail
    from catcher.notices.authorities import client_context
    from catcher.notices.smarthost import Smarthost
    from catcher.notices.webhook import Webhook, secret_of

    found: list[Courier] = []
    smarthost = Smarthost.of(config.notify, config.smtp.hostname)
    if config.alerts.mail is not None and smarthost is not None:
        domain_of(config)
        found.append(AlertMail(config.notify.from_address, config.alerts.mail, smarthost.session, dkim_key(config)))
    if config.alerts.webhook is not None and config.alerts.secret is not None:
        context = client_context(config.alerts.authorities)
        agent = f"catcher/{__version__}"
        found.append(Webhook(config.alerts.webhook, secret_of(config.alerts.secret), context, agent))
    return found


def domain_of(config: Config) -> str:
    """``notify.domain``. Raises ConfigurationError when it isn't set."""
    if config.notify.domain is None:
        raise _missing(config, "domain", "a domain of yours whose mail comes to this sink, like notices.sink.example")
    return config.notify.domain


def key_file(config: Config) -> Path:
    """The file of the DKIM key; it may not exist yet."""
    return config.notify.dkim_key or config.node.state / "keys" / "dkim.key"


def dkim_key(config: Config) -> SigningKey:
    """The key that signs notices; when there is none, it is made in the state folder. Raises EnvironmentFailure."""
    from catcher.notices.signing import key_from, make_key_file

    file = key_file(config)
    if config.notify.dkim_key is None and not file.exists():
        make_key_file(file)
    return key_from(file, selector=config.notify.dkim_selector, domain=domain_of(config))


def _missing(config: Config, key: str, remedy: str) -> ConfigurationError:
    where = f"{config.path.name}: notify.{key}"
    return ConfigurationError([Fault(where, "it is not set, and nothing can be sent without it", f"name {remedy}")])
