"""The body hash of a message that streams by in pieces is the one that dkimpy computes of the whole message."""

from __future__ import annotations

import random
import re
import tarfile
from collections.abc import Iterator

import dkim  # type: ignore[import-untyped]
import pytest
from dkim.canonicalization import CanonicalizationPolicy  # type: ignore[import-untyped]
from dkim.crypto import HASH_ALGORITHMS  # type: ignore[import-untyped]

from catcher.fingerprint import wanted_digests
from catcher.model.mail.transaction import DigestWanted
from catcher.smtp import MessageStream
from tests.support.seeds import seed
from tests.support.shared import Amount
from tests.support.smtpwire import segments

ARCHIVES = {Amount.FOLD: ("signed", "bounces"), Amount.WHOLE: ("signed", "bounces", "spamassassin")}
GENERATED = 10_000
SIGNATURES = b"DKIM-Signature: v=1; a=rsa-sha256; c=%s/%s; d=contractor.example; s=s1; h=from; %sbh=AAAA; b=AAAA\r\n"
CANONICALIZATIONS = [(header, body) for header in (b"simple", b"relaxed") for body in (b"simple", b"relaxed")]


def by_dkimpy(message: bytes, wanted: DigestWanted) -> bytes | None:
    """Of the whole message at once; None where ``l=`` is more than there is."""
    body = dkim.DKIM(message).body
    policy = CanonicalizationPolicy.from_c_value(f"simple/{wanted.canonicalization.value}".encode())
    canonical = policy.canonicalize_body(body)
    if wanted.length is not None and wanted.length > len(canonical):
        return None
    return bytes(HASH_ALGORITHMS[f"rsa-{wanted.algorithm.value}".encode()](canonical[: wanted.length]).digest())


def streamed(message: bytes, chance: random.Random) -> dict[DigestWanted, bytes | None]:
    """All that its signatures ask for, from random pieces: few, many, or an octet each."""
    count = chance.choice((0, 1, 3, 20, len(message)))
    stream = MessageStream()
    for packet in segments(message, [chance.randrange(len(message) + 1) for _ in range(count)]):
        stream.feed(packet)
    header, facts = stream.finish()
    return {wanted: facts.digests.get(wanted) for wanted in wanted_digests(header)}


def real_signed_mails(amount: Amount) -> Iterator[tuple[str, bytes]]:
    """The files of ``signed`` begin with the keys' records and a blank line."""
    for name in ARCHIVES[amount]:
        with tarfile.open(amount.of(f"mail/{name}_dev.tar.xz")) as archive:
            for member in archive:
                file = archive.extractfile(member)
                text = file.read() if file is not None else b""
                if text.startswith(b"From ") or name == "signed":
                    text = text.partition(b"\n\n" if name == "signed" else b"\n")[2]
                message = re.sub(rb"\r*\n", b"\r\n", text)
                if re.search(rb"^(dkim|arc-message)-signature:", message.partition(b"\r\n\r\n")[0], re.I | re.M):
                    yield member.name, message


@pytest.mark.parametrize(("amount", "mails"), [(Amount.FOLD, 8), (Amount.WHOLE, 40)])
def test_every_signed_mail_of_the_data(amount: Amount, mails: int) -> None:
    chance = random.Random(2026)
    compared = 0
    for name, message in real_signed_mails(amount):
        for _ in range(5):
            for wanted, digest in streamed(message, chance).items():
                assert digest == by_dkimpy(message, wanted), (name, wanted)
                compared += 1
    assert compared >= 5 * mails


PIECES = [b"\r\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b"  \t", b" \r\n", b"\t\r\n", b"word", b".", b"..\r\n", b"\x00"]
PIECES += [b"\xff\xfe", b"\xc3\xa9", b"=20\r\n", b"=\r\n", b"a" * 998, b" " * 70, b"-- \r\n", b"\r\n" * 30]


def generated(chance: random.Random) -> bytes:
    """A message with up to four signatures, some with ``l=``, and a body made of what canonicalisation cares for."""
    body = b"".join(chance.choices(PIECES, k=chance.randrange(60)))
    fields = []
    for _ in range(chance.randrange(1, 5)):
        length = b"l=%d; " % chance.randrange(len(body) + 10) if chance.random() < 0.3 else b""
        fields.append(SIGNATURES % (*chance.choice(CANONICALIZATIONS), length))
    return b"".join(fields) + b"From: alice@contractor.example\r\nTo: someone@army.ml\r\n\r\n" + body


@pytest.mark.parametrize("part", range(4))
def test_ten_thousand_generated_mails(part: int) -> None:
    chance = random.Random(seed(0) + part)
    for _ in range(GENERATED // 4):
        message = generated(chance)
        found = streamed(message, chance)
        assert found
        for wanted, digest in found.items():
            assert digest == by_dkimpy(message, wanted), (seed(0) + part, message, wanted)
