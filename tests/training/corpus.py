"""The labelled mails of the shared data as examples: header sections without what receivers and list servers added."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from catcher.directory import Suffixes
from catcher.fingerprint.header.addresses import read_mailboxes
from catcher.fingerprint.header.headerview import HeaderView
from catcher.fingerprint.nature.findtraits import traits
from catcher.model.mail.transaction import Header
from tests.support.fingerprints import read
from tests.support.shared import shared
from tests.training.logistic import Example

RECEIVED = frozenset(
    b"received return-path delivered-to delivery-date x-original-to envelope-to x-envelope-to x-keywords x-status"
    b" status x-uid x-apparently-to x-loop errors-to sender precedence mailing-list x-beenthere x-mailman-version"
    b" list-id list-post list-help list-unsubscribe list-subscribe list-archive list-owner x-mailing-list x-original-"
    b" date x-authentication-warning x-mime-autoconverted x-virus-scanned x-mailscanner x-antiabuse x-delivery-agent"
    b" x-egroups-return x-egroups-from x-originalarrivaltime authentication-results x-list-unsubscribe".split()
)
"""Fields that receivers, their filters and list servers added to the mails of the corpus."""

_SUFFIXES = Suffixes()


def files(archive: str, kind: str) -> Iterator[tuple[str, bytes]]:
    """(name, octets with CRLF, without the mbox line) of each mail of ``kind`` in an archive of the shared data."""
    with tarfile.open(shared(archive)) as opened:
        for member in opened:
            file = opened.extractfile(member) if member.isfile() and member.name.startswith(f"{kind}/") else None
            if file is not None:
                octets = file.read()
                if octets.startswith(b"From "):
                    octets = octets.partition(b"\n")[2]
                yield member.name, octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def as_sent(header: Header) -> Header:
    """The header section without the fields of RECEIVED and the spam marks."""
    kept = tuple(
        f
        for f in header.fields
        if (name := f.name.rstrip(b" \t").lower()) not in RECEIVED and not name.startswith((b"x-spam", b"resent-"))
    )
    return Header(kept, header.octets, header.dropped, header.defects)


def examples() -> list[Example]:
    """Every ham and spam, with the organizational domain of From as its group."""
    return [
        example(octets, genuine=kind == "ham", otherwise=name)
        for kind in ("ham", "spam")
        for name, octets in files("mail/spamassassin_dev.tar.xz", kind)
    ]


def example(octets: bytes, *, genuine: bool, otherwise: str = "") -> Example:
    """A mail as an example; ``otherwise`` is its group when From names nobody."""
    header = as_sent(read(octets)[0])
    return Example(sender(header) or otherwise, frozenset(map(str, traits(HeaderView(header)))), genuine)


def sender(header: Header) -> str | None:
    """The organizational domain of From."""
    named = read_mailboxes(header.all("from"))
    return _SUFFIXES.organizational_domain(named[0].domain) if named else None
