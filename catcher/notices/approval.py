"""Records people's decisions about notices: to approve a notice, to post a letter, to suppress notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from catcher.desk.context import NotFound
from catcher.model.domain import DomainError, to_alabel
from catcher.model.errors import CatcherError
from catcher.model.leak.incident import IncidentKey
from catcher.model.ports import Store
from catcher.model.telling.notice import LedgerEntry, Notice, NoticeForm, OutOfOrder
from catcher.model.telling.noticelife import Act, NoticeState
from catcher.model.telling.suppression import Scope, Suppression


class NotNow(CatcherError):
    """The notice's state doesn't allow the action; the text names the state."""

    exit_status = 2


def find(store: Store, ids: Iterable[str]) -> list[Notice]:
    """The notices ``ids``. Raises NotFound when one of them doesn't exist."""
    found = []
    for id in dict.fromkeys(ids):
        notice = store.notice(id)
        if notice is None:
            raise NotFound("no notice has that id; `catcher notify list` shows them")
        found.append(notice)
    return found


def approve(store: Store, ids: Iterable[str], *, who: str, now: datetime) -> Iterator[Notice]:
    """Records that the person ``who`` approves each of ``ids``. Raises NotFound or NotNow before the first approval is
    recorded.

    When two people have to approve, a second approval by the same person raises NotNow.
    """
    notices = find(store, ids)
    step = LedgerEntry(Act.APPROVED, now, who)
    for notice in notices:
        if who in notice.approvers:
            raise NotNow(f"{notice.id}: {who} has approved it already; another person has to, or it waits to be sent")
        _possible(notice, step)
    for notice in notices:
        try:
            approved = store.add_step(notice.id, step)
        except OutOfOrder as error:
            raise NotNow(f"{error}; see `catcher notify list`") from None
        before = store.notice(notice.follows) if notice.follows else None
        if before is not None and before.state.reached and approved.state is NoticeState.APPROVED:
            store.add_step(before.id, LedgerEntry(Act.ESCALATED, now, who, notice.id), once=True)
        yield approved


def posted(store: Store, ids: Iterable[str], *, who: str, now: datetime) -> Iterator[Notice]:
    """Records that the person ``who`` has posted the approved letters ``ids``. Raises NotFound or NotNow."""
    notices = find(store, ids)
    for notice in notices:
        if notice.form is not NoticeForm.LETTER:
            raise NotNow(f"{notice.id}: it is a mail; `catcher notify send` sends it")
        if notice.state is not NoticeState.APPROVED:
            raise NotNow(f"{notice.id}: it is {notice.state}; only an approved letter is posted, and once")
    for notice in notices:
        yield store.add_step(notice.id, LedgerEntry(Act.SENT, now, who, "posted"))


def requested(store: Store, id: str) -> tuple[Notice, Act]:
    """(the notice ``id``, its party's request). Raises NotFound, or NotNow when no request waits for a decision."""
    (notice,) = find(store, [id])
    if notice.request is None:
        raise NotNow(f"{notice.id}: nothing that its party asked for waits for a decision")
    return notice, notice.request


def decide(store: Store, notice: Notice, *, done: bool, who: str, note: str, now: datetime) -> Notice:
    """Records the decision of the person ``who`` on the party's request."""
    return store.add_step(notice.id, LedgerEntry(Act.CONFIRMED if done else Act.DECLINED, now, who, note))


def _possible(notice: Notice, step: LedgerEntry) -> None:
    try:
        notice.with_step(step)
    except OutOfOrder as error:
        raise NotNow(f"{error}; see `catcher notify list`") from None


def text_of(store: Store, notice: Notice) -> str:
    """The text for the contact, with From, To and Subject above it. Raises NotNow when the text is gone."""
    octets = notice_octets(store, notice)
    if notice.form is NoticeForm.LETTER:
        raise NotNow(f"{notice.id}: it is a letter; `catcher notify letter {notice.id} --to FILE` writes it as PDF")
    mail = message_from_bytes(octets, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    head = "".join(f"{name}: {mail[name]}\n" for name in ("From", "To", "Reply-To", "Subject") if mail[name])
    return f"{head}\n{'' if body is None else body.get_content()}".replace("\r\n", "\n")


def notice_octets(store: Store, notice: Notice) -> bytes:
    """The stored text: the mail without Date and signature, or the letter as PDF. Raises NotNow when it is gone."""
    octets = store.notice_text(notice.id)
    if octets is None:
        raise NotNow(
            f"{notice.id}: its text is gone, as it is {notice.state}; `catcher report preview` composes it anew"
        )
    return octets


def subject_of(what: str, *, keys: Iterable[IncidentKey], is_held: Callable[[str], bool]) -> tuple[Scope, str]:
    """The subject that ``what`` names: an incident's id, a typo domain that we hold, or a party. Raises NotFound."""
    if what.startswith("inc-"):
        if what not in {key.id for key in keys}:
            raise NotFound("no incident has that id; `catcher incident list` shows them")
        return Scope.INCIDENT, what
    try:
        name = to_alabel(what)
    except DomainError as error:
        raise NotFound(f"this names no incident, no party and no typo domain: {error}") from error
    return (Scope.DOMAIN, name) if is_held(name) else (Scope.PARTY, name)


def suppress(store: Store, suppression: Suppression) -> list[Notice]:
    """Records ``suppression``, suppresses the notices on their way that it covers, and returns these notices."""
    store.suppress(suppression)
    return [
        store.add_step(notice.id, LedgerEntry(Act.SUPPRESSED, suppression.at, suppression.who, suppression.reason))
        for notice in covered(store, suppression, suppression.at.date())
    ]


def covered(store: Store, suppression: Suppression, today: date) -> list[Notice]:
    """The notices on their way that ``suppression`` covers."""
    return [n for n in store.notices() if n.state.on_its_way and suppression.covers(n.key, today)]
