"""Real mails of the shared data, as they would stand in a sender's queue."""

from __future__ import annotations

import tarfile
from itertools import islice

from tests.support.shared import shared


def real_mails(kind: str, count: int) -> list[bytes]:
    """The first ``count`` mails of ``kind`` (``ham``, ``spam``), without the mbox line that many begin with."""
    with tarfile.open(shared("mail/spamassassin_dev.tar.xz")) as archive:
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
