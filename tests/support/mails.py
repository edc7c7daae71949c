"""Mails as they would stand in a sender's queue: real ones of the shared data, made-up letters without those."""

from __future__ import annotations

import tarfile
from itertools import islice

from tests.persons import letters
from tests.support.shared import is_there, shared

_ARCHIVE = "mail/spamassassin_dev.tar.xz"


def mails_of_people(count: int) -> list[bytes]:
    """``count`` mails that people wrote, without the mbox line that many of the real ones begin with."""
    return _real("ham", count) if is_there(_ARCHIVE) else [letter.octets for letter in letters(count, sign=False)]


def _real(kind: str, count: int) -> list[bytes]:
    with tarfile.open(shared(_ARCHIVE)) as archive:
        members = sorted(
            (member for member in archive if member.isfile() and member.name.startswith(f"{kind}/")),
            key=lambda member: member.name,
        )
        mails = []
        for member in islice(members, count):
            file = archive.extractfile(member)
            assert file is not None
            mails.append(_without_mbox_line(file.read()))
    assert len(mails) == count
    return mails


def _without_mbox_line(mail: bytes) -> bytes:
    if mail.startswith(b"From "):
        return mail.partition(b"\n")[2]
    return mail
