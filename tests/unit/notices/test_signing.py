"""DKIM on our own mail: two verifiers agree, every octet stands, and the same mail has the same signature."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dkim  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from catcher.fingerprint.authentication.dkim.verdict import judge_dkim, read_claims
from catcher.fingerprint.lookups import Lookups
from catcher.model.errors import EnvironmentFailure
from catcher.model.mail.lookup import LookupResult, LookupType, Question, Status
from catcher.notices.signing import SigningKey, key_from, make_key_file
from catcher.report import Language, report_message
from tests.support import reports
from tests.support.fingerprints import read
from tests.support.signing import RSA_KEY, SHORT_RSA_KEY

NOW = datetime(2026, 7, 1, 6, 0, 12, tzinfo=UTC)
DOMAIN = "notices.sink.example"
ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


@pytest.fixture(params=[RSA_KEY, ED25519], ids=["rsa", "ed25519"])
def key(request: pytest.FixtureRequest) -> SigningKey:
    return SigningKey(request.param, selector="catcher", domain=DOMAIN)


def mail(case: str = "sender-daily") -> bytes:
    """A notice without Date, then with it."""
    text = report_message(
        reports.composed(reports.case(case)),
        sender=f"notices@{DOMAIN}",
        recipient="security@contractor.example",
        reply_to="strays@registry.example",
        date=None,
        message_id=f"ntc-0123456789ab@{DOMAIN}",
        language=Language.FRENCH,
    ).as_bytes()
    return b"Date: Wed, 01 Jul 2026 06:00:12 +0000\r\n" + text


def signed(key: SigningKey, octets: bytes) -> bytes:
    return key.signature(octets, NOW) + octets


def ours(key: SigningKey, octets: bytes) -> list[str]:
    """What catcher's own verifier says."""
    header, body = read(octets)
    question = Question(key.name, LookupType.TXT)
    answers = {question: LookupResult(Status.FOUND, (key.record.encode(),))}
    verdicts = judge_dkim(Lookups(answers), read_claims(header, body, ()), NOW + timedelta(minutes=1))
    assert verdicts is not None
    return [verdict.result.value for verdict in verdicts]


def theirs(key: SigningKey, octets: bytes) -> bool:
    """What dkimpy says."""
    return bool(
        dkim.verify(octets, dnsfunc=lambda name, timeout=5: {f"{key.name}.".encode(): key.record.encode()}[name])
    )


@pytest.mark.parametrize("case", ["sender-daily", "intended-many", "sender-hostile"])
def test_two_verifiers_pass_it(key: SigningKey, case: str) -> None:
    octets = signed(key, mail(case))
    assert ours(key, octets) == ["pass"]
    assert theirs(key, octets)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"From: ", b"From:  x"),
        (b"Subject: ", b"Subject: Re "),
        (b"security@contractor", b"someone@contractor"),
        (b"06:00:12", b"06:00:13"),
        (b"Message-ID: <ntc-0", b"Message-ID: <ntc-1"),
        (b"strays@registry", b"strays@attacker"),
        (b"From: ", b"From: Other <other@attacker.example>\r\nFrom: "),
        (b"Subject: ", b"Subject: more\r\nSubject: "),
        (b"Date: ", b"Cc: other@attacker.example\r\nDate: "),
        (b"\r\n--=_", b"\r\nmore\r\n--=_"),
    ],
)
def test_what_is_changed_or_added_breaks_it(key: SigningKey, old: bytes, new: bytes) -> None:
    octets = signed(key, mail())
    head, at, rest = octets.partition(b"\r\nDate: ")
    changed = head + (at + rest).replace(old, new, 1)
    assert changed != octets
    assert ours(key, changed) == ["fail"]
    assert not theirs(key, changed)


def test_the_same_mail_has_the_same_signature(key: SigningKey) -> None:
    """A second copy, after a crash, is the same mail octet for octet."""
    assert signed(key, mail()) == signed(key, mail())


def test_lines_are_short(key: SigningKey) -> None:
    assert max(map(len, signed(key, mail()).split(b"\r\n"))) <= 78


def test_nothing_of_the_key_is_shown(key: SigningKey) -> None:
    assert repr(key) == f"SigningKey(selector='catcher', domain='{DOMAIN}')"


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "dkim.key"
    make_key_file(file)
    first = file.read_bytes()
    make_key_file(file)
    assert file.read_bytes() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == ["dkim.key"]
    made = key_from(file, selector="s", domain=DOMAIN)
    assert ours(made, signed(made, mail())) == ["pass"]


@pytest.mark.parametrize(
    ("pem", "mode", "what"),
    [
        (b"no key", 0o600, "no DKIM key"),
        (SHORT_RSA_KEY, 0o600, "too short"),
        (RSA_KEY, 0o644, "others may read"),
        (None, 0o600, "can't be read"),
    ],
)
def test_a_file_that_is_no_usable_key(tmp_path: Path, pem: bytes | None, mode: int, what: str) -> None:
    file = tmp_path / "dkim.pem"
    if pem is not None:
        file.write_bytes(pem)
        file.chmod(mode)
    with pytest.raises(EnvironmentFailure, match=what) as error:
        key_from(file, selector="s", domain=DOMAIN)
    assert "PRIVATE" not in str(error.value)
