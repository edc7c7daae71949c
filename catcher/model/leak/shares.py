"""The shares of a mail: what it adds to each of its incidents, apart from its day and its tokens.

Most mails have the same shares as another mail, so a store works them out once (``ports.Folder.shares``) and adds them
for each mail.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from catcher.model.leak.incident import Counted, IncidentKey, Side
from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailClass, MailKind, Tier
from catcher.model.mail.policy import Outcome

CellKind = tuple[Tier, MailClass, Outcome, str, bool, CountReason, MailKind]
"""The fields of a ``Cell`` behind day and counterpart."""


@dataclass(frozen=True, slots=True, eq=False)
class IncidentShare:
    """What a mail adds to one incident. Two shares are the same only if they are one object, so their hash is cheap."""

    key: IncidentKey
    counterpart: str
    kind: CellKind
    counts: bool
    """Whether the mail counts towards a notice in this incident."""
    counted: Counted
    """How the mail of its mailboxes counts in this incident."""
    id: str = field(init=False)
    """``key.id``, which takes a digest."""
    cell: tuple[str | int, ...] = field(init=False)
    """``counterpart`` and ``kind`` in plain values, which hash faster."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self.key.id)
        tier, mail_class, outcome, level, tls, reason, kind = self.kind
        names = (self.counterpart, tier.value, mail_class.value, outcome.value, level)
        object.__setattr__(self, "cell", (*names, int(tls), reason.value, kind.value))


@dataclass(frozen=True, slots=True, eq=False)
class MailShares:
    """The shares of a mail in its incidents; none for a retry, and for a mail of no organisation to no organisation."""

    incidents: tuple[IncidentShare, ...] = ()
    level: str = ""
    """As ``Cell.level``."""
    senders: bool = False
    """Whether the senders' mailboxes are kept."""
    is_signed: bool = False
    """Whether a signature proves the author in From."""
    recipients: Side | None = None
    """The side of the recipients' mailboxes; None if they aren't kept."""
    tenants: tuple[str, ...] = ()
    """The sender's unbound tenants on mail platforms."""

    @property
    def has_mailboxes(self) -> bool:
        """Whether mailboxes of such a mail are kept in any incident."""
        return bool(self.incidents) and (self.senders or self.recipients is not None)

    def mailboxes(
        self, path: str | None, author: str | None, recipients: tuple[str, ...]
    ) -> list[tuple[str, str, str]]:
        """Side, token and level of each mailbox of a mail with these tokens."""
        found = []
        if self.senders:
            author = author if self.is_signed else None
            if path is not None and author in (None, path):
                found.append((_SENDER, path, self.level))
            elif path is not None and author is not None:
                found.append((_AUTHOR, author, self.level))
                found.append((_REVERSE_PATH, path, self.level))
        if self.recipients is not None:
            side = self.recipients._value_
            for token in recipients:
                found.append((side, token, ""))
        for tenant in self.tenants:
            found.append((_TENANT, tenant, ""))
        return found


_SENDER, _AUTHOR, _REVERSE_PATH, _TENANT = (
    side.value for side in (Side.SENDER, Side.AUTHOR, Side.REVERSE_PATH, Side.TENANT)
)
