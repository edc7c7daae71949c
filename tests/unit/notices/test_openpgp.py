"""A notice to a contact with an OpenPGP key: PGP/MIME that only the key opens, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import dkim  # type: ignore[import-untyped]
import pytest

from catcher.desk.context import Desk
from catcher.model.errors import EnvironmentFailure
from catcher.model.leak.incident import Role
from catcher.model.telling.addressee import Addressee
from catcher.model.telling.contact import Source
from catcher.notices import openpgp
from catcher.notices.drafting import Drafting
from catcher.notices.openpgp import check_key
from catcher.notices.outgoing import outgoing
from catcher.store import MemoryStore
from tests.support.contacts import contact
from tests.support.desks import NOW, desk, leak
from tests.support.sending import CODES, DOMAIN, KEY, Host, Ticking, approved, sender_over

pysequoia = pytest.importorskip("pysequoia")
TODAY = datetime.now(UTC)
"""Keys are made now, whatever day a test plays."""


@pytest.fixture(scope="module")
def secret() -> object:
    return pysequoia.Tsk.generate("Security of Example <security@contractor.example>")


@pytest.fixture
def key_file(secret: object, tmp_path: Path) -> Path:
    file = tmp_path / "desk.asc"
    file.write_text(str(secret.extract_certificate()))  # type: ignore[attr-defined]
    return file


def drafted(contact_key: Path, table: Desk | None = None) -> tuple[Desk, list[str]]:
    """A desk on which what is due was drafted, and what is held back."""
    table = table or replace(desk(leak()), now=NOW)
    whom = contact(address="security@contractor.example", source=Source.ENTERED, openpgp=str(contact_key))
    office = Drafting(
        desk=table,
        contacts_of=lambda party: [whom] if party == "contractor.example" else [],
        codes=CODES,
        domain=DOMAIN,
        sender=f"notices@{DOMAIN}",
        quiet_days=14,
        escalate_days=30,
        approvals=1,
    )
    return table, [each.held_back for each in office.draft()]


def parsed(octets: bytes) -> EmailMessage:
    mail = message_from_bytes(octets, policy=SMTP.clone(raise_on_defect=True))
    assert isinstance(mail, EmailMessage)
    return mail


def test_only_the_key_opens_it(secret: object, key_file: Path) -> None:
    table, _ = drafted(key_file)
    (notice,) = [n for n in table.store.notices() if n.key.role is Role.SENDER]
    text = table.store.notice_text(notice.id)
    assert text is not None
    sent = outgoing(notice, text, key=KEY, codes=CODES, domain=DOMAIN, now=TODAY)
    mail = parsed(sent.octets)
    assert mail.get_content_type() == "multipart/encrypted"
    assert mail.get_param("protocol") == "application/pgp-encrypted"
    version, body = mail.iter_parts()
    assert version.get_content().strip() == b"Version: 1"
    opened = pysequoia.decrypt(body.get_content(), secret.decryptor()).bytes  # type: ignore[attr-defined]
    inside = parsed(opened)
    assert inside.get_content_type() == "multipart/alternative"
    assert inside["Subject"] == parsed(text)["Subject"]
    part = inside.get_body(("plain",))
    assert part is not None
    assert part.get_content() == parsed(text).get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_nothing_of_the_report_can_be_read_from_outside(key_file: Path) -> None:
    table, _ = drafted(key_file)
    (notice,) = [n for n in table.store.notices() if n.key.role is Role.SENDER]
    sent = outgoing(notice, table.store.notice_text(notice.id) or b"", key=KEY, codes=CODES, domain=DOMAIN, now=TODAY)
    mail = parsed(sent.octets)
    assert mail["Subject"] == f"Report {notice.ref}"
    assert (mail["Message-ID"], mail["To"]) == (f"<{notice.message_id}>", "security@contractor.example")
    for word in (b"army.ml", b"e-mails", b"multipart/alternative"):
        assert word not in sent.octets
    for name in ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version", "Content-Type", "Auto-Submitted"):
        assert len(mail.get_all(name, [])) == 1
    assert max(map(len, sent.octets.split(b"\r\n"))) <= 78
    record = {f"{KEY.name}.".encode(): KEY.record.encode()}
    assert dkim.verify(sent.octets, dnsfunc=lambda name, timeout=5: record[name])


@pytest.mark.parametrize("octets", [None, b"", b"garbage", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxx\n"])
def test_without_a_usable_key_nothing_is_drafted(tmp_path: Path, octets: bytes | None) -> None:
    file = tmp_path / "desk.asc"
    if octets is not None:
        file.write_bytes(octets)
    table, held_back = drafted(file)
    assert any(reason.startswith(f"{file}: the contact's OpenPGP key can't be used: ") for reason in held_back)
    assert not [reason for reason in held_back if "backtrace" in reason or "\n" in reason]
    assert [n for n in table.store.notices() if n.key.role is Role.SENDER] == []


def test_a_key_that_has_expired_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "desk.asc"
    file.write_text(str(pysequoia.Tsk.generate("a", validity_seconds=1).extract_certificate()))
    with pytest.raises(EnvironmentFailure, match="has expired"):
        check_key(file, TODAY + timedelta(hours=1))


def test_a_key_that_was_revoked_is_not_used(secret: object, tmp_path: Path) -> None:
    file = tmp_path / "desk.asc"
    key = secret.extract_certificate()  # type: ignore[attr-defined]
    revocation = key.revoke(secret.certifier())  # type: ignore[attr-defined]
    file.write_bytes(bytes(key) + bytes(revocation))
    with pytest.raises(EnvironmentFailure, match="revoked"):
        check_key(file, TODAY)


def test_a_key_that_was_removed_meanwhile_keeps_the_notice_where_it_is(tmp_path: Path) -> None:
    store, host = MemoryStore(), Host()
    to = Addressee("security@contractor.example", Source.ENTERED, True, str(tmp_path / "gone.asc"))
    approved(store, addressee=to)
    with pytest.raises(EnvironmentFailure, match="can't be read"):
        list(sender_over(store, host, Ticking()).send())
    (notice,) = store.notices()
    assert ([step.act.value for step in notice.steps], host.offered) == (["drafted", "approved"], [])


def test_without_pysequoia_it_says_what_to_install(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpgp, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentFailure, match=r"pip install 'catcher\[openpgp\]'"):
        check_key(key_file, TODAY)
