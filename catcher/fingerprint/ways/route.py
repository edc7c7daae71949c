"""Signs in header and envelope that a mail was passed on. They are read to doubt; by themselves they prove nothing."""

from __future__ import annotations

from catcher.fingerprint.authentication.dkim.signature import arc_instance
from catcher.fingerprint.header.addresses import read_mailboxes
from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.mailboxes import is_forwarders
from catcher.model.mail.transaction import Header, Transaction
from catcher.model.value import value

_PASSED_ON = frozenset(
    {
        b"autoforwarded",
        b"delivered-to",
        b"envelope-to",
        b"mailing-list",
        b"original-recipient",
        b"x-autoforward",
        b"x-beenthere",
        b"x-delivered-to",
        b"x-envelope-to",
        b"x-google-group-id",
        b"x-loop",
        b"x-mailing-list",
        b"x-mailman-version",
        b"x-ms-exchange-forwardingloop",
        b"x-ms-exchange-inbox-rules-loop",
        b"x-original-from",
        b"x-original-to",
        b"x-sieve",
        b"x-sieve-redirected-from",
    }
)
"""Fields that final delivery, a forward or a list writes: Postfix, qmail and Exim (Delivered-To, X-Original-To,
Envelope-To), Microsoft 365 (…-Loop), Sieve (RFC 5228), X.400 gateways (Autoforwarded, RFC 2156), list programs."""
_PASSED_ON_PREFIXES = (b"resent-", b"x-resent-", b"x-forwarded-", b"list-")
"""RFC 5322 §3.6.6, Google's X-Forwarded-*, RFC 2369 and RFC 2919."""
_BY_A_PERSON = b"x-forwarded-message-id"
"""The field by which Thunderbird names the mail that a person forwards: a new mail, which that person wrote."""
_JOURNAL = b"x-ms-journal-report"
"""The field by which Exchange and Microsoft 365 mark a journal report ("Understanding Journal Reports")."""
_SEAL = b"arc-seal"


@value
class MailRoute:
    """Facts about the way that a mail took."""

    names_typed: bool = False
    """Whether To and Cc, signed or not, name every typed domain."""
    passed_on: bool = False
    """Whether a field says that the mail was delivered, forwarded or distributed before."""
    by_forwarder: bool = False
    """Whether the reverse-path has a form that only forwarders write (``mailboxes.is_forwarders``)."""
    journal: bool = False
    """Whether the mail calls itself a journal report."""


def read_route(transaction: Transaction, header: Header, view: HeaderView) -> MailRoute:
    """The route of ``transaction``, with its ``header`` and the header's view."""
    path = transaction.reverse_path
    by_name = header.by_name
    return MailRoute(
        names_typed=_names_typed(transaction, header, view),
        passed_on=not _PASSED_ON.isdisjoint(by_name)
        or any(name.startswith(_PASSED_ON_PREFIXES) and name != _BY_A_PERSON for name in by_name)
        or any(arc_instance(seal) > 1 for seal in by_name.get(_SEAL, ())),
        by_forwarder=path is not None and is_forwarders(path, transaction.forward_paths),
        journal=_JOURNAL in by_name,
    )


def _names_typed(transaction: Transaction, header: Header, view: HeaderView) -> bool:
    typed = {mailbox.domain for mailbox in transaction.forward_paths}
    if typed <= {mailbox.domain for mailbox in view.recipients}:
        return bool(typed)
    return typed <= {mailbox.domain for mailbox in read_mailboxes(header.all("to") + header.all("cc"))}
